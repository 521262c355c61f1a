#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "autograd/tape.h"
#include "data/batch.h"
#include "model/encoder_decoder.h"
#include "tensor/backend.h"
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

/// Gradient of the loss on several threads. Each worker has a tape and a gradient of its own and
/// takes one shard of a batch; gradients are summed in the workers' order, so that a seed and a
/// number of workers always give the same bits.
class Workers {
 public:
  Workers(const EncoderDecoder& model, int threads);

  int size() const { return pool_.size(); }
  ThreadPool& pool() { return pool_; }

  /// From now on accumulate() guides attention towards links. `guide` names its layer.
  void guide_attention(const AttentionGuide& guide) { guide_ = guide; }

  /// Adds the batch's gradients to those gathered since the last step(). `key` fixes dropout.
  LossSum accumulate(const Batch& batch, float smoothing, std::uint64_t key);

  struct Update {
    AdamStep adam;         ///< gradient_scale is set here.
    double tokens = 1;     ///< The gradient is divided by this,
    double clip_norm = 0;  ///< then shortened to this length; 0: not.
    TrainingWeights weights;
    float average_rate = 0;
  };
  /// Sums the gradients, moves the parameters with Adam, updates the average, and sets the
  /// gradients to zero. Returns the gradient's length before clipping; when it is not finite,
  /// nothing is moved.
  double step(const Update& update);

  /// Bytes of all tapes.
  std::size_t tape_memory() const;

 private:
  Tensor slice(const Tensor& flat, int worker) const;

  const EncoderDecoder& model_;
  Backend& backend_;
  ThreadPool pool_;
  AttentionGuide guide_;
  std::vector<std::unique_ptr<Block>> gradients_;
  std::vector<std::unique_ptr<Tape>> tapes_;
};

}  // namespace heed
