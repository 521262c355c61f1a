#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/figures.h"
#include "report/results.h"

namespace heed {

/// The report's figures, by the section where they stand.
struct ReportFigures {
  std::vector<Figure> scores, curves, lengths, speed;
};

/// The whole page.
std::string html_report(const Comparison& comparison, const ReportFigures& figures);

/// The tables, as markdown.
std::string markdown_report(const Comparison& comparison);

/// The page's style sheet, without the figures' own.
std::string_view report_style();

/// Sorts tables by their headings; without it the page is complete but fixed.
std::string_view report_script();

}  // namespace heed
