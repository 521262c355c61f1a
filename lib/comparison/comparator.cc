#include "heed/comparator.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "comparison/experiment.h"
#include "comparison/folder.h"
#include "comparison/gather.h"
#include "comparison/live_table.h"
#include "comparison/plan.h"
#include "comparison/result_file.h"
#include "comparison/run_queue.h"
#include "comparison/vocabulary.h"
#include "report/comparison_report.h"
#include "training/processes.h"
#include "util/config_file.h"
#include "util/error.h"
#include "util/files.h"
#include "util/log.h"

namespace heed {

namespace {

/// What --threads 0 means: the cores, shared among the jobs.
int usual_threads(const ComparisonOptions& options) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, cores / std::max(1, options.jobs));
}

ComparisonPlan plan_of(const GiveCompareOptions& give) {
  if (processes_started() > 1) {
    fail_usage(
        "expected one heed compare, which starts its runs itself (--jobs), found {} processes of "
        "mpirun; start it without mpirun",
        processes_started());
  }
  CompareOptions given;
  give(given);
  return make_plan(give, usual_threads(given.comparison));
}

LogOptions screen(bool quiet) {
  LogOptions options;
  options.quiet = quiet;
  return options;
}

}  // namespace

struct Comparator::Parts {
  Parts(const GiveCompareOptions& give, Origin the_origin)
      : origin(std::move(the_origin)),
        log(screen(origin.quiet)),
        plan(plan_of(give)),
        test(read_test_set(plan.shared.comparison, plan.shared.train.data.tsv)),
        folder(plan.shared.comparison.output) {
    folder.check_identity(plan.identity);
    // Before a comparison has begun, vocabularies may be those of other options.
    const std::string vocabularies = folder.file("vocab");
    if (folder.identity().is_null()) std::filesystem::remove_all(vocabularies);
    share_vocabularies(vocabularies, plan.runs);
    folder.write_identity(plan.identity);
  }

  void report_changes(const std::vector<RunStatus>& now);
  bool run_all(RunQueue& queue, const std::function<bool()>& interrupted);

  Origin origin;
  Log log;
  ComparisonPlan plan;
  TestSet test;
  ComparisonFolder folder;
  std::vector<RunState> seen{};  ///< What was reported of each run.
};

void Comparator::Parts::report_changes(const std::vector<RunStatus>& now) {
  seen.resize(now.size(), RunState::kWaiting);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (std::exchange(seen[i], now[i].state) == now[i].state) continue;
    const std::string& name = plan.runs[i].run.name;
    const std::string place = fmt::format("[run {}/{}] {}", i + 1, now.size(), name);
    if (now[i].state == RunState::kRunning) log.info("{}: begins", place);
    if (now[i].state == RunState::kFailed) log.error("{}: {}", place, now[i].error);
    if (now[i].state == RunState::kDone) {
      const RunResult result = read_result(folder.run(name), plan.runs[i]);
      log.info("{}: BLEU {:.2f}, cross-entropy {:.4f}, {} updates", place, result.bleu,
               result.cross_entropy, result.updates);
    }
  }
}

bool Comparator::Parts::run_all(RunQueue& queue, const std::function<bool()>& interrupted) {
  LiveTable table(plan, folder, log);
  return queue.run(interrupted, [&](const std::vector<RunStatus>& now) {
    report_changes(now);
    table.show(now);
  });
}

Comparator::Comparator(const GiveCompareOptions& give, Origin origin)
    : parts_(std::make_unique<Parts>(give, std::move(origin))) {}

Comparator::~Comparator() = default;

ComparisonEnd Comparator::run(const std::function<bool()>& interrupted) {
  Parts& parts = *parts_;
  RunQueue queue(parts.plan, parts.folder, parts.test);
  if (!parts.run_all(queue, interrupted)) return ComparisonEnd::kInterrupted;
  const Comparison comparison =
      gather({parts.plan, parts.folder, parts.test, parts.origin.command, parts.origin.version},
             queue.statuses());
  write_file(parts.folder.file("results.tsv"), results_tsv(comparison));
  write_file(parts.folder.file("results.json"), results_json(comparison));
  write_comparison_report(comparison, parts.folder.path());
  parts.log.info("[compare] the report is {}", parts.folder.file("report.html"));
  const bool failed = std::any_of(comparison.runs.begin(), comparison.runs.end(),
                                  [](const RunResult& run) { return !run.error.empty(); });
  return failed ? ComparisonEnd::kSomeFailed : ComparisonEnd::kDone;
}

std::string comparison_configuration(const GiveCompareOptions& give, bool full) {
  return write_config(plan_of(give).shared, full ? ConfigDump::kFull : ConfigDump::kMinimal);
}

}  // namespace heed
