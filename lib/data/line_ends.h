#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace heed {

/// Increasing offsets of 64 bits in 4 bytes each: their low halves, and where the high half grows.
class LineEnds {
 public:
  std::size_t size() const { return low_.size(); }

  void push_back(std::uint64_t end) {
    while (carries_.size() < end >> 32U) carries_.push_back(size());
    low_.push_back(static_cast<std::uint32_t>(end));
  }

  std::uint64_t operator[](std::size_t i) const {
    const auto high = std::ranges::upper_bound(carries_, i) - carries_.begin();
    return static_cast<std::uint64_t>(high) << 32U | low_[i];
  }

 private:
  std::vector<std::uint32_t> low_;
  std::vector<std::size_t> carries_;  // numbers of the offsets from which the high half is 1, 2, …
};

}  // namespace heed
