#pragma once

#include <chrono>
#include <vector>

#include "comparison/folder.h"
#include "comparison/plan.h"
#include "comparison/run_queue.h"
#include "util/log.h"

namespace heed {

/// A table of all runs at the bottom of the terminal, drawn from their logs: state, epoch, updates,
/// share done, words/s, cost, last BLEU, time left. Without a terminal it shows nothing. It goes
/// away with this object.
class LiveTable {
 public:
  LiveTable(const ComparisonPlan& plan, const ComparisonFolder& folder, Log& log)
      : plan_(plan), folder_(folder), log_(log) {}
  ~LiveTable() { log_.show_status(""); }
  LiveTable(const LiveTable&) = delete;
  LiveTable& operator=(const LiveTable&) = delete;

  /// Draws at most once a second.
  void show(const std::vector<RunStatus>& statuses);

 private:
  using Clock = std::chrono::steady_clock;

  const ComparisonPlan& plan_;
  const ComparisonFolder& folder_;
  Log& log_;
  Clock::time_point next_{};
};

/// The table's text. Of many runs only those that are at work have a line.
std::string draw_table(const ComparisonPlan& plan, const ComparisonFolder& folder,
                       const std::vector<RunStatus>& statuses);

}  // namespace heed
