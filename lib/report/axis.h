#pragma once

#include <string>
#include <vector>

namespace heed {

/// The values that an axis must show.
class Extent {
 public:
  /// Infinite values and such that are no numbers count for nothing.
  void add(double value);

  bool empty() const { return low_ > high_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = 1, high_ = 0;
};

/// A mark of an axis.
struct Tick {
  double value = 0;
  std::string label;
};

/// Values on a line of a figure, with ticks at round numbers: linear, or logarithmic where positive
/// values span more than a factor of 20 and that was allowed.
class Axis {
 public:
  /// The pixels `begin` and `end` are where the lowest and the highest values lie.
  Axis(const Extent& extent, double begin, double end, bool may_be_logarithmic = false);

  /// The pixel of a value.
  double at(double value) const;

  const std::vector<Tick>& ticks() const { return ticks_; }
  bool is_logarithmic() const { return is_logarithmic_; }

 private:
  void place_linear_ticks(double low, double high);
  void place_logarithmic_ticks(double low, double high);

  double begin_, end_;
  bool is_logarithmic_;
  double low_ = 0, high_ = 1;  ///< Logarithms on a logarithmic axis.
  std::vector<Tick> ticks_;
};

/// Moves places, each `gap` from the next at least and within the limits, as little as can be done;
/// their order stays. Those that don't fit at all overlap evenly.
std::vector<double> spread_places(std::vector<double> wanted, double gap, double low, double high);

}  // namespace heed
