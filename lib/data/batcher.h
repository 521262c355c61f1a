#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/augmenter.h"
#include "data/batch.h"
#include "data/corpus.h"
#include "data/subword_sampler.h"
#include "data/tokenizer.h"
#include "heed/options.h"

namespace heed {

/// The line's pieces and </s>, as models read it.
std::vector<int> encode_sentence(const Tokenizer& tokenizer, std::string_view line);

/// How large a batch may be.
struct BatchSize {
  int words = 0;
  int sentences = 0;  ///< 0: any number.
};

/// Batches of at most so many source tokens and sentences, but at least one, the longest first
/// so that the last batch to finish is a short one. Batch::lines are numbers in `sources`, by which
/// results find their order again. `targets` has as many sentences, or none.
std::vector<Batch> make_batches(const Ragged& sources, const Ragged& targets,
                                const BatchSize& most);

/// A place between two batches of a training: before batch `batch` of pool `pool` of epoch `epoch`,
/// all from 0.
struct DataPosition {
  std::uint64_t epoch = 0;
  std::uint64_t pool = 0;
  std::uint64_t batch = 0;

  bool operator==(const DataPosition&) const = default;
};

/// Sentence pairs that are not trained on.
struct LeftOut {
  std::size_t empty = 0;     ///< One side has no words.
  std::size_t too_long = 0;  ///< One side has more than max_length tokens, without </s>.

  bool operator==(const LeftOut&) const = default;
};

/// The training batches. Each epoch goes through the corpus in another order, in pools of about
/// maxi_batch batches; a pool is encoded, sorted by length and cut into batches of at most
/// mini_batch_words target tokens, which come in random order. Pairs are changed as --augment says,
/// and have placeholders where the vocabulary has. All follows from corpus, options
/// and seed, so that a position is three integers. Memory: 4 bytes a pair, and one pool.
class Batcher {
 public:
  /// The corpus must live as long. Throws UsageError on options that can't be met.
  Batcher(const Corpus& corpus, Tokenizer source, Tokenizer target, const DataOptions& options,
          std::uint64_t seed);

  /// The next batch, or nothing, once, at the end of each epoch. Throws Error if an epoch has no
  /// pair to train on.
  std::optional<Batch> next();

  /// The epoch of the next batch, from 0.
  std::uint64_t epoch() const { return position_.epoch; }
  DataPosition position() const { return position_; }

  /// Goes to a position that position() gave: all batches from there are the same again.
  void seek(const DataPosition& position);

  /// What was left out of the pools of this epoch that were read since it began, or since seek().
  /// Kept at the end of the epoch until the next call of next().
  const LeftOut& left_out() const { return left_out_; }

 private:
  struct Side {
    Tokenizer tokenizer;
    std::optional<SubwordSampler> sampler;
  };
  struct Pool {
    Ragged source;
    Ragged target;
    std::vector<std::size_t> lines;
    std::vector<std::vector<int>> batches;  // numbers of pairs in this pool
  };

  std::optional<Augmenter> make_augmenter() const;
  SentencePair read_pair(std::size_t line, bool augmented) const;
  static Side make_side(Tokenizer tokenizer, const DataOptions& options);
  std::size_t choose_pool_size() const;
  std::uint64_t pool_count() const;
  void start_epoch();
  void read_pool();
  void add_pair(std::size_t line, bool augmented);
  std::vector<int> encode(const Side& side, const std::string& line, std::size_t number,
                          std::uint64_t stream) const;
  void end_epoch();

  const Corpus& corpus_;
  Side source_;
  Side target_;
  DataOptions options_;
  std::uint64_t seed_;
  bool has_placeholders_;
  std::optional<Augmenter> augmenter_;
  std::size_t pool_size_ = 0;         // pairs
  std::vector<std::uint32_t> order_;  // of the corpus in this epoch; empty before it is known
  DataPosition position_;
  std::optional<Pool> pool_;  // the pool of position_
  LeftOut left_out_;
  bool has_batches_ = false;  // whether this epoch has any
};

}  // namespace heed
