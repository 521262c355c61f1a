#include "support/gradient_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "util/random.h"

namespace heed {

namespace {

constexpr int kTries = 16;       // directions, until one meets no kink
constexpr int kCoordinates = 2;  // of each parameter, checked alone
constexpr int kPoints = 6;       // where the gradient is checked, until it is right at one
constexpr double kNudge = 0.02;  // from one point to the next

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
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += double{weights[i]} * y[i];
    return sum;
  }

 private:
  const Parameter& parameter_;
  Backend& backend_;
  const Graph& graph_;
  Block gradients_;
  Tape tape_;
  std::vector<float> values_;
};

/// Of length 1: all coordinates, or one alone.
std::vector<double> draw_direction(std::size_t size, bool one_coordinate, Random& random) {
  std::vector<double> direction(size);
  if (one_coordinate) {
    direction[random.below(size)] = 1;
    return direction;
  }
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

struct Derivative {
  double value = 0;
  double kink = 0;  ///< About the error that kinks within the step bring; 0 of a smooth function.
};

/// Central differences of step and step / 2 and Richardson's extrapolation of both. A function with
/// a kink near 0 has different first differences, one with a kink at 0 second differences that do
/// not shrink with the square of the step.
Derivative derivative(Probe& probe, const std::vector<double>& direction, double step) {
  const double middle = probe.total(direction, 0);
  const double far_right = probe.total(direction, step), far_left = probe.total(direction, -step);
  const double right = probe.total(direction, step / 2), left = probe.total(direction, -step / 2);
  const double wide = (far_right - far_left) / (2 * step), narrow = (right - left) / step;
  const double bend = 4 * (right + left - 2 * middle) - (far_right + far_left - 2 * middle);
  return {(4 * narrow - wide) / 3, std::max(std::abs(wide - narrow), std::abs(bend) / step)};
}

double dot(const std::vector<double>& direction, std::span<const float> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) sum += direction[i] * gradient[i];
  return sum;
}

/// Says where the gradient differs from finite differences; empty where it does not.
std::string difference(Probe& probe, std::span<const float> gradient, bool one_coordinate,
                       const GradientTolerance& tolerance, Random& random) {
  const double slack = tolerance.absolute * std::max(1.0, length_of(gradient));
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto direction = draw_direction(gradient.size(), one_coordinate, random);
    const double found = dot(direction, gradient);
    const Derivative expected = derivative(probe, direction, tolerance.step / (1 + attempt / 3));
    const double allowed = slack + tolerance.relative * std::abs(found);
    if (expected.kink > allowed) continue;
    if (std::abs(expected.value - found) <= allowed) return "";
    return fmt::format("expected {} ± {} in {}, found {}", expected.value, allowed,
                       one_coordinate ? "one coordinate" : "all coordinates", found);
  }
  return fmt::format("expected a direction without kinks among {}, found none", kTries);
}

/// One line for each difference at the parameters' present values.
std::string differences(Parameters& parameters, const Graph& graph,
                        const GradientTolerance& tolerance) {
  const std::vector<float> gradients = gradients_of(parameters, graph);
  Random random(5);
  std::string lines;
  for (const Parameter& parameter : parameters.all()) {
    Probe probe(parameters, parameter, graph);
    const auto gradient = std::span(gradients).subspan(parameter.offset, parameter.size());
    for (int check = 0; check <= kCoordinates; ++check) {
      const std::string line = difference(probe, gradient, check > 0, tolerance, random);
      if (!line.empty()) lines += fmt::format("gradient of {}: {}\n", parameter.name, line);
    }
  }
  return lines;
}

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
  const std::vector<float> values = values_of(parameters);
  std::string lines;
  for (int point = 0; point < kPoints; ++point) {
    lines = differences(parameters, graph, tolerance);
    if (lines.empty()) break;
    disturb(parameters, kNudge, point);
  }
  set_values(parameters, values);
  EXPECT_EQ(lines, "");
}

}  // namespace heed
