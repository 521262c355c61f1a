#include "comparison/gather.h"

#include <fmt/format.h>

#include <algorithm>

#include "comparison/experiment.h"
#include "comparison/samples.h"
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

/// The first finished run of each group that has one.
std::vector<GroupModel> group_models(const Sources& sources, const Comparison& comparison) {
  std::vector<GroupModel> models;
  for (const std::string& group : comparison.groups) {
    const auto run = std::find_if(
        comparison.runs.begin(), comparison.runs.end(),
        [&](const RunResult& result) { return result.group == group && result.error.empty(); });
    if (run == comparison.runs.end()) continue;
    const RunFolder folder = sources.folder.run(run->name);
    models.push_back(
        {group, folder.model(), read_lines(folder.output()), run->attention.has_value()});
  }
  return models;
}

std::vector<PairedTest> test_groups(const Sources& sources, const std::string& baseline_group,
                                    const std::vector<GroupModel>& models) {
  const auto baseline = std::find_if(models.begin(), models.end(), [&](const GroupModel& model) {
    return model.group == baseline_group;
  });
  std::vector<PairedTest> tests;
  if (baseline == models.end()) return tests;
  const std::vector<std::vector<std::string>> references{sources.test.reference};
  for (const auto& metric : comparison_metrics(sources.plan.shared.comparison.tokenize)) {
    std::vector<Statistics> systems{measure_corpus(*metric, baseline->output, references)};
    for (const GroupModel& model : models) {
      if (&model == &*baseline) continue;
      systems.push_back(measure_corpus(*metric, model.output, references));
    }
    const auto results = paired_randomization(*metric, systems, kTrials, kSeed);
    auto result = results.begin();
    for (const GroupModel& model : models) {
      if (&model == &*baseline) continue;
      ++result;
      tests.push_back({model.group, metric->name(), result->score - results[0].score,
                       result->p_value.value_or(1)});
    }
  }
  return tests;
}

std::vector<std::string> signatures(const Sources& sources) {
  std::vector<std::string> result;
  for (const auto& metric : comparison_metrics(sources.plan.shared.comparison.tokenize)) {
    SignatureContext context;
    context.version = sources.version;
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
  comparison.command = sources.command;
  comparison.configuration = write_config(sources.plan.shared, ConfigDump::kMinimal);
  comparison.baseline = sources.plan.baseline;
  comparison.groups = sources.plan.groups;
  comparison.signatures = signatures(sources);
  comparison.runs = read_results(sources, statuses);
  const std::vector<GroupModel> models = group_models(sources, comparison);
  comparison.tests = test_groups(sources, comparison.baseline, models);
  comparison.samples = take_samples(sources.plan.shared, sources.test, models);
  return comparison;
}

}  // namespace heed
