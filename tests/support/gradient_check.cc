#include "support/gradient_check.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "util/random.h"

namespace heed {

namespace {

constexpr int kDirections = 2;  // of all coordinates of a parameter together
constexpr double kWidths[] = {1, 0.5, 0.25,
                              0.125};  // of finite differences, until there is no kink
constexpr double kKinks = 0.2;         // of the checks, at most; a relu's reach 0.11

std::vector<float> host(Backend& backend, const Tensor& tensor) {
  std::vector<float> values(tensor.size());
  backend.read(tensor, values);
  return values;
}

/// Between 0.5 and 1.5 with a random sign: no element counts little.
std::vector<float> element_weights(std::size_t count) {
  Random random(17);
  std::vector<float> weights(count);
  for (float& weight : weights) {
    weight = static_cast<float>((0.5 + random.uniform()) * (random.below(2) == 0 ? 1 : -1));
  }
  return weights;
}

Var constant(Tape& tape, int rows, int cols, const std::vector<float>& values) {
  const Tensor tensor = tape.allocate(rows, cols);
  tape.backend().write(values, tensor);
  return tape.constant(tensor);
}

/// Σ weights ∘ y as [1, 1], through differentiable products with rows and columns of ones.
Var weighted_total(Var y) {
  Tape& tape = y.tape();
  const auto ones = [&](int rows, int cols) {
    return constant(tape, rows, cols, std::vector<float>(static_cast<std::size_t>(rows) * cols, 1));
  };
  const Var copy = concat_rows(std::vector{y});
  const Var weights = constant(tape, y.rows(), y.cols(), element_weights(y.value().size()));
  const Var columns = matmul(ones(1, y.rows()), multiply(copy, weights));
  return matmul(columns, ones(y.cols(), 1));
}

/// One parameter of a graph and the means to move along directions.
class Probe {
 public:
  Probe(Parameters& parameters, const Parameter& parameter, const Graph& graph)
      : parameter_(parameter),
        backend_(parameters.backend()),
        graph_(graph),
        gradients_(backend_, parameters.size()),
        tape_(backend_, parameters, gradients_.tensor()),
        values_(host(backend_, parameter.value)) {}

  /// The graph's weighted total, summed in double precision, at values + length · direction.
  double total(const std::vector<double>& direction, double length) {
    std::vector<float> moved(values_.size());
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i] = static_cast<float>(values_[i] + length * direction[i]);
    }
    backend_.write(moved, parameter_.value);
    tape_.reset(1);
    const std::vector<float> y = host(backend_, graph_(tape_).value());
    backend_.write(values_, parameter_.value);
    const std::vector<float> weights = element_weights(y.size());
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double term = double{weights[i]} * y[i];
      sum += term;
      squares += term * term;
    }
    noise_ = std::sqrt(squares) * std::numeric_limits<float>::epsilon();
    return sum;
  }

  /// About how exact the last total is, whose elements are rounded to single precision.
  double noise() const { return noise_; }

 private:
  const Parameter& parameter_;
  Backend& backend_;
  const Graph& graph_;
  Block gradients_;
  Tape tape_;
  std::vector<float> values_;
  double noise_ = 0;
};

/// Of length 1, with all coordinates.
std::vector<double> draw_direction(std::size_t size, Random& random) {
  std::vector<double> direction(size);
  double squares = 0;
  for (double& x : direction) {
    x = random.normal();
    squares += x * x;
  }
  for (double& x : direction) x /= std::sqrt(squares);
  return direction;
}

double length_of(std::span<const float> values) {
  double squares = 0;
  for (const float x : values) squares += double{x} * x;
  return std::sqrt(squares);
}

/// What finite differences of one width say of a derivative: it lies between two values.
struct Derivative {
  bool is_smooth = true;
  double least = 0, most = 0;
  double allowed = 0;  ///< Error, and what rounding adds.

  bool fits(double found) const { return found >= least - allowed && found <= most + allowed; }
};

/// Central differences of step and step / 2 and Richardson's extrapolation of both. A function with
/// a kink near 0 has different first differences, one with a kink at 0 second differences that do
/// not shrink with the square of the step; its derivative lies between the slopes on both sides.
Derivative derivative(Probe& probe, const std::vector<double>& direction, double step,
                      double allowed) {
  const double middle = probe.total(direction, 0);
  const double far_right = probe.total(direction, step), far_left = probe.total(direction, -step);
  const double right = probe.total(direction, step / 2), left = probe.total(direction, -step / 2);
  const double wide = (far_right - far_left) / (2 * step), narrow = (right - left) / step;
  const double bend = 4 * (right + left - 2 * middle) - (far_right + far_left - 2 * middle);
  const double kink = std::max(std::abs(wide - narrow), std::abs(bend) / step);
  allowed += 4 * probe.noise() / step;
  const double value = (4 * narrow - wide) / 3;
  if (kink <= allowed / 2) return {true, value, value, allowed};
  const auto [least, most] =
      std::minmax({left - far_left, middle - left, right - middle, far_right - right});
  return {false, 2 * least / step, 2 * most / step, allowed};
}

double dot(const std::vector<double>& direction, std::span<const float> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) sum += direction[i] * gradient[i];
  return sum;
}

/// Compares gradients with finite differences.
class GradientCheck {
 public:
  explicit GradientCheck(const GradientTolerance& tolerance) : tolerance_(tolerance) {}

  void compare(Parameters& parameters, const Graph& graph) {
    const std::vector<float> gradients = gradients_of(parameters, graph);
    for (const Parameter& parameter : parameters.all()) {
      Probe probe(parameters, parameter, graph);
      compare(probe, std::span(gradients).subspan(parameter.offset, parameter.size()),
              parameter.name);
    }
    if (kinks_ > kKinks * checks_ + 1) {
      lines_ += fmt::format("expected few kinks, found {} in {} directions\n", kinks_, checks_);
    }
  }

  /// One for each direction in which they differ.
  const std::string& lines() const { return lines_; }

 private:
  void compare(Probe& probe, std::span<const float> gradient, const std::string& name) {
    for (int i = 0; i < kDirections; ++i) {
      along(probe, draw_direction(gradient.size(), random_), gradient, name);
    }
    const std::size_t size = gradient.size(),
                      count = std::min<std::size_t>(size, tolerance_.coordinates);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double> direction(size);
      const std::size_t coordinate = count == size ? i : random_.below(size);
      direction[coordinate] = 1;
      along(probe, direction, gradient, fmt::format("{}[{}]", name, coordinate));
    }
  }

  void along(Probe& probe, const std::vector<double>& direction, std::span<const float> gradient,
             const std::string& name) {
    ++checks_;
    const double found = dot(direction, gradient);
    const double bound = tolerance_.absolute * std::max(1.0, length_of(gradient)) +
                         tolerance_.relative * std::abs(found);
    Derivative expected;
    for (const double width : kWidths) {
      expected = derivative(probe, direction, tolerance_.step * width, bound);
      if (expected.is_smooth && expected.fits(found)) return;
    }
    if (!expected.is_smooth) {
      ++kinks_;
      if (expected.fits(found)) return;
    }
    lines_ += fmt::format("gradient of {}: expected {} to {} ± {}, found {}\n", name,
                          expected.least, expected.most, expected.allowed, found);
  }

  const GradientTolerance& tolerance_;
  Random random_{5};
  int checks_ = 0, kinks_ = 0;
  std::string lines_;
};

}  // namespace

void disturb(Parameters& parameters, double deviation, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values = values_of(parameters);
  for (float& value : values) value += static_cast<float>(deviation * random.normal());
  set_values(parameters, values);
}

std::vector<float> values_of(const Parameters& parameters) {
  return host(parameters.backend(), parameters.flat());
}

void set_values(Parameters& parameters, const std::vector<float>& values) {
  parameters.backend().write(values, parameters.flat());
}

std::vector<float> gradients_of(const Parameters& parameters, const Graph& graph,
                                std::uint64_t seed) {
  Block gradients(parameters.backend(), parameters.size());
  Tape tape(parameters.backend(), parameters, gradients.tensor());
  tape.reset(seed);
  tape.backward(weighted_total(graph(tape)));
  return host(parameters.backend(), gradients.tensor());
}

void expect_gradients(Parameters& parameters, const Graph& graph,
                      const GradientTolerance& tolerance) {
  GradientCheck check(tolerance);
  check.compare(parameters, graph);
  EXPECT_EQ(check.lines(), "");
}

}  // namespace heed
