#include "comparison/run_queue.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "comparison/experiment.h"
#include "util/error.h"
#include "util/files.h"

namespace heed {

RunQueue::RunQueue(const ComparisonPlan& plan, const ComparisonFolder& folder, const TestSet& test)
    : plan_(plan), folder_(folder), test_(test) {
  for (const RunPlan& run : plan.runs) {
    const bool done = is_finished(folder.run(run.run.name), run);
    statuses_.push_back({done ? RunState::kDone : RunState::kWaiting});
  }
}

bool RunQueue::run(const std::function<bool()>& interrupted,
                   const std::function<void(const std::vector<RunStatus>&)>& watch) {
  constexpr std::chrono::milliseconds kPause(50);
  while (true) {
    if (interrupted()) {
      stop_all();
      return false;
    }
    collect();
    start_next(interrupted);
    watch(statuses_);
    if (running_.empty()) return true;
    std::this_thread::sleep_for(kPause);
  }
}

void RunQueue::start_next(const std::function<bool()>& interrupted) {
  const auto jobs = static_cast<std::size_t>(plan_.shared.comparison.jobs);
  for (std::size_t i = 0; i < statuses_.size() && running_.size() < jobs; ++i) {
    if (statuses_[i].state != RunState::kWaiting) continue;
    const RunPlan& run = plan_.runs[i];
    const Experiment experiment{run, plan_.shared, test_, folder_.run(run.run.name)};
    running_.push_back(
        {i, std::make_unique<ChildProcess>([&] { return perform(experiment, interrupted); })});
    statuses_[i].state = RunState::kRunning;
  }
}

void RunQueue::collect() {
  running_.remove_if([&](const Running& running) {
    const std::optional<ProcessEnd> ended = running.process->poll();
    if (ended) end(running.index, *ended);
    return ended.has_value();
  });
}

void RunQueue::end(std::size_t index, const ProcessEnd& end) {
  RunStatus& status = statuses_[index];
  const RunFolder folder = folder_.run(plan_.runs[index].run.name);
  if (end.signal == 0 && end.code == 0) {
    status.state = RunState::kDone;
    return;
  }
  status.state = RunState::kFailed;
  if (end.signal != 0) {
    status.error = fmt::format("ended by signal {}{}", end.signal,
                               end.signal == SIGKILL ? " (is there too little memory?)" : "");
  } else if (std::filesystem::exists(folder.error())) {
    status.error = read_file(folder.error());
  } else {
    status.error = fmt::format("ended with exit code {}", end.code);
  }
}

/// They save their state when they are told to end; what has ended meanwhile counts.
void RunQueue::stop_all() {
  for (const Running& running : running_) running.process->signal(SIGTERM);
  for (const Running& running : running_) {
    const ProcessEnd ended = running.process->wait();
    if (ended.signal == 0 && ended.code == 0) end(running.index, ended);
  }
  running_.clear();
}

}  // namespace heed
