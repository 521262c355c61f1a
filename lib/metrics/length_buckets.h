#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "metrics/metric.h"

namespace heed {

/// The sentences whose source has from `shortest` to `longest` words.
struct LengthBucket {
  std::size_t shortest = 0;
  std::size_t longest = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> sentences{};
};

/// Sorts sentences by source length (in words) into buckets that end at each of `bounds` and one
/// more for what is longer: bounds {10, 20} make 0-10, 11-20 and 21 up. Buckets may be empty.
/// Throws UsageError unless the bounds rise.
std::vector<LengthBucket> bucket_by_length(std::span<const std::size_t> lengths,
                                           std::span<const std::size_t> bounds);

/// The statistics of some sentences, to score them on their own.
Statistics select_rows(const Statistics& statistics, std::span<const std::size_t> sentences);

}  // namespace heed
