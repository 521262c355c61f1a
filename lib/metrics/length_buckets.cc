#include "metrics/length_buckets.h"

#include <algorithm>

#include "util/error.h"

namespace heed {

std::vector<LengthBucket> bucket_by_length(std::span<const std::size_t> lengths,
                                           std::span<const std::size_t> bounds) {
  std::vector<LengthBucket> buckets(1);
  for (std::size_t bound : bounds) {
    if (bound < buckets.back().shortest) {
      fail_usage("expected rising bounds of lengths, found {} after {}", bound,
                 buckets.back().shortest - 1);
    }
    buckets.back().longest = bound;
    buckets.emplace_back().shortest = bound + 1;
  }
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto place = std::lower_bound(bounds.begin(), bounds.end(), lengths[i]);
    buckets[static_cast<std::size_t>(place - bounds.begin())].sentences.push_back(i);
  }
  return buckets;
}

Statistics select_rows(const Statistics& statistics, std::span<const std::size_t> sentences) {
  Statistics selected;
  selected.width = statistics.width;
  selected.references = statistics.references;
  for (std::size_t sentence : sentences) {
    const auto row = statistics.row(sentence);
    selected.values.insert(selected.values.end(), row.begin(), row.end());
  }
  return selected;
}

}  // namespace heed
