#include "report/axis.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/numbers.h"

namespace heed {

namespace {

constexpr int kTicks = 6;             // at most about so many
constexpr double kWideFactor = 20.0;  // from here on a logarithmic axis

/// The round step (1, 2 or 5 times a power of ten) that gives about kTicks ticks.
double round_step(double range) {
  const double rough = range / kTicks;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) return factor * power;
  }
  return 10 * power;
}

/// 12000 as "12,000", 1500000 as "1.5M".
std::string tick_label(double value, double step) {
  if (std::abs(value) >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return format_fixed(value, decimals);
}

/// A run of places that touch each other.
struct Cluster {
  double sum = 0;  ///< Of where each would like the first to be.
  std::size_t count = 0;

  double start(double gap, double low, double high) const {
    const double room = high - gap * static_cast<double>(count - 1);
    return std::max(low, std::min(sum / static_cast<double>(count), room));
  }
};

}  // namespace

void Extent::add(double value) {
  if (!std::isfinite(value)) return;
  const bool first = empty();
  low_ = first ? value : std::min(low_, value);
  high_ = first ? value : std::max(high_, value);
}

Axis::Axis(const Extent& extent, double begin, double end, bool may_be_logarithmic)
    : begin_(begin),
      end_(end),
      is_logarithmic_(may_be_logarithmic && !extent.empty() && extent.low() > 0 &&
                      extent.high() > kWideFactor * extent.low()) {
  if (extent.empty()) {
    place_linear_ticks(0, 1);
  } else if (is_logarithmic_) {
    place_logarithmic_ticks(extent.low(), extent.high());
  } else {
    // Equal values get some room on both sides.
    const double least = std::max(std::abs(extent.high()) * 0.02, 1e-6);
    const double more = std::max(0.0, least - (extent.high() - extent.low())) / 2;
    const bool from_zero = extent.low() >= 0 && extent.low() < more;
    place_linear_ticks(from_zero ? 0 : extent.low() - more, extent.high() + more);
  }
}

void Axis::place_linear_ticks(double low, double high) {
  const double step = round_step(high - low);
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  low_ = first * step;
  high_ = last * step;
  for (double i = first; i <= last; ++i) ticks_.push_back({i * step, tick_label(i * step, step)});
}

void Axis::place_logarithmic_ticks(double low, double high) {
  const double decades = std::log10(high / low);
  const std::vector<double> factors = decades > 3 ? std::vector{1.0} : std::vector{1.0, 2.0, 5.0};
  low_ = std::log10(low) - 0.04 * decades;
  high_ = std::log10(high) + 0.04 * decades;
  for (double power = std::floor(low_); power <= high_; ++power) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, power);
      if (std::log10(value) < low_ || std::log10(value) > high_) continue;
      ticks_.push_back({value, tick_label(value, std::min(value, 1.0))});
    }
  }
}

double Axis::at(double value) const {
  const double scaled = is_logarithmic_ ? std::log10(value) : value;
  return begin_ + (scaled - low_) / (high_ - low_) * (end_ - begin_);
}

std::vector<double> spread_places(std::vector<double> wanted, double gap, double low, double high) {
  if (wanted.empty()) return wanted;
  gap = std::min(gap, (high - low) / std::max<double>(1, static_cast<double>(wanted.size()) - 1));
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });
  std::vector<Cluster> clusters;
  for (const std::size_t i : order) {
    Cluster next{wanted[i], 1};
    while (!clusters.empty()) {
      const Cluster& last = clusters.back();
      const double length = gap * static_cast<double>(last.count);
      if (last.start(gap, low, high) + length <= next.start(gap, low, high)) break;
      next.sum += last.sum - length * static_cast<double>(next.count);
      next.count += last.count;
      clusters.pop_back();
    }
    clusters.push_back(next);
  }
  auto place = order.begin();
  for (const Cluster& cluster : clusters) {
    const double start = cluster.start(gap, low, high);
    for (std::size_t i = 0; i < cluster.count; ++i) {
      wanted[*place++] = start + gap * static_cast<double>(i);
    }
  }
  return wanted;
}

}  // namespace heed
