#pragma once

#include <cstddef>

#include "report/results.h"

namespace heed {

/// How large a made-up comparison is.
struct SampleSize {
  std::size_t groups = 5;
  int seeds = 3;
  int layers = 1, heads = 1;  ///< Pictures of each group: the heads of each layer, and their mean.
  std::size_t sentences = 2;
};

/// A comparison with numbers as real ones have them, the same in each call. The first group has no
/// attention, and one run of the last group failed.
Comparison sample_comparison(const SampleSize& size = {});

}  // namespace heed
