#include "metrics/evaluation_report.h"

#include <fmt/format.h>

#include "metrics/signature.h"
#include "util/json.h"

namespace heed {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

TableStyle table_style(const ReportStyle& style) {
  return style.format == ReportFormat::kLatex ? TableStyle::kLatex : TableStyle::kText;
}

std::string cell(const ReportedScore& score, int width, bool with_details) {
  const SystemResult& result = score.result;
  std::string text = fmt::format("{:.{}f}", result.score, width);
  if (result.interval) {
    text += fmt::format(" ({:.{}f} ± {:.{}f})", result.interval->mean, width,
                        result.interval->half_width, width);
  }
  if (result.p_value) {
    text += fmt::format("\n(p = {:.4f}){}", *result.p_value, *result.p_value < 0.05 ? "*" : "");
  }
  if (with_details && !score.details.empty()) text += "\n" + score.details;
  return text;
}

std::string heading(const ReportedScore& score) {
  return score.name + (score.result.interval ? " (μ ± 95% CI)" : "");
}

std::string systems_table(const EvaluationReport& report, const ReportStyle& style) {
  Rows rows = {{"System"}};
  for (const MetricReport& metric : report.metrics) rows[0].push_back(heading(metric.scores[0]));
  for (std::size_t s = 0; s < report.systems.size(); ++s) {
    rows.push_back({(s == 0 && !report.test.empty() ? "Baseline: " : "") + report.systems[s]});
    for (const MetricReport& metric : report.metrics) {
      rows.back().push_back(cell(metric.scores[s], style.width, false));
    }
  }
  return format_table(rows, table_style(style));
}

std::string length_range(const LengthGroup& group) {
  if (!group.longest) return fmt::format("{} or more", group.shortest);
  return fmt::format("{} to {}", group.shortest, *group.longest);
}

// One table for each metric; nothing without a source.
std::string length_tables(const EvaluationReport& report, const ReportStyle& style) {
  std::string text;
  for (const MetricReport& metric : report.metrics) {
    if (metric.groups.empty()) continue;
    Rows rows = {{metric.scores[0].name + ", source words", "Sentences"}};
    for (const std::string& system : report.systems) rows[0].push_back(system);
    for (const LengthGroup& group : metric.groups) {
      rows.push_back({length_range(group), fmt::to_string(group.sentences)});
      for (const ReportedScore& score : group.scores) {
        rows.back().push_back(cell(score, style.width, true));
      }
    }
    text += "\n" + format_table(rows, table_style(style));
  }
  return text;
}

constexpr const char* kHowToReadTests =
    "Each system is compared with the baseline, the first one. p is the probability that a\n"
    "difference at least as great as theirs comes about by chance although the two are equally\n"
    "good. Below 0.05 (marked with *) the systems differ significantly; which one is better, "
    "their\n"
    "scores tell.\n";

std::string footer(const EvaluationReport& report, const ReportStyle& style) {
  std::string text;
  if (!report.test.empty()) text += "\n" + report.test + "\n" + kHowToReadTests;
  text += "\nMetric signatures\n";
  for (const MetricReport& metric : report.metrics) {
    const ReportedScore& score = metric.scores[0];
    text += fmt::format(" - {:<10} {}\n", score.name,
                        format_signature(score.signature, style.short_names));
  }
  return text;
}

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json groups_to_json(const MetricReport& metric, std::size_t system, int width) {
  Json list = Json::array();
  for (const LengthGroup& group : metric.groups) {
    const ReportedScore& score = group.scores[system];
    Json item = {{"shortest", group.shortest},
                 {"longest", group.longest ? Json(*group.longest) : Json()},
                 {"sentences", group.sentences},
                 {"score", rounded(score.result.score, width)}};
    if (score.result.interval) {
      item["confidence_mean"] = rounded(score.result.interval->mean, width);
      item["confidence_var"] = rounded(score.result.interval->half_width, width);
    }
    if (!score.details.empty()) item["verbose_score"] = score.details;
    list.push_back(item);
  }
  return list;
}

// A number in full for a test, else the score as it is printed, as sacreBLEU has it.
Json system_score_to_json(const ReportedScore& score, bool tested, int width) {
  const SystemResult& result = score.result;
  if (!tested) return fmt::format("{:.{}f}", result.score, width);
  std::optional<double> mean, half_width;
  if (result.interval) mean = result.interval->mean, half_width = result.interval->half_width;
  return {{"score", result.score},
          {"p_value", optional_number(result.p_value)},
          {"mean", optional_number(mean)},
          {"ci", optional_number(half_width)}};
}

std::string systems_json(const EvaluationReport& report, const ReportStyle& style) {
  Json list = Json::array();
  for (std::size_t s = 0; s < report.systems.size(); ++s) {
    const std::string prefix = s == 0 && !report.test.empty() ? "Baseline: " : "";
    Json object = {{"system", prefix + report.systems[s]}};
    for (const MetricReport& metric : report.metrics) {
      const ReportedScore& score = metric.scores[s];
      object[score.name] = system_score_to_json(score, !report.test.empty(), style.width);
      if (!metric.groups.empty()) {
        object[score.name + " by_source_length"] = groups_to_json(metric, s, style.width);
      }
    }
    list.push_back(object);
  }
  return list.dump(4) + "\n";
}

std::string single_json(const EvaluationReport& report, const ReportStyle& style) {
  Json list = Json::array();
  for (const MetricReport& metric : report.metrics) {
    list.push_back(score_to_json(metric.scores[0], style.width));
    if (!metric.groups.empty()) {
      list.back()["by_source_length"] = groups_to_json(metric, 0, style.width);
    }
  }
  return (list.size() == 1 ? list[0] : list).dump(1) + "\n";
}

std::string single_text(const EvaluationReport& report, const ReportStyle& style) {
  std::vector<std::string> lines;
  for (const MetricReport& metric : report.metrics) {
    lines.push_back(format_score_line(metric.scores[0], style.width, style.short_names));
  }
  return align_score_lines(lines) + length_tables(report, style);
}

std::string scores_only(const EvaluationReport& report, const ReportStyle& style) {
  std::string text;
  for (const MetricReport& metric : report.metrics) {
    text += format_score(metric.scores[0], style.width) + "\n";
  }
  return text;
}

}  // namespace

std::string write_report(const EvaluationReport& report, const ReportStyle& style) {
  const bool single = report.systems.size() == 1;
  if (single && style.score_only) return scores_only(report, style);
  if (style.format == ReportFormat::kJson) {
    return single ? single_json(report, style) : systems_json(report, style);
  }
  if (single && style.format == ReportFormat::kText) return single_text(report, style);
  return systems_table(report, style) + length_tables(report, style) + footer(report, style);
}

}  // namespace heed
