#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/results.h"

namespace heed {

/// What a training has written to its log of JSON lines so far.
struct TrainingHistory {
  std::uint64_t updates = 0, epoch = 0;
  double share = 0;  ///< Of the training done, from 0 to 1.
  double seconds = 0;
  double cost = 0;              ///< Of the last report, nats a target token.
  double words_per_second = 0;  ///< The median of all reports.
  std::vector<CurvePoint> curve{};
};

/// Reads the log; an empty history if there is none. What a killed run had written after its last
/// saved state, and repeated later, counts once.
TrainingHistory read_training_log(const std::string& path);

}  // namespace heed
