#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/tokenizer.h"

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

/// Cuts sentences, in the given order, into runs of at most `most`, by tokens of `side`.
std::vector<std::vector<int>> cut(const std::vector<int>& order, const Ragged& side,
                                  const BatchSize& most);

/// The numbers 0 .. count - 1, ordered by a key; equal keys in their own order.
template <class Key>
std::vector<int> sorted_by(int count, const Key& key) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
  return order;
}

}  // namespace heed
