#pragma once

#include <cstdint>

#include "heed/options.h"

namespace heed {

struct ScheduleShape {
  Schedule kind = Schedule::kInverseSqrt;
  double peak = 0;                ///< Learning rate at the end of the warm-up.
  std::uint64_t warmup = 0;       ///< Updates of linear rise from 0.
  std::uint64_t last_update = 0;  ///< Where cosine reaches 0; 0: unknown.
};

/// Learning rate of update u, from 1: u/warmup of the peak during the warm-up, then
/// inverse-sqrt: √(warmup/u) (Vaswani et al. 2017, eq. 3); cosine: half a period down to 0
/// (Loshchilov & Hutter 2017); constant: the peak. `factor` is what the plateau schedule has left.
double learning_rate(const ScheduleShape& shape, std::uint64_t update, double factor);

}  // namespace heed
