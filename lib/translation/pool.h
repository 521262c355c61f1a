#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "decoding/beam_search.h"
#include "decoding/ensemble.h"
#include "translation/assembler.h"
#include "translation/candidates.h"
#include "translation/prepared_line.h"
#include "util/pipeline.h"

namespace heed {

/// What one worker thread translates and scores with.
struct TranslationWorker {
  TranslationWorker(const EnsembleModels& models, const AttentionChoice& choice)
      : stepper(models, choice), scorer(models, choice) {}

  EnsembleStepper stepper;
  EnsembleScorer scorer;
};

/// Workers for all threads that translate at once: each is made when it is first needed, then kept.
class WorkerPool {
 public:
  /// `models` must outlive it.
  WorkerPool(const EnsembleModels& models, const AttentionChoice& choice)
      : models_(models), choice_(choice) {}

  struct GiveBack {
    WorkerPool* pool;
    void operator()(TranslationWorker* worker) const;
  };
  using Lease = std::unique_ptr<TranslationWorker, GiveBack>;
  Lease take();

 private:
  const EnsembleModels& models_;
  const AttentionChoice choice_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TranslationWorker>> idle_;
};

/// A line as it was read.
struct GivenLine {
  std::size_t number = 0;
  SourceLine line;
  const LinePreparer* preparer = nullptr;
};

/// What all pools share.
struct PoolContext {
  const TranslateOptions& options;
  const SearchRules& rules;
  const Tokenizers& tokenizers;
  const CandidateFinder* candidates;  ///< nullptr: all tokens are.
  WorkerPool& workers;
  int threads = 1;
  bool scores_targets = false;  ///< Given translations are scored; none is searched for.
  /// Line by line, in order, before they are written.
  std::function<void(const PreparedLine&, const GivenLine&)> report{};
  std::function<void(std::span<TranslatedLine>)> write{};
};

/// Lines that are prepared, sorted by length and translated together. Each part of a line is one
/// sentence of a batch. Where a line can't be prepared, those before it are delivered, and then the
/// exception.
class TranslationPool final : public Pipeline::Group {
 public:
  /// `context` must outlive it.
  explicit TranslationPool(const PoolContext& context) : context_(context) {}

  void add(GivenLine line);
  /// Tokens, about, and lines, whichever need the memory.
  std::size_t weight() const { return weight_; }

  /// First parts of the lines, which are prepared; then batches.
  int tasks() const override { return parts() + static_cast<int>(batches_.size()); }
  void run(int thread, int task) override;
  void add_tasks() override;
  void deliver() override;

 private:
  int parts() const;
  PreparedLine prepare(GivenLine& given) const;
  void prepare_part(int part);
  void make_batches();
  void translate(const Batch& batch);
  SearchRules rules_for(const Batch& batch) const;
  std::vector<std::vector<Hypothesis>> search(EnsembleStepper& stepper, const Batch& batch) const;
  Candidates candidates(const Batch& batch) const;
  void add_sentence(const PreparedLine& line, int part);

  const PoolContext& context_;
  std::vector<GivenLine> given_;
  std::vector<PreparedLine> lines_;
  std::size_t weight_ = 0;
  bool is_prepared_ = false;

  std::mutex mutex_;            ///< Of the next two.
  std::size_t failed_ = kNone;  ///< The first line that could not be prepared.
  std::exception_ptr error_;    ///< Why.
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  Ragged sources_, targets_;  ///< By sentence; targets only of a scored pool.
  std::vector<std::vector<int>> prefixes_;
  std::vector<std::uint64_t> numbers_;
  std::vector<int> bytes_;
  std::vector<std::vector<std::vector<int>>> constraints_;
  std::vector<bool> needs_attention_;  ///< Whether something is put into the sentence's line.
  std::vector<Batch> batches_;
  std::vector<std::vector<Hypothesis>> found_;  ///< By sentence.
};

}  // namespace heed
