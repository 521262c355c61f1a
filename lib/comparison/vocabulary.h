#pragma once

#include <string>
#include <vector>

#include "comparison/plan.h"

namespace heed {

/// Trains a vocabulary for each different choice of --vocab-size and the like among the runs, and
/// puts the files into the runs' options. Files that are there already in `folder` are taken. Runs
/// with --vocab keep theirs. Throws Error.
void share_vocabularies(const std::string& folder, std::vector<RunPlan>& runs);

}  // namespace heed
