#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autograd/parameter.h"
#include "data/batcher.h"
#include "heed/options.h"
#include "model/model_file.h"
#include "training/period.h"
#include "training/workers.h"
#include "util/json.h"

namespace heed {

/// Where the training stands between two updates, beside its weights. All random choices follow
/// from the seed and these numbers.
struct TrainingCounters {
  Progressed progress;
  DataPosition position;          ///< Of the next batch; its epoch is progress.epochs.
  std::uint64_t sentences = 0;    ///< Seen, over all epochs.
  std::uint64_t validations = 0;  ///< Of which `best` is the best.
  std::uint64_t stalled = 0;      ///< Validations in a row without a new best.
  std::string best_of;            ///< The metric and text that `best` is of.
  double best = 0;                ///< If validations > 0.
  std::uint64_t best_update = 0;
  double rate_factor = 1;         ///< What the plateau schedule has left of the learning rate.
  std::vector<std::string> kept;  ///< Models of the last validations, beside the model.
  /// The last update whose weights were validated, or without validation written.
  std::uint64_t settled = 0;
  bool validation_due = false;  ///< After this update; it was interrupted.

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor&& v) {
    v("updates", self.progress.updates);
    v("epochs", self.progress.epochs);
    v("epoch", self.position.epoch);
    v("tokens", self.progress.tokens);
    v("seconds", self.progress.seconds);
    v("sentences", self.sentences);
    v("pool", self.position.pool);
    v("batch", self.position.batch);
    v("validations", self.validations);
    v("stalled", self.stalled);
    v("best_of", self.best_of);
    v("best", self.best);
    v("best_update", self.best_update);
    v("rate_factor", self.rate_factor);
    v("kept", self.kept);
    v("settled", self.settled);
    v("validation_due", self.validation_due);
  }
};

/// The file MODEL.state, from which the same command goes on exactly where it was.
class TrainingState {
 public:
  /// The options must live as long.
  TrainingState(std::string path, const TrainOptions& options, std::uint64_t corpus_fingerprint);

  const std::string& path() const { return path_; }
  bool exists() const;
  /// Whether there is a state that a program without the option wrote.
  static bool lacks_option(const std::string& path, const std::string& name);
  /// What the batches of a state's training are cut into: an older program had a shard for each
  /// thread. Nothing where there is no state, or one that doesn't say.
  static std::optional<int> shards_of(const std::string& path);
  /// The vocabularies of the state. Throws Error if the file is damaged.
  Tokenizers tokenizers() const;
  /// Fills the blocks. Throws Error if the file is damaged, or if the options that shape the result
  /// or the training text are not those that it was written with (the first that differs is named).
  /// Counters that an older program did not have keep their defaults.
  TrainingCounters load(Backend& backend, const TrainingWeights& weights) const;
  /// Writes all or nothing; an older state stays if it can't.
  void save(Backend& backend, const TrainingCounters& counters, const TrainingWeights& weights,
            const Tokenizers& tokenizers) const;

 private:
  void expect_same_options(const Container& file) const;

  std::string path_;
  const TrainOptions& options_;
  std::uint64_t corpus_fingerprint_;
};

}  // namespace heed
