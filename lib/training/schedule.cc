#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed {

double learning_rate(const ScheduleShape& shape, std::uint64_t update, double factor) {
  const auto now = static_cast<double>(update);
  const auto warmup = static_cast<double>(shape.warmup);
  const double peak = shape.peak * factor;
  if (now < warmup) return peak * now / warmup;
  switch (shape.kind) {
    case Schedule::kInverseSqrt:
      return peak * std::sqrt(std::max(1.0, warmup) / now);
    case Schedule::kCosine: {
      const double span = std::max(1.0, static_cast<double>(shape.last_update) - warmup);
      const double share = std::min(1.0, (now - warmup) / span);
      return peak * (1 + std::cos(std::numbers::pi * share)) / 2;
    }
    case Schedule::kConstant:
    case Schedule::kPlateau:
      return peak;
  }
  return peak;
}

}  // namespace heed
