#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batcher.h"
#include "data/corpus.h"
#include "heed/options.h"
#include "model/model_file.h"
#include "training/guided_alignment.h"
#include "training/period.h"
#include "training/processes.h"
#include "training/progress_log.h"
#include "training/schedule.h"
#include "training/training_lock.h"
#include "training/training_state.h"
#include "training/validator.h"
#include "training/workers.h"
#include "util/log.h"

namespace heed {

/// Trains one model from parallel text: vocabulary, batches, updates, validation, files.
class TrainingLoop {
 public:
  /// Trains or loads the vocabulary, builds the model, and takes up the state of an interrupted
  /// training where MODEL.state exists. All processes build one alike; the first writes. Throws
  /// Error or UsageError before anything is written.
  TrainingLoop(Corpus corpus, const TrainOptions& options, Processes& processes, Log& log);

  /// Trains until an option says stop, or `interrupted` (asked before each batch, and in between
  /// while it validates) is true; the state is saved either way. Weights that no validation has
  /// seen are validated at the end, unless interrupted. Throws Error, with the last good state
  /// kept, when the loss is not finite or a file can't be written.
  TrainingEnd run(const std::function<bool()>& interrupted);

  /// One update on the batch with the most tokens, without writing anything: sizes, the effective
  /// configuration, and the memory that training takes, as lines for people.
  std::vector<std::string> rehearse();

  const TrainOptions& options() const { return options_; }

 private:
  using Interrupted = std::function<bool()>;

  void set_goal();
  void resume();
  void expect_all_alike() const;
  void warn_of_idle_threads() const;
  void fit_into_workspace();
  KeyedBatch find_largest_batch();
  void check_best();
  CompleteBatch guidance() const;
  void fetch();
  std::optional<LossSum> gather_update(const Interrupted& interrupted);
  bool update(const Interrupted& interrupted);
  bool is_due(const std::vector<Period>& periods) const;
  bool reached_end() const;
  bool is_stalled() const;
  bool is_over() const { return reached_end() || is_stalled(); }
  bool has_model() const;
  double share_done() const;
  double seconds_now() const;
  bool advance(const Interrupted& interrupted);
  TrainingEnd stop();
  bool settle(const Interrupted& interrupted);
  std::string reason() const;
  std::string best_text() const;
  bool validate(const Interrupted& interrupted);
  bool judge(double value, bool higher_is_better);
  void keep_models(bool is_best);
  void write_model();
  void save_model(const std::string& path) const;
  void save_state();

  TrainOptions options_;
  Processes& processes_;
  Log& log_;
  std::unique_ptr<Backend> backend_;
  Corpus corpus_;
  std::optional<GuidedAlignment> guided_;
  std::optional<ValidationText> validation_text_;
  TrainingState state_file_;
  Tokenizers tokenizers_;
  Parameters parameters_;
  std::unique_ptr<EncoderDecoder> model_;
  Workers workers_;
  Batcher batcher_;
  double several_sentences_;  // share of the source lines
  std::vector<Period> end_, valid_freq_, save_freq_, disp_freq_;
  ScheduleShape schedule_;
  ProgressLog report_;
  std::optional<Validator> validator_;
  std::string best_of_;  ///< What a validation's first value is of.
  std::optional<Block> first_moment_, second_moment_, average_;
  TrainingWeights weights_;
  TrainingCounters counters_;
  Batch next_batch_;
  Progressed before_update_;  ///< The progress before the last update.
  bool has_state_ = false;    ///< Whether MODEL.state exists.
  std::uint64_t saved_update_ = 0;
  std::chrono::steady_clock::time_point started_;
  double seconds_before_ = 0;  ///< Of training in earlier runs.
  std::optional<TrainingLock> lock_;
};

}  // namespace heed
