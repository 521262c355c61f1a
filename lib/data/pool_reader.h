#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/augmenter.h"
#include "data/batch.h"
#include "data/corpus.h"
#include "data/subword_sampler.h"
#include "data/tokenizer.h"
#include "heed/options.h"

namespace heed {

/// Sentence pairs that are not trained on.
struct LeftOut {
  std::size_t empty = 0;     ///< One side has no words.
  std::size_t too_long = 0;  ///< One side has more than max_length tokens, without </s>.

  bool operator==(const LeftOut&) const = default;
};

/// Batches whose pairs are read and sorted by length together.
struct Pool {
  std::vector<Batch> batches;
  LeftOut left_out;
  bool is_last = false;  ///< Of its epoch.
};

/// What is still to be done to a batch once it is made. It runs on the thread that reads.
using CompleteBatch = std::function<void(Batch&)>;

/// Makes the pools of training batches, of which each follows from corpus, options, seed and its
/// numbers. Memory: 4 bytes a pair, and the pool that is made.
class PoolReader {
 public:
  /// The corpus must live as long. Throws UsageError on options that can't be met.
  PoolReader(const Corpus& corpus, Tokenizer source, Tokenizer target, const DataOptions& options,
             std::uint64_t seed, CompleteBatch complete);

  /// Pool number `pool` of an epoch, both from 0; of no use if `cancelled` becomes true. Not by
  /// two threads at once. Throws what the corpus and the completion do.
  Pool read(std::uint64_t epoch, std::uint64_t pool, const std::atomic<bool>& cancelled);

 private:
  struct Side {
    Tokenizer tokenizer;
    std::optional<SubwordSampler> sampler;
  };
  /// A pool's pairs, before they are sorted.
  struct Pairs {
    Ragged source;
    Ragged target;
    std::vector<std::size_t> lines;
    LeftOut left_out;
  };

  std::optional<Augmenter> make_augmenter() const;
  SentencePair read_pair(std::size_t draw, bool augmented) const;
  static Side make_side(Tokenizer tokenizer, const DataOptions& options);
  std::size_t choose_pool_size() const;
  void start_epoch(std::uint64_t epoch);
  void add_pair(std::size_t draw, bool augmented, Pairs& pairs) const;
  std::vector<int> encode(const Side& side, const std::string& line, std::size_t draw,
                          std::uint64_t stream) const;
  std::vector<std::vector<int>> sort_into_batches(const Pairs& pairs, std::uint64_t pool) const;
  Batch make_batch(const Pairs& pairs, const std::vector<int>& numbers) const;

  const Corpus& corpus_;
  Side source_;
  Side target_;
  DataOptions options_;
  std::uint64_t seed_;
  CompleteBatch complete_;
  bool has_placeholders_;
  std::optional<Augmenter> augmenter_;
  std::size_t pool_size_;             // pairs
  std::vector<std::uint32_t> order_;  // draws of the mixture in this epoch; empty before the first
  std::uint64_t epoch_ = 0;           // of order_
};

}  // namespace heed
