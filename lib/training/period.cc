#include "training/period.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "util/error.h"

namespace heed {

namespace {

struct Suffix {
  std::string_view text;
  double factor;
  Period::Unit unit;
};

constexpr Suffix kSuffixes[] = {
    {"", 1, Period::Unit::kUpdates},    {"u", 1, Period::Unit::kUpdates},
    {"K", 1e3, Period::Unit::kUpdates}, {"Ku", 1e3, Period::Unit::kUpdates},
    {"M", 1e6, Period::Unit::kUpdates}, {"Mu", 1e6, Period::Unit::kUpdates},
    {"t", 1, Period::Unit::kTokens},    {"Kt", 1e3, Period::Unit::kTokens},
    {"Mt", 1e6, Period::Unit::kTokens}, {"Gt", 1e9, Period::Unit::kTokens},
    {"e", 1, Period::Unit::kEpochs},    {"s", 1, Period::Unit::kSeconds},
    {"m", 60, Period::Unit::kSeconds},  {"h", 3600, Period::Unit::kSeconds}};

}  // namespace

std::uint64_t Period::passed(const Progressed& progress) const {
  switch (unit) {
    case Unit::kUpdates:
      return static_cast<std::uint64_t>(static_cast<double>(progress.updates) / amount);
    case Unit::kEpochs:
      return static_cast<std::uint64_t>(static_cast<double>(progress.epochs) / amount);
    case Unit::kTokens:
      return static_cast<std::uint64_t>(static_cast<double>(progress.tokens) / amount);
    case Unit::kSeconds:
      return static_cast<std::uint64_t>(progress.seconds / amount);
  }
  return 0;
}

Period parse_period(std::string_view option, std::string_view text) {
  double amount = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, amount, std::chars_format::fixed);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  for (const Suffix& known : kSuffixes) {
    if (error != std::errc{} || suffix != known.text) continue;
    if (!(amount > 0) || !std::isfinite(amount)) break;
    return {amount * known.factor, known.unit};
  }
  fail_usage(
      "expected an amount such as 5000 or 5Ku (updates), 100e (epochs), 10Gt (target tokens), 90s, "
      "30m or 2h for --{}, found '{}'",
      option, text);
}

std::vector<Period> parse_periods(std::string_view option, std::string_view text) {
  std::vector<Period> periods;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    periods.push_back(parse_period(option, text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return periods;
}

}  // namespace heed
