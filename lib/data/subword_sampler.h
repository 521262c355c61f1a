#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/tokenizer.h"
#include "util/random.h"

namespace heed {

/// Subword regularisation (Kudo 2018): encodes a line in one of all its segmentations x, drawn with
/// probability ~ P(x)^alpha (eq. 8 with l = infinity) by forward filtering and backward sampling.
/// SentencePiece draws with a generator of its own, which can't be put back to where it was.
class SubwordSampler {
 public:
  /// `alpha`: 0 takes all segmentations as equally likely, large values only the best. Throws
  /// UsageError if the vocabulary isn't unigram.
  SubwordSampler(Tokenizer tokenizer, double alpha);

  /// Like Tokenizer::encode. Where the best segmentation has bytes, <unk> or user's symbols, so has
  /// every other.
  std::vector<int> encode(std::string_view line, Random& random) const;

 private:
  struct Piece {
    int id = 0;
    double weight = 0;  ///< alpha * log probability.
  };
  /// A piece in a text, and where it begins there.
  struct Arc {
    std::size_t begin = 0;
    Piece piece;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void sample(std::string_view text, Random& random, std::vector<int>& ids) const;
  void add_arcs(std::string_view text, std::size_t begin,
                std::vector<std::vector<Arc>>& ending) const;

  Tokenizer tokenizer_;
  std::unordered_map<std::string, Piece, Hash, std::equal_to<>> pieces_;
  std::size_t longest_ = 0;  // piece in bytes
};

}  // namespace heed
