#include <fmt/core.h>
#include <cstddef>

#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/frame.h"

namespace heed {

namespace {

constexpr double kLabelGap = 18;  // between names at the lines' ends
constexpr double kLead = 34;      // from a line's end to its name

bool is_drawn(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

bool has_interval(const ChartPoint& point) {
  return point.low && point.high && std::isfinite(*point.low) && std::isfinite(*point.high);
}

/// Draws one line chart.
class LinePainter {
 public:
  explicit LinePainter(const LineChart& chart);

  std::string svg() const;

 private:
  static Frame frame_of(const LineChart& chart);
  static Extent x_extent(const LineChart& chart);
  static Extent y_extent(const LineChart& chart);

  double x_of(const ChartPoint& point, std::size_t series) const;
  std::string categories() const;
  std::string band(const ChartSeries& series) const;
  std::string bars(const ChartSeries& series, std::size_t index) const;
  std::string line(const ChartSeries& series, std::size_t index) const;
  std::string marks(const ChartSeries& series, std::size_t index) const;
  std::string end_labels() const;

  const LineChart& chart_;
  Frame frame_;
  Axis x_, y_;
};

Frame LinePainter::frame_of(const LineChart& chart) {
  std::vector<std::string> labels;
  for (const ChartSeries& series : chart.series) labels.push_back(series.label);
  const double needed = kLabelGap * static_cast<double>(labels.size());
  return {.left = 58,
          .top = 36,
          .right = chart.width - label_space(labels) - kLead - 8,
          .bottom = 36 + std::max(290.0, needed)};
}

Extent LinePainter::x_extent(const LineChart& chart) {
  Extent extent;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) extent.add(point.x);
  }
  return extent;
}

Extent LinePainter::y_extent(const LineChart& chart) {
  Extent extent;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      extent.add(point.y);
      if (has_interval(point)) {
        extent.add(*point.low);
        extent.add(*point.high);
      }
      for (const double dot : point.dots) extent.add(dot);
    }
  }
  return extent;
}

LinePainter::LinePainter(const LineChart& chart)
    : chart_(chart),
      frame_(frame_of(chart)),
      x_(x_extent(chart), frame_.left, frame_.right),
      y_(y_extent(chart), frame_.bottom, frame_.top) {}

double LinePainter::x_of(const ChartPoint& point, std::size_t series) const {
  if (chart_.categories.empty()) return x_.at(point.x);
  const double slot = (frame_.right - frame_.left) / static_cast<double>(chart_.categories.size());
  const double place =
      (static_cast<double>(series) + 0.5) / static_cast<double>(chart_.series.size()) - 0.5;
  return frame_.left + slot * (point.x + 0.5 + 0.7 * place);
}

std::string LinePainter::categories() const {
  std::string text = svg_line({frame_.left, frame_.bottom}, {frame_.right, frame_.bottom}, "axis");
  const double slot = (frame_.right - frame_.left) / static_cast<double>(chart_.categories.size());
  for (std::size_t c = 0; c < chart_.categories.size(); ++c) {
    const double x = frame_.left + slot * (static_cast<double>(c) + 0.5);
    text += svg_text({x, frame_.bottom + 20}, "middle", chart_.categories[c].label);
    text += svg_text({x, frame_.bottom + 37}, "middle", chart_.categories[c].note, "small");
    if (c > 0) text += svg_line({x - slot / 2, frame_.bottom}, {x - slot / 2, frame_.top}, "grid");
  }
  return text +
         svg_text({(frame_.left + frame_.right) / 2, frame_.bottom + 60}, "middle", chart_.x_title);
}

std::string LinePainter::band(const ChartSeries& series) const {
  std::string upper, lower;
  for (const ChartPoint& point : series.points) {
    if (!is_drawn(point) || !has_interval(point)) continue;
    upper += fmt::format("{}{:.1f} {:.1f}", upper.empty() ? "M" : "L", x_.at(point.x),
                         y_.at(*point.high));
    lower = fmt::format("L{:.1f} {:.1f}", x_.at(point.x), y_.at(*point.low)) + lower;
  }
  return upper.empty() ? "" : fmt::format("<path class=\"band\" d=\"{}{}z\"/>\n", upper, lower);
}

std::string LinePainter::bars(const ChartSeries& series, std::size_t index) const {
  std::string text;
  for (const ChartPoint& point : series.points) {
    const double x = x_of(point, index);
    for (const double dot : point.dots) {
      if (!std::isfinite(dot)) continue;
      text += fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.6\"/>\n", x,
                          y_.at(dot));
    }
    if (is_drawn(point) && has_interval(point))
      text += svg_y_bar(x, y_.at(*point.low), y_.at(*point.high));
  }
  return text;
}

std::string LinePainter::line(const ChartSeries& series, std::size_t index) const {
  std::string path;
  bool goes_on = false;
  for (const ChartPoint& point : series.points) {
    if (is_drawn(point)) {
      path +=
          fmt::format("{}{:.1f} {:.1f}", goes_on ? "L" : "M", x_of(point, index), y_.at(point.y));
    }
    goes_on = is_drawn(point);
  }
  return fmt::format("<path class=\"line\" d=\"{}\"/>\n", path);
}

std::string LinePainter::marks(const ChartSeries& series, std::size_t index) const {
  constexpr std::size_t kFewPoints = 15;
  std::string text;
  for (const ChartPoint& point : series.points) {
    const bool is_last = &point == &series.points.back();
    if (!is_drawn(point) || (series.points.size() > kFewPoints && !is_last)) continue;
    text += svg_mark({x_of(point, index), y_.at(point.y)}, index, 4) + "\n";
  }
  return text;
}

std::string LinePainter::end_labels() const {
  std::vector<std::size_t> labelled;
  std::vector<SvgPoint> ends;
  std::vector<double> wanted;
  for (std::size_t s = 0; s < chart_.series.size(); ++s) {
    const auto& points = chart_.series[s].points;
    const auto last = std::find_if(points.rbegin(), points.rend(), is_drawn);
    if (last == points.rend()) continue;
    labelled.push_back(s);
    ends.push_back({x_of(*last, s), y_.at(last->y)});
    wanted.push_back(ends.back().y);
  }
  const std::vector<double> places = spread_places(wanted, kLabelGap, frame_.top, frame_.bottom);
  std::string text;
  const double x = frame_.right + kLead;
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const std::size_t s = labelled[i];
    text += fmt::format(
        "<g class=\"{}\"><path class=\"lead\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>{}</g>\n",
        series_classes(s), ends[i].x + 5, ends[i].y, x - 14, places[i],
        svg_mark({x - 9, places[i]}, s, 4));
    text +=
        svg_text({x, places[i] + 5}, "start", fitted(chart_.series[s].label, chart_.width - x - 4));
  }
  return text;
}

std::string LinePainter::svg() const {
  const bool has_categories = !chart_.categories.empty();
  std::string body = svg_y_axis(frame_, y_, chart_.y_title);
  body += has_categories ? categories() : svg_x_axis(frame_, x_, chart_.x_title);
  for (std::size_t s = 0; s < chart_.series.size(); ++s) {
    const ChartSeries& series = chart_.series[s];
    if (series.points.empty()) continue;
    body += fmt::format("<g class=\"{}\">\n{}{}{}</g>\n", series_classes(s),
                        has_categories ? bars(series, s) : band(series), line(series, s),
                        marks(series, s));
  }
  body += end_labels();
  return svg_figure(chart_.width, frame_.bottom + (has_categories ? 72 : 56), "chart", chart_.title,
                    body);
}

}  // namespace

std::string svg_line_chart(const LineChart& chart) { return LinePainter(chart).svg(); }

}  // namespace heed
