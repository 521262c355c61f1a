#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "metrics/score_format.h"

namespace heed {

/// The systems' scores on the sentences of some source lengths (in words).
struct LengthGroup {
  std::size_t shortest = 0;
  std::optional<std::size_t> longest{};
  std::size_t sentences = 0;
  std::vector<ReportedScore> scores{};  // [systems]
};

/// One metric's scores.
struct MetricReport {
  std::vector<ReportedScore> scores{};  // [systems]
  std::vector<LengthGroup> groups{};    // empty if there is no source
};

/// What an evaluation has found.
struct EvaluationReport {
  std::vector<std::string> systems{};
  std::vector<MetricReport> metrics{};
  /// "Paired bootstrap resampling test with 1000 resamples", or empty without a test.
  std::string test{};
};

enum class ReportFormat { kJson, kText, kLatex };

struct ReportStyle {
  ReportFormat format = ReportFormat::kJson;
  int width = 1;  // decimals
  bool score_only = false;
  bool short_names = false;
};

/// The report as sacreBLEU prints it: for one system a line or an object for each metric; for
/// several systems (and for LaTeX) a table, with the signatures below, or a list of objects. Scores
/// by length follow as tables, or as `by_source_length` in the objects.
std::string write_report(const EvaluationReport& report, const ReportStyle& style);

}  // namespace heed
