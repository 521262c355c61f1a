#pragma once

#include <string>
#include <vector>

#include "comparison/folder.h"
#include "comparison/measure.h"
#include "comparison/plan.h"
#include "comparison/run_queue.h"
#include "report/results.h"

namespace heed {

/// Where the results of a comparison come from.
struct Sources {
  const ComparisonPlan& plan;
  const ComparisonFolder& folder;
  const TestSet& test;
  const std::string& command;
  const std::string& version;  ///< Of the program, for the metrics' signatures.
};

/// Reads the results of all runs, and adds what needs several: the paired tests against the
/// baseline, and sentences as the groups see them.
Comparison gather(const Sources& sources, const std::vector<RunStatus>& statuses);

}  // namespace heed
