#include "comparison/gather.h"

#include <fmt/format.h>

#include "comparison/experiment.h"
#include "metrics/signature.h"
#include "metrics/significance.h"
#include "util/config_file.h"
#include "util/files.h"

namespace heed {

namespace {

constexpr int kTrials = 10'000;  // of approximate randomisation, as heed evaluate's
constexpr std::uint64_t kSeed = 12345;

std::vector<RunResult> read_results(const Sources& sources,
                                    const std::vector<RunStatus>& statuses) {
  std::vector<RunResult> results;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const RunPlan& plan = sources.plan.runs[i];
    if (statuses[i].state == RunState::kDone) {
      results.push_back(read_result(sources.folder.run(plan.run.name), plan));
    } else {
      results.push_back({plan.run.name, plan.run.group, plan.run.settings, statuses[i].error});
    }
  }
  return results;
}

std::vector<std::string> read_output(const RunFolder& folder) {
  std::vector<std::string> lines;
  LineReader reader(folder.output());
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

/// The translations of a group's first finished run; none if there is no such run.
std::vector<std::string> first_output(const Sources& sources, const Comparison& comparison,
                                      const std::string& group) {
  for (const RunResult& run : comparison.runs) {
    if (run.group != group || !run.error.empty()) continue;
    return read_output(sources.folder.run(run.name));
  }
  return {};
}

std::vector<PairedTest> test_groups(const Sources& sources, const Comparison& comparison) {
  const auto baseline = first_output(sources, comparison, comparison.baseline);
  std::vector<PairedTest> tests;
  if (baseline.empty()) return tests;
  const std::vector<std::vector<std::string>> references{sources.test.reference};
  const auto metrics = comparison_metrics(sources.plan.shared.comparison.tokenize);
  for (const std::string& group : comparison.groups) {
    const auto output = first_output(sources, comparison, group);
    if (group == comparison.baseline || output.empty()) continue;
    for (const auto& metric : metrics) {
      const Statistics pair[] = {measure_corpus(*metric, baseline, references),
                                 measure_corpus(*metric, output, references)};
      const auto results = paired_randomization(*metric, pair, kTrials, kSeed);
      tests.push_back({group, metric->name(), results[1].score - results[0].score,
                       results[1].p_value.value_or(1)});
    }
  }
  return tests;
}

std::vector<std::string> signatures(const Sources& sources) {
  std::vector<std::string> result;
  for (const auto& metric : comparison_metrics(sources.plan.shared.comparison.tokenize)) {
    SignatureContext context;
    context.version = sources.origin.version;
    context.randomization_trials = kTrials;
    context.seed = kSeed;
    result.push_back(
        fmt::format("{}|{}", metric->name(), format_signature(signature_fields(*metric, context))));
  }
  return result;
}

}  // namespace

Comparison gather(const Sources& sources, const std::vector<RunStatus>& statuses) {
  Comparison comparison;
  comparison.title = fmt::format("{}", fmt::join(sources.plan.varied, ", "));
  comparison.command = sources.origin.command;
  comparison.configuration = write_config(sources.plan.shared, ConfigDump::kMinimal);
  comparison.baseline = sources.plan.baseline;
  comparison.groups = sources.plan.groups;
  comparison.signatures = signatures(sources);
  comparison.runs = read_results(sources, statuses);
  comparison.tests = test_groups(sources, comparison);
  return comparison;
}

}  // namespace heed
