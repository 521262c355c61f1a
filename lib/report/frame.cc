#include "report/frame.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace heed {

namespace {

constexpr double kCap = 4;          // half the line that ends an error bar
constexpr double kMostLabel = 190;  // width of a label
constexpr double kLineHeight = 17;
constexpr int kRings = 33;  // places for a name: up to 144 above or below

struct Box {
  double left, top, right, bottom;
};

bool overlap(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/// How many things a name covers; leaving the figure counts as many.
int conflicts(const Box& box, const Frame& frame, std::span<const Box> taken) {
  const bool leaves = box.left < frame.left || box.right > kChartWidth ||
                      box.top < frame.top - kLineHeight || box.bottom > frame.bottom;
  return (leaves ? 100 : 0) + static_cast<int>(std::ranges::count_if(
                                  taken, [&](const Box& other) { return overlap(box, other); }));
}

/// The nearest free place for a name: right, left, above, below its point, and the same ever
/// farther up and down; the least crowded where none is free.
Box best_place(const NamedPoint& point, double width, const Frame& frame,
               std::span<const Box> taken) {
  Box best{};
  int least = std::numeric_limits<int>::max();
  for (int ring = 0; ring < kRings; ++ring) {
    const int distance = (ring + 1) / 2;
    const double shift = 9.0 * distance;
    const double beside = ring % 2 == 0 ? shift : -shift;
    const double dx = point.half_width + 5, dy = point.half_height + kLineHeight / 2 + 1 + shift;
    const std::array<SvgPoint, 4> centres{{{point.at.x + dx + width / 2, point.at.y + beside},
                                           {point.at.x - dx - width / 2, point.at.y + beside},
                                           {point.at.x, point.at.y - dy},
                                           {point.at.x, point.at.y + dy}}};
    for (const auto& [x, y] : centres) {
      const Box box{x - width / 2, y - kLineHeight / 2, x + width / 2, y + kLineHeight / 2};
      const int found = conflicts(box, frame, taken);
      if (found >= least) continue;
      least = found;
      best = box;
    }
    if (least == 0) break;
  }
  return best;
}

}  // namespace

double label_space(std::span<const std::string> labels) {
  double width = 0;
  for (const std::string& label : labels) width = std::max(width, text_width(label));
  return std::min(width, kMostLabel);
}

std::string svg_x_axis(const Frame& frame, const Axis& axis, const std::string& title) {
  std::string text;
  for (const Tick& tick : axis.ticks()) {
    const double x = axis.at(tick.value);
    text += svg_line({x, frame.bottom}, {x, frame.bottom + 5}, "axis");
    text += svg_text({x, frame.bottom + 20}, "middle", tick.label, "small");
  }
  text += svg_line({frame.left, frame.bottom}, {frame.right, frame.bottom}, "axis");
  return text + svg_text({(frame.left + frame.right) / 2, frame.bottom + 43}, "middle", title);
}

std::string svg_y_axis(const Frame& frame, const Axis& axis, const std::string& title) {
  std::string text;
  for (const Tick& tick : axis.ticks()) {
    const double y = axis.at(tick.value);
    text += svg_line({frame.left, y}, {frame.right, y}, "grid");
    text += svg_text({frame.left - 8, y + 4.5}, "end", tick.label, "small");
  }
  return text + svg_text({8, 20}, "start", title);
}

std::string svg_y_bar(double x, double low, double high) {
  return fmt::format(
      "<path class=\"bar\" d=\"M{:.1f} {:.1f}h{:.1f}m-{:.1f} 0V{:.1f}m-{:.1f} 0h{:.1f}\"/>\n",
      x - kCap, low, 2 * kCap, kCap, high, kCap, 2 * kCap);
}

std::string svg_x_bar(double y, double low, double high) {
  return fmt::format(
      "<path class=\"bar\" d=\"M{:.1f} {:.1f}v{:.1f}m0 -{:.1f}H{:.1f}m0 -{:.1f}v{:.1f}\"/>\n", low,
      y - kCap, 2 * kCap, kCap, high, kCap, 2 * kCap);
}

std::string svg_point_names(const Frame& frame, std::span<const NamedPoint> points) {
  std::vector<Box> taken;
  for (const NamedPoint& point : points) {
    const auto [x, y] = point.at;
    taken.push_back({x - point.half_width, y - 6, x + point.half_width, y + 6});
    taken.push_back({x - 6, y - point.half_height, x + 6, y + point.half_height});
  }
  std::string text;
  for (const NamedPoint& point : points) {
    const std::string name = fitted(point.name, kMostLabel);
    const Box box = best_place(point, text_width(name), frame, taken);
    taken.push_back(box);
    text += svg_text({box.left, box.bottom - 4}, "start", name);
    const auto [x, y] = point.at;
    const SvgPoint end{std::clamp(x, box.left, box.right), std::clamp(y, box.top, box.bottom)};
    if (std::hypot(end.x - x, end.y - y) > point.half_width + 14)
      text += svg_line(end, point.at, "axis");
  }
  return text;
}

}  // namespace heed
