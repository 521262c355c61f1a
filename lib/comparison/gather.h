#pragma once

#include <vector>

#include "comparison/folder.h"
#include "comparison/measure.h"
#include "comparison/plan.h"
#include "comparison/run_queue.h"
#include "heed/comparison.h"
#include "report/results.h"

namespace heed {

/// Where the results of a comparison come from.
struct Sources {
  const ComparisonPlan& plan;
  const ComparisonFolder& folder;
  const TestSet& test;
  const Comparator::Origin& origin;
};

/// Reads the results of all runs, and adds what needs several: the paired tests against the
/// baseline, and sentences as the groups see them.
Comparison gather(const Sources& sources, const std::vector<RunStatus>& statuses);

}  // namespace heed
