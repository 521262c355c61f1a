#pragma once

#include <functional>

#include "comparison/folder.h"
#include "comparison/measure.h"
#include "comparison/plan.h"

namespace heed {

/// All that one run works with.
struct Experiment {
  const RunPlan& plan;
  const CompareOptions& shared;
  const TestSet& test;
  RunFolder folder;
};

/// Whether this run has its result already. Throws Error if the folder holds a run with other
/// options.
bool is_finished(const RunFolder& folder, const RunPlan& plan);

/// Trains, or goes on training, and measures the model; the result is written last. Returns the
/// exit code of a process: 0, or 1 with what went wrong in RunFolder::error(), or 130 if it was
/// interrupted, with its state saved.
int perform(const Experiment& experiment, const std::function<bool()>& interrupted);

/// What a finished run has written.
RunResult read_result(const RunFolder& folder, const RunPlan& plan);

}  // namespace heed
