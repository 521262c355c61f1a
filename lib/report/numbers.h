#pragma once

#include <string>

#include "report/statistics.h"

namespace heed {

/// 1234.567 as "1,234.6" with one decimal. Minus is "−", infinity "∞", what is no number "–".
std::string format_fixed(double value, int decimals);

/// With its sign: "+1.2", "−0.3", "±0.0".
std::string format_signed(double value, int decimals);

/// "27.3 ± 0.4", without "±" for one run, "–" for none.
std::string format_spread(const Spread& spread, int decimals);

/// "p < 0.001", "p = 0.032".
std::string format_p_value(double p_value);

}  // namespace heed
