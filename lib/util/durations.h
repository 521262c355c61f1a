#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace heed {

/// How long things took, each to 2 % from a microsecond to four hours, in memory that does not
/// grow.
class Durations {
 public:
  void add(double seconds) { ++counts_[bucket(seconds)]; }

  /// Seconds that this share (0 to 1) of what was added took at most; 0 if nothing was.
  double quantile(double share) const {
    std::uint64_t total = 0;
    for (const std::uint64_t count : counts_) total += count;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size() && total > 0; ++i) {
      seen += counts_[i];
      if (seen >= std::max<std::uint64_t>(wanted, 1)) return kLeast * std::pow(kStep, i);
    }
    return 0;
  }

 private:
  static constexpr double kLeast = 1e-6, kStep = 1.04;

  std::size_t bucket(double seconds) const {
    const double steps = std::log(std::max(seconds, kLeast) / kLeast) / std::log(kStep);
    return std::min(static_cast<std::size_t>(std::lround(steps)), counts_.size() - 1);
  }

  std::array<std::uint64_t, 600> counts_{};
};

}  // namespace heed
