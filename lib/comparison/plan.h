#pragma once

#include <string>
#include <vector>

#include "comparison/grid.h"
#include "heed/comparison.h"
#include "util/json.h"

namespace heed {

/// One training, with all that it needs to know.
struct RunPlan {
  PlannedRun run;
  TrainOptions options;  ///< In effect; the vocabulary is still to be trained, if none was given.
};

/// What a comparison does, before anything is written.
struct ComparisonPlan {
  CompareOptions shared;            ///< What all runs have, but for what is varied.
  std::vector<std::string> varied;  ///< Flags.
  std::vector<RunPlan> runs;
  std::vector<std::string> groups;
  std::string baseline;     ///< One of the groups.
  nlohmann::json identity;  ///< All that must be equal for runs to be compared.
};

/// Expands the grid and checks each run: that its flags are known and fit together. `threads` is
/// what --threads 0 means. Throws UsageError or Error, naming the run at fault.
ComparisonPlan make_plan(const GiveCompareOptions& give, int threads);

/// The options of a run by which its folder is known again.
nlohmann::json run_identity(const TrainOptions& options);

}  // namespace heed
