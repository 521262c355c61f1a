#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "comparison/folder.h"
#include "comparison/measure.h"
#include "comparison/plan.h"
#include "util/process.h"

namespace heed {

enum class RunState { kWaiting, kRunning, kDone, kFailed };

/// Where one run of a comparison stands.
struct RunStatus {
  RunState state = RunState::kWaiting;
  std::string error{};
};

/// Does runs in processes of their own, so many at a time, in their order.
class RunQueue {
 public:
  RunQueue(const ComparisonPlan& plan, const ComparisonFolder& folder, const TestSet& test);

  /// Returns when all runs are done or failed; false if `interrupted` said so before: then the
  /// running ones have saved their state and ended. `watch` is called again and again meanwhile.
  bool run(const std::function<bool()>& interrupted,
           const std::function<void(const std::vector<RunStatus>&)>& watch);

  const std::vector<RunStatus>& statuses() const { return statuses_; }

 private:
  struct Running {
    std::size_t index;
    std::unique_ptr<ChildProcess> process;
  };

  void start_next(const std::function<bool()>& interrupted);
  void collect();
  void end(std::size_t index, const ProcessEnd& end);
  void stop_all();

  const ComparisonPlan& plan_;
  const ComparisonFolder& folder_;
  const TestSet& test_;
  std::vector<RunStatus> statuses_;
  std::list<Running> running_;
};

}  // namespace heed
