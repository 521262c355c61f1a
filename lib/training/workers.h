#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "autograd/tape.h"
#include "data/batch.h"
#include "model/encoder_decoder.h"
#include "tensor/backend.h"
#include "training/frozen_parameters.h"
#include "training/gradient_tree.h"
#include "training/minimum_risk.h"
#include "training/processes.h"
#include "training/workspace.h"
#include "util/thread_pool.h"

namespace heed {

/// Sums over the target tokens of some batches.
struct LossSum {
  double loss = 0;  ///< With label smoothing and guided alignment, in nats.
  std::uint64_t tokens = 0;
  std::uint64_t sentences = 0;
};

/// The weights of a training: one block each, laid out as the parameters.
struct TrainingWeights {
  Tensor values, first_moment, second_moment;
  Tensor average;  ///< Exponentially smoothed values (Polyak & Juditsky 1992), or empty.
};

/// The sentences of `batch` dealt out in turn to `count` shards, of which some may be empty.
std::vector<Batch> make_shards(const Batch& batch, int count);

/// A batch and what fixes its dropout masks.
struct KeyedBatch {
  Batch batch;
  std::uint64_t key = 0;
};

/// What Workers may take of memory.
struct MemoryLimits {
  std::uint64_t workspace = 0;  ///< Bytes of tapes and gradients; 0: what they need.
  bool recompute = false;       ///< Tape::save_memory().
};

/// Gradient of the loss on several threads and processes. A batch is cut into a fixed number of
/// shards, of which each process has a range and threads take them as they come, each on a tape of
/// its own; the shards' gradients are summed in a fixed order, so that neither threads nor
/// processes change a bit. Of the weights each process moves a range of columns, which all then
/// get. All processes must call the functions that are marked so.
class Workers {
 public:
  using Interrupted = std::function<bool()>;

  Workers(const EncoderDecoder& model, int shards, int threads, Processes& processes,
          const MemoryLimits& limits = {});

  int threads() const { return pool_.size(); }
  ThreadPool& pool() { return pool_; }

  /// What accumulate() finds the gradient of; before: the cross-entropy.
  void minimize(const Objective& objective) { objective_ = objective; }
  /// From now on it finds the gradient of the expected risk instead, of what the model makes of the
  /// batches' sources. Its LossSum then is the risk.
  void minimize_risk(const Tokenizer& tokenizer, const RiskOptions& options);
  /// What step() leaves as it is; before: nothing.
  void freeze(FrozenParameters frozen) { frozen_ = std::move(frozen); }

  /// From now on batches are cut into so many shards.
  void cut_into(int shards);
  /// How accumulate() works on these batches with a workspace. `spare` is room that each tape shall
  /// have beside what it needs, as a share of that.
  WorkspacePlan plan(std::span<const KeyedBatch> batches, double spare = 0);
  /// Throws an Error that says what to change if the workspace has no room for one shard at a time.
  void expect_room_for(const WorkspacePlan& plan) const;

  /// Finds the sum of the batches' gradients, for step(). Throws Error as expect_room_for() does,
  /// before it begins. Nothing if `interrupted`, which the
  /// calling thread asks between two batches, was true in any process. All processes.
  std::optional<LossSum> accumulate(
      std::span<const KeyedBatch> batches, const Interrupted& interrupted = [] { return false; });

  struct Update {
    AdamStep adam;         ///< gradient_scale is set here.
    double tokens = 1;     ///< The gradient is divided by this,
    double clip_norm = 0;  ///< then shortened to this length; 0: not.
    TrainingWeights weights;
    float average_rate = 0;
  };
  /// Moves the parameters with Adam along the gradients that accumulate() found, and updates the
  /// average. Returns the gradient's length before clipping; when it is not finite, nothing is
  /// moved. All processes.
  double step(const Update& update);

  /// Gives all processes the columns of moments and average that each has moved. All processes.
  void share(const TrainingWeights& weights);

  std::size_t tape_memory() const;  ///< Bytes.
  std::size_t gradient_memory() const { return gradients_.memory(); }

 private:
  using Shards = std::vector<std::vector<Batch>>;  ///< Of each batch.

  Shards deal(std::span<const KeyedBatch> batches) const;
  WorkspacePlan plan(const Shards& dealt, double spare);
  std::size_t received_floats() const;
  int make_room(const Shards& dealt);
  LossSum add_gradient(Tape& tape, const Batch& shard) const;
  LossSum add_gradient(int worker, const Batch& shard);
  struct Range {
    int first = 0, last = 0;
  };
  Range shards_of(int process) const;
  Range chunks_of(int process) const;
  Tensor columns_of(int process, const Tensor& flat) const;
  void for_each_chunk(const Range& chunks,
                      const std::function<void(int chunk, int first, int count)>& action);
  void receive_sums();
  void share(const Tensor& flat);

  const EncoderDecoder& model_;
  Objective objective_;
  std::optional<MinimumRisk> risk_;
  FrozenParameters frozen_;
  Backend& backend_;
  ThreadPool pool_;
  Processes& processes_;
  MemoryLimits limits_;
  std::optional<Workspace> workspace_;
  GradientTree gradients_;
  std::vector<std::unique_ptr<Block>> received_;  ///< Sums of other processes, of own columns.
  std::vector<std::unique_ptr<Tape>> tapes_;
};

}  // namespace heed
