#include "comparison/live_table.h"

#include <algorithm>

#include "comparison/training_log.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::size_t kMostLines = 20;  // of a table with all runs
constexpr std::size_t kMostName = 36;   // columns

std::string state_name(RunState state, double share) {
  switch (state) {
    case RunState::kWaiting:
      return "waiting";
    case RunState::kRunning:
      return share < 1 ? "training" : "measuring";
    case RunState::kDone:
      return "done";
    case RunState::kFailed:
      return "failed";
  }
  return {};
}

std::string time_left(const TrainingHistory& history) {
  if (history.share <= 0 || history.share >= 1) return "";
  return human_duration(history.seconds * (1 - history.share) / history.share);
}

std::string last_bleu(const TrainingHistory& history) {
  if (history.curve.empty() || !history.curve.back().bleu.has_value()) return "";
  return fmt::format("{:.2f}", history.curve.back().bleu.value());
}

std::string draw_line(const std::string& name, std::size_t width, RunState state,
                      const TrainingHistory& history) {
  const std::string shown = name.size() <= width ? name : name.substr(0, width - 1) + "…";
  std::string line = fmt::format("{:<{}}  {:<9}", shown, width, state_name(state, history.share));
  if (history.updates == 0) return line;
  return line + fmt::format("  {:>5}  {:>9}  {:>3.0f}%  {:>9}  {:>6.3f}  {:>5}  {}", history.epoch,
                            with_thousands(static_cast<std::int64_t>(history.updates)),
                            100 * history.share,
                            with_thousands(static_cast<std::int64_t>(history.words_per_second)),
                            history.cost, last_bleu(history),
                            state == RunState::kRunning ? time_left(history) : "");
}

std::string count_states(const std::vector<RunStatus>& statuses) {
  const auto count = [&](RunState state) {
    return std::count_if(statuses.begin(), statuses.end(),
                         [&](const RunStatus& status) { return status.state == state; });
  };
  return fmt::format("{} runs: {} done, {} failed, {} running, {} waiting", statuses.size(),
                     count(RunState::kDone), count(RunState::kFailed), count(RunState::kRunning),
                     count(RunState::kWaiting));
}

}  // namespace

std::string draw_table(const ComparisonPlan& plan, const ComparisonFolder& folder,
                       const std::vector<RunStatus>& statuses) {
  std::size_t width = 3;
  for (const RunPlan& run : plan.runs) width = std::max(width, run.run.name.size());
  width = std::min(width, kMostName);
  std::string text =
      fmt::format("{:<{}}  {:<9}  epoch    updates  done    words/s    cost   BLEU  left\n", "run",
                  width, "state");
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const RunState state = statuses[i].state;
    if (statuses.size() > kMostLines && state != RunState::kRunning) continue;
    const std::string& name = plan.runs[i].run.name;
    const TrainingHistory history = state == RunState::kWaiting
                                        ? TrainingHistory{}
                                        : read_training_log(folder.run(name).json_log());
    text += draw_line(name, width, state, history) + '\n';
  }
  return text + count_states(statuses);
}

void LiveTable::show(const std::vector<RunStatus>& statuses) {
  if (!log_.has_terminal() || Clock::now() < next_) return;
  next_ = Clock::now() + std::chrono::seconds(1);
  log_.show_status(draw_table(plan_, folder_, statuses));
}

}  // namespace heed
