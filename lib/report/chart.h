#pragma once

#include <optional>
#include <string>
#include <vector>

namespace heed {

// The report's charts as SVG. Series are told apart by their place in the list (svg.h), those
// without points too, so that a group looks the same in all charts.

struct ChartPoint {
  double x = 0, y = 0;
  std::optional<double> low{}, high{};  ///< Of y: an error bar or a band.
  std::vector<double> dots{};           ///< Single values that y sums up.
};

struct ChartSeries {
  std::string label;  ///< Written at the line's end.
  std::vector<ChartPoint> points{};
};

constexpr double kChartWidth = 600;
constexpr double kBroadChartWidth = 900;  ///< For many groups side by side.

/// A place on an axis that has no numbers.
struct Category {
  std::string label, note;
};

/// Lines with bands; with `categories`, where x counts these from 0, lines with error bars and
/// dots, side by side.
struct LineChart {
  std::string title, x_title, y_title;
  std::vector<ChartSeries> series;
  std::vector<Category> categories{};
  double width = kChartWidth;
};

std::string svg_line_chart(const LineChart& chart);

/// A value for each row, with its error bar and the single values it sums up.
struct DotPlotRow {
  std::string label;
  std::vector<double> dots{};
  std::optional<double> mean{}, low{}, high{};
};

struct DotPlot {
  std::string title, x_title;
  std::vector<DotPlotRow> rows;
};

std::string svg_dot_plot(const DotPlot& plot);

/// A point with error bars for each series, and its name beside it.
struct ScatterPoint {
  std::string label;
  std::optional<double> x{}, y{};
  double x_error = 0, y_error = 0;  ///< To both sides.
};

struct ScatterPlot {
  std::string title, x_title, y_title;
  std::vector<ScatterPoint> points;
};

std::string svg_scatter_plot(const ScatterPlot& plot);

}  // namespace heed
