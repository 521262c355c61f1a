#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "data/shortlist.h"

namespace heed {

/// How much of a Cooccurrences a shortlist keeps.
struct ShortlistSize {
  int frequent = 0;             ///< Target tokens of any sentence.
  int targets = 0;              ///< Of a source token, at most.
  float least_probability = 0;  ///< Less likely targets are left out.
};

/// How often target tokens translate source tokens. Memory is bounded: what is rare is forgotten
/// where there are too many pairs (lossy counting, Manku and Motwani 2002).
class Cooccurrences {
 public:
  Cooccurrences(int source_size, int target_size, std::size_t most_pairs = 4'000'000)
      : totals_(source_size), occurrences_(target_size), most_pairs_(most_pairs) {}

  /// `weight` of an occurrence of `target` is due to `source`.
  void add(int source, int target, float weight);
  void add_target(int target) { ++occurrences_[target]; }

  Shortlist shortlist(const ShortlistSize& size) const;

 private:
  void forget_rare();

  std::unordered_map<std::uint64_t, float> pairs_;
  std::vector<double> totals_;  ///< Of each source token.
  std::vector<std::uint64_t> occurrences_;
  std::size_t most_pairs_;
  float rare_ = 0;  ///< Less was forgotten.
};

}  // namespace heed
