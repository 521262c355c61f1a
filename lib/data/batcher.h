#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "data/pool_reader.h"
#include "util/pipeline.h"

namespace heed {

/// A place between two batches of a training: before batch `batch` of pool `pool` of epoch `epoch`,
/// all from 0.
struct DataPosition {
  std::uint64_t epoch = 0;
  std::uint64_t pool = 0;
  std::uint64_t batch = 0;

  bool operator==(const DataPosition&) const = default;
};

/// The training batches. Each epoch goes through the corpus in another order, in pools of about
/// maxi_batch batches; a pool is encoded, sorted by length and cut into batches of at most
/// mini_batch_words target tokens, which come in random order. Pairs are changed as --augment says,
/// and have placeholders where the vocabulary has. All follows from corpus, options
/// and seed, so that a position is three integers. A thread reads the next pool while this one is
/// used. Memory: 4 bytes a pair, and two pools.
class Batcher {
 public:
  /// The corpus must live as long. `complete`, if any, is called for each batch. Throws UsageError
  /// on options that can't be met.
  Batcher(const Corpus& corpus, Tokenizer source, Tokenizer target, const DataOptions& options,
          std::uint64_t seed, CompleteBatch complete = {});
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  /// The next batch, or nothing, once, at the end of each epoch. Throws Error if an epoch has no
  /// pair to train on, and what reading its pool threw; seek() helps after that.
  std::optional<Batch> next();

  /// The epoch of the next batch, from 0.
  std::uint64_t epoch() const { return position_.epoch; }
  DataPosition position() const { return position_; }

  /// Goes to a position that position() gave: all batches from there are the same again.
  void seek(const DataPosition& position);

  /// What was left out of the pools of this epoch that were come to since it began, or since
  /// seek(). Kept at the end of the epoch until the next call of next().
  const LeftOut& left_out() const { return left_out_; }

 private:
  class Reading;

  void stop_reading();
  void begin_reading(std::uint64_t epoch, std::uint64_t pool);
  void take_pool();
  void end_epoch();

  int max_length_;
  DataPosition position_;
  std::optional<Pool> pool_;  // the pool of position_; batches before it are moved away
  LeftOut left_out_;
  bool has_batches_ = false;  // whether this epoch has any

  // What the reading thread uses until the pipeline is finished.
  PoolReader reader_;
  Pool read_;
  std::atomic<bool> cancelled_ = false;
  std::optional<Pipeline> pipeline_;  // nothing before the first pool and after seek()
};

}  // namespace heed
