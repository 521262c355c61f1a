#pragma once

#include <limits>
#include <span>
#include <vector>

#include "autograd/ops.h"

namespace heed {

/// Tokens back that "all of them" stands for.
inline constexpr int kUnlimited = std::numeric_limits<int>::max();

/// What RelativePositions gives to the layers of one side; empty where it has nothing to say.
struct RelativeTerms {
  DistanceBuckets buckets;
  Var biases;  ///< [1, H·P]: of scores, by head and bucket.
  Var angles;  ///< [N, d]: cosine and sine of each pair of columns of a head.
};

/// The N rows that the layers of an encoder or decoder read, and what self-attention knows of them.
/// All that it refers to lives with a tape.
struct SelfRows {
  AttentionSpans spans;  ///< The keys of each row.
  Indices offsets;       ///< Rows where sequences begin, and N at the end.
  Indices places;        ///< [N]: of each row in its sentence, from 0.
  RelativeTerms relative;
  // Step by step, where each row is a sequence of its own:
  Indices parents;  ///< [N]: the row of the step before that each continues.
  Indices kept;     ///< Not empty: caches first forget all rows but these.

  bool one_step() const { return !parents.empty(); }
};

/// The rows of whole sentences. Each sees all of its sentence, or (causal) itself and what stands
/// before, but no further than `reach` tokens to a side. Kept on `tape`.
SelfRows sentence_rows(Tape& tape, std::span<const int> offsets, bool causal,
                       int reach = kUnlimited);

/// The history of partial translations (hypotheses), decoded step by step: which rows of a
/// KeyValueCache are their last `reach` tokens. Reordering moves these numbers, never the cache's
/// rows.
class Past {
 public:
  Past(int sentences, int reach) : reach_(reach), size_(sentences) {}
  /// The next tokens' rows: row r continues row parents[r] of the step before. Kept on `tape`.
  SelfRows advance(Tape& tape, const Indices& parents);

 private:
  void reorder(std::span<const int> parents);
  std::vector<int> forget();
  void add_tokens();

  int reach_;
  int size_;               ///< Hypotheses.
  int length_ = 0;         ///< Tokens of each.
  int seen_ = 0;           ///< Of those, the last ones that are in rows_.
  int cache_size_ = 0;     ///< Rows that a cache has after the step before.
  std::vector<int> rows_;  ///< [size_, seen_]: rows of the caches.
  std::vector<int> next_;  ///< The same, while it is being made.
};

}  // namespace heed
