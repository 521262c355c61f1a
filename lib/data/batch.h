#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace heed {

/// Sentences of different lengths, one after the other, without padding: sentence b is
/// ids[offsets[b] .. offsets[b + 1]). In a model's matrices its tokens are the rows of those
/// numbers.
struct Ragged {
  std::vector<int> ids;
  std::vector<int> offsets{0};

  int size() const { return static_cast<int>(offsets.size()) - 1; }
  int rows() const { return offsets.back(); }
  int length(int sentence) const { return offsets[sentence + 1] - offsets[sentence]; }
  std::span<const int> operator[](int sentence) const {
    return std::span(ids).subspan(offsets[sentence], length(sentence));
  }
  void add(std::span<const int> sentence) {
    ids.insert(ids.end(), sentence.begin(), sentence.end());
    offsets.push_back(static_cast<int>(ids.size()));
  }
};

/// B sentence pairs. Both sides end in </s>; the target is stored as the model shall predict it,
/// without <s>. `lines` are the pairs' numbers in the corpus, from 0.
struct Batch {
  Ragged source;
  Ragged target;
  std::vector<std::size_t> lines;
  /// Gold alignment, where there is one: for each row of `target` the tokens, from 0, of its source
  /// sentence that it is linked to.
  Ragged links{};
  /// [B], or none, which are ones: how much each target's loss counts; may be less than 0.
  std::vector<float> weights{};
};

}  // namespace heed
