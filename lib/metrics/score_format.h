#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "metrics/metric.h"
#include "metrics/significance.h"

namespace heed {

/// A score with all that is printed beside it.
struct ReportedScore {
  std::string name{};     // BLEU
  std::string details{};  // may be empty
  std::vector<SignatureField> signature{};
  SystemResult result{};
};

/// sacreBLEU's line: `BLEU|nrefs:1|… = 20.8 (μ = 20.7 ± 0.6) 54.4/26.6/…`.
std::string format_score_line(const ReportedScore& score, int width, bool short_names);

/// The score with `width` decimals, and its interval if it has one: `20.8 (μ = 20.7 ± 0.6)`.
std::string format_score(const ReportedScore& score, int width);

/// Lines of format_score_line with their `=` below each other.
std::string align_score_lines(const std::vector<std::string>& lines);

/// sacreBLEU's JSON object: name, score, signature, interval, details, the signature's fields.
nlohmann::ordered_json score_to_json(const ReportedScore& score, int width);

/// The number as its `width` decimals round it.
double rounded(double value, int width);

enum class TableStyle { kText, kLatex };

/// Rows of cells; the first row is the heading. A cell may have several lines. The first column is
/// set to the right, the others in the middle. Text is drawn with a frame, LaTeX uses booktabs
/// (where the lines of a cell are joined).
std::string format_table(const std::vector<std::vector<std::string>>& rows, TableStyle style);

}  // namespace heed
