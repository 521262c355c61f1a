#include "report/numbers.h"

#include <fmt/core.h>
#include <algorithm>

#include <cmath>

namespace heed {

std::string format_fixed(double value, int decimals) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool is_zero = digits.find_first_not_of("0.") == std::string::npos;
  std::size_t end = std::min(digits.find('.'), digits.size());
  for (; end > 3; end -= 3) digits.insert(end - 3, ",");
  return value < 0 && !is_zero ? "−" + digits : digits;
}

std::string format_signed(double value, int decimals) {
  std::string text = format_fixed(value, decimals);
  if (std::isnan(value) || text.starts_with("−")) return text;
  return (text.find_first_not_of("0.") == std::string::npos ? "±" : "+") + text;
}

std::string format_spread(const Spread& spread, int decimals) {
  if (spread.count == 0) return "–";
  std::string text = format_fixed(spread.mean, decimals);
  if (spread.deviation && std::isfinite(spread.mean)) {
    text += " ± " + format_fixed(*spread.deviation, decimals);
  }
  return text;
}

std::string format_p_value(double p_value) {
  if (p_value < 0.001) return "p < 0.001";
  return "p = " + format_fixed(p_value, 3);
}

}  // namespace heed
