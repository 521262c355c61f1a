#include "report/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {

namespace {

struct Setting {
  std::string_view flag, value;
};

/// The settings that a group's name lists; none if it is another kind of name.
std::vector<Setting> settings_of(const std::string& group) {
  std::vector<Setting> settings;
  for (const std::string_view field : split_fields(group, ',')) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) return {};
    settings.push_back({field.substr(0, equals), field.substr(equals + 1)});
  }
  return settings;
}

bool have_same_flags(std::span<const std::string> groups) {
  const auto flags = [](const std::string& group) {
    std::vector<std::string_view> list;
    for (const Setting& setting : settings_of(group)) list.push_back(setting.flag);
    return list;
  };
  return !groups.empty() && !flags(groups.front()).empty() &&
         std::ranges::all_of(groups, [&](const std::string& group) {
           return flags(group) == flags(groups.front());
         });
}

}  // namespace

Spread spread_of(std::span<const double> values) {
  Spread spread{.count = values.size()};
  if (values.empty()) return spread;
  for (const double value : values) spread.mean += value;
  spread.mean /= static_cast<double>(values.size());
  if (values.size() == 1) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return spread;
}

std::vector<RunGroup> group_runs(const Comparison& comparison) {
  const std::vector<std::string> labels = short_labels(comparison.groups);
  std::vector<RunGroup> groups;
  for (std::size_t g = 0; g < labels.size(); ++g) {
    RunGroup& group = groups.emplace_back(RunGroup{comparison.groups[g], labels[g]});
    for (const RunResult& run : comparison.runs) {
      if (run.group == group.name)
        (run.error.empty() ? group.finished : group.failed).push_back(&run);
    }
  }
  return groups;
}

std::vector<std::string> short_labels(std::span<const std::string> groups) {
  std::vector<std::string> labels(groups.begin(), groups.end());
  if (!have_same_flags(groups)) return labels;
  for (std::string& label : labels) {
    std::vector<std::string_view> values;
    for (const Setting& setting : settings_of(label)) values.push_back(setting.value);
    label = fmt::format("{}", fmt::join(values, " · "));
  }
  return labels;
}

std::string varied_flags(std::span<const std::string> groups) {
  if (!have_same_flags(groups)) return "group";
  std::vector<std::string_view> flags;
  for (const Setting& setting : settings_of(groups.front())) flags.push_back(setting.flag);
  return fmt::format("{}", fmt::join(flags, " · "));
}

Spread spread_over(const RunGroup& group, const RunNumber& number) {
  std::vector<double> values;
  for (const RunResult* run : group.finished) {
    if (const auto value = number(*run)) values.push_back(*value);
  }
  return spread_of(values);
}

std::vector<MeanCurvePoint> mean_curve(const RunGroup& group) {
  std::vector<MeanCurvePoint> curve;
  if (group.finished.empty()) return curve;
  std::size_t validations = group.finished.front()->curve.size();
  for (const RunResult* run : group.finished) {
    validations = std::min(validations, run->curve.size());
  }
  for (std::size_t i = 0; i < validations; ++i) {
    std::vector<double> updates, seconds, losses, scores;
    for (const RunResult* run : group.finished) {
      const CurvePoint& point = run->curve[i];
      updates.push_back(static_cast<double>(point.updates));
      seconds.push_back(point.seconds);
      losses.push_back(point.cross_entropy);
      if (point.bleu) scores.push_back(*point.bleu);
    }
    curve.push_back(
        {spread_of(updates).mean, spread_of(seconds).mean, spread_of(losses), spread_of(scores)});
  }
  return curve;
}

std::vector<MeanLengthScore> mean_by_length(const RunGroup& group,
                                            std::span<const LengthScore> ranges) {
  std::vector<MeanLengthScore> result;
  for (const LengthScore& range : ranges) {
    MeanLengthScore& mean = result.emplace_back();
    mean.at_most = range.at_most;
    mean.sentences = range.sentences;
    std::vector<double> low, high;
    for (const RunResult* run : group.finished) {
      const auto score = std::ranges::find(run->by_length, range.at_most, &LengthScore::at_most);
      if (score == run->by_length.end() || score->sentences == 0) continue;
      mean.runs.push_back(score->bleu);
      low.push_back(score->low);
      high.push_back(score->high);
    }
    mean.bleu = spread_of(mean.runs);
    mean.low = spread_of(low).mean;
    mean.high = spread_of(high).mean;
  }
  return result;
}

std::vector<LengthScore> length_ranges(const Comparison& comparison) {
  for (const RunResult& run : comparison.runs) {
    if (run.error.empty() && !run.by_length.empty()) return run.by_length;
  }
  return {};
}

std::string range_label(std::span<const LengthScore> ranges, std::size_t index) {
  const int before = index == 0 ? 0 : ranges[index - 1].at_most;
  if (ranges[index].at_most > 0) return fmt::format("{}–{}", before + 1, ranges[index].at_most);
  return index == 0 ? "all" : fmt::format("over {}", before);
}

const PairedTest* find_test(const Comparison& comparison, const std::string& group,
                            const std::string& metric) {
  for (const PairedTest& test : comparison.tests) {
    if (test.group == group && lowercase(test.metric).starts_with(metric)) return &test;
  }
  return nullptr;
}

}  // namespace heed
