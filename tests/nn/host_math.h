#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "autograd/parameter.h"

namespace heed {

// Formulas written out by hand in double precision, to compare the modules with.

using Vector = std::vector<double>;

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// A parameter's values as rows.
struct Matrix {
  int rows = 0, cols = 0;
  std::vector<float> values;

  double at(int row, int col) const { return values[row * cols + col]; }
  Vector row(int r) const { return {values.begin() + r * cols, values.begin() + (r + 1) * cols}; }
};

inline Matrix matrix_of(const Parameters& parameters, const std::string& name) {
  for (const Parameter& parameter : parameters.all()) {
    if (parameter.name != name) continue;
    Matrix matrix{parameter.rows, parameter.cols, std::vector<float>(parameter.size())};
    parameters.backend().read(parameter.value, matrix.values);
    return matrix;
  }
  throw std::out_of_range("no parameter " + name);
}

inline bool has_parameter(const Parameters& parameters, const std::string& name) {
  for (const Parameter& parameter : parameters.all()) {
    if (parameter.name == name) return true;
  }
  return false;
}

/// x · W
inline Vector times(const Vector& x, const Matrix& weight) {
  Vector y(weight.cols);
  for (int i = 0; i < weight.rows; ++i) {
    for (int j = 0; j < weight.cols; ++j) y[j] += x[i] * weight.at(i, j);
  }
  return y;
}

inline Vector plus(Vector x, const Vector& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  return x;
}

inline double dot_product(const Vector& x, const Vector& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

inline Vector part_of(const Vector& x, int first, int count) {
  return {x.begin() + first, x.begin() + first + count};
}

/// Layer norm with the parameters `name`.gain and `name`.bias, each where it exists.
inline Vector normed(const Parameters& parameters, const std::string& name, Vector x) {
  if (!has_parameter(parameters, name + ".gain")) return x;
  const Vector gain = matrix_of(parameters, name + ".gain").row(0);
  const Vector bias = has_parameter(parameters, name + ".bias")
                          ? matrix_of(parameters, name + ".bias").row(0)
                          : Vector(x.size());
  const auto width = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double value : x) mean += value / width;
  for (const double value : x) variance += (value - mean) * (value - mean) / width;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = gain[i] * (x[i] - mean) / std::sqrt(variance + 1e-6) + bias[i];
  }
  return x;
}

inline Vector softmax_of(Vector scores) {
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score);
  for (double& score : scores) score /= sum;
  return scores;
}

}  // namespace heed
