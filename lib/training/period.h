#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace heed {

/// How far a training has come, in the units of its options.
struct Progressed {
  std::uint64_t updates = 0;
  std::uint64_t epochs = 0;  ///< Complete ones.
  std::uint64_t tokens = 0;  ///< Target tokens, </s> included.
  double seconds = 0;        ///< Of training, over all runs.
};

/// An amount of training: "100e" epochs, "10Gt" target tokens, "100Ku" or as in Marian "100000"
/// updates (K, M, G: 10³, 10⁶, 10⁹), or time: "90s", "30m", "2h".
struct Period {
  enum class Unit { kUpdates, kEpochs, kTokens, kSeconds };
  double amount = 0;
  Unit unit = Unit::kUpdates;

  /// How many whole periods have passed.
  std::uint64_t passed(const Progressed& progress) const;
};

/// Throws UsageError that names `option` for a text that is no period, or an amount of 0 or less.
Period parse_period(std::string_view option, std::string_view text);
/// Several with commas; an empty text has none.
std::vector<Period> parse_periods(std::string_view option, std::string_view text);

}  // namespace heed
