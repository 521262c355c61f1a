#include <fmt/core.h>
#include <algorithm>
#include <cstddef>

#include <cmath>

#include "report/chart.h"
#include "report/frame.h"

namespace heed {

namespace {

constexpr double kRow = 32;

bool is_finite(const std::optional<double>& value) { return value && std::isfinite(*value); }

bool is_error(double value) { return std::isfinite(value) && value > 0; }

Extent extent_of(const DotPlot& plot) {
  Extent extent;
  for (const DotPlotRow& row : plot.rows) {
    for (const double dot : row.dots) extent.add(dot);
    for (const auto& value : {row.mean, row.low, row.high}) extent.add(value.value_or(NAN));
  }
  return extent;
}

std::string row_marks(const DotPlotRow& row, std::size_t index, const Axis& axis, double y) {
  std::string text = fmt::format("<g class=\"{}\">\n", series_classes(index));
  for (const double dot : row.dots) {
    if (!std::isfinite(dot)) continue;
    text += fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>\n",
                        axis.at(dot), y + 7);
  }
  if (is_finite(row.low) && is_finite(row.high))
    text += svg_x_bar(y - 4, axis.at(*row.low), axis.at(*row.high));
  if (is_finite(row.mean)) text += svg_mark({axis.at(*row.mean), y - 4}, index, 4.5);
  return text + "</g>\n";
}

}  // namespace

std::string svg_dot_plot(const DotPlot& plot) {
  std::vector<std::string> labels;
  for (const DotPlotRow& row : plot.rows) labels.push_back(row.label);
  const double space = label_space(labels);
  const Frame frame{.left = space + 28,
                    .top = 14,
                    .right = kChartWidth - 24,
                    .bottom = 14 + kRow * static_cast<double>(plot.rows.size())};
  const Axis axis(extent_of(plot), frame.left, frame.right);
  std::string body;
  for (const Tick& tick : axis.ticks())
    body += svg_line({axis.at(tick.value), frame.top}, {axis.at(tick.value), frame.bottom}, "grid");
  body += svg_x_axis(frame, axis, plot.x_title);
  for (std::size_t r = 0; r < plot.rows.size(); ++r) {
    const double y = frame.top + kRow * (static_cast<double>(r) + 0.5);
    body += svg_text({frame.left - 14, y + 5}, "end", fitted(labels[r], space + 1));
    body += row_marks(plot.rows[r], r, axis, y);
  }
  return svg_figure(kChartWidth, frame.bottom + 56, "chart", plot.title, body);
}

std::string svg_scatter_plot(const ScatterPlot& plot) {
  const Frame frame{.left = 58, .top = 36, .right = kChartWidth - 40, .bottom = 330};
  Extent xs, ys;
  for (const ScatterPoint& point : plot.points) {
    if (!is_finite(point.x) || !is_finite(point.y)) continue;
    for (const double sign : {-1.0, 1.0}) {
      xs.add(*point.x + sign * point.x_error);
      ys.add(*point.y + sign * point.y_error);
    }
  }
  const Axis x(xs, frame.left, frame.right, true), y(ys, frame.bottom, frame.top);
  std::string body = svg_y_axis(frame, y, plot.y_title) + svg_x_axis(frame, x, plot.x_title);
  std::vector<NamedPoint> names;
  for (std::size_t p = 0; p < plot.points.size(); ++p) {
    const ScatterPoint& point = plot.points[p];
    if (!is_finite(point.x) || !is_finite(point.y)) continue;
    NamedPoint named{.at = {x.at(*point.x), y.at(*point.y)}, .name = point.label};
    body += fmt::format("<g class=\"{}\">\n", series_classes(p));
    if (is_error(point.y_error)) {
      const double low = y.at(*point.y - point.y_error), high = y.at(*point.y + point.y_error);
      body += svg_y_bar(named.at.x, low, high);
      named.half_height = std::max(named.half_height, (low - high) / 2);
    }
    if (is_error(point.x_error)) {
      const double low = x.at(*point.x - point.x_error), high = x.at(*point.x + point.x_error);
      body += svg_x_bar(named.at.y, low, high);
      named.half_width = std::max(named.half_width, (high - low) / 2);
    }
    body += svg_mark(named.at, p, 5) + "</g>\n";
    names.push_back(named);
  }
  body += svg_point_names(frame, names);
  return svg_figure(kChartWidth, frame.bottom + 56, "chart", plot.title, body);
}

}  // namespace heed
