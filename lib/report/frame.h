#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/axis.h"
#include "report/chart.h"
#include "report/svg.h"

namespace heed {

/// Where a chart's data lie within the figure.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// The space that labels beside a chart may take.
double label_space(std::span<const std::string> labels);

/// The grid's horizontal lines, the numbers of both axes and their titles.
std::string svg_x_axis(const Frame& frame, const Axis& axis, const std::string& title);
std::string svg_y_axis(const Frame& frame, const Axis& axis, const std::string& title);

/// An error bar along y, or along x.
std::string svg_y_bar(double x, double low, double high);
std::string svg_x_bar(double y, double low, double high);

/// A point with its name.
struct NamedPoint {
  SvgPoint at;
  double half_width = 6, half_height = 6;  ///< What its mark and error bars cover.
  std::string name;
};

/// The names, each beside its point and clear of the others as far as that can be.
std::string svg_point_names(const Frame& frame, std::span<const NamedPoint> points);

}  // namespace heed
