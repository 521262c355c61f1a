#include <cmath>

#include "backend/eigen.h"
#include "backend/vector.h"

namespace heed {
namespace {

/// Φ(x), the normal distribution, and e^(-x²/2), which its density needs too. Abramowitz & Stegun
/// 1964, 7.1.26: absolute error under 2e-7.
struct Normal {
  Vec cdf, bell;
};

Normal normal(Vec x) {
  const Vec size = maximum(x, -x);
  const Vec t = 1.0F / (size * (0.3275911F * 0.70710678F) + 1.0F);
  Vec p = t * 1.061405429F - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const Vec bell = exp(x * x * -0.5F);
  const Vec tail = p * t * bell * 0.5F;
  return {x > 0.0F ? 1.0F - tail : tail, bell};
}

/// y = f(x), f a function of one register.
template <class Function>
void map(const Tensor& x, const Tensor& y, Function f) {
  for_lanes(x.size(),
            [&](std::size_t i, auto part) { store(y.data + i, f(load(x.data + i, part)), part); });
}

/// dx = dy ∘ f(source), f the slope as a function of the input or output.
template <class Function>
void map_backward(const Tensor& source, const Tensor& dy, const Sum& dx, Function f) {
  by_beta(dx, [&](auto beta) {
    for_lanes(source.size(), [&](std::size_t i, auto part) {
      put(dx.y.data + i, load(dy.data + i, part) * f(load(source.data + i, part)), beta, part);
    });
  });
}

}  // namespace

void EigenBackend::activate(Activation kind, const Tensor& x, const Tensor& y) {
  switch (kind) {
    case Activation::kRelu:
      return map(x, y, [](Vec v) { return maximum(zero(), v); });
    case Activation::kGelu:
      return map(x, y, [](Vec v) { return v * normal(v).cdf; });
    case Activation::kSilu:
      return map(x, y, [](Vec v) { return v * logistic(v); });
    case Activation::kTanh:
      return map(x, y, [](Vec v) { return tanh(v); });
    case Activation::kSigmoid:
      return map(x, y, [](Vec v) { return logistic(v); });
    case Activation::kExp:
      return map(x, y, [](Vec v) { return exp(v); });
    case Activation::kEluPlusOne:
      return map(x, y, [](Vec v) { return v > 0.0F ? v + 1.0F : exp(v); });
  }
}

void EigenBackend::activate_backward(Activation kind, const Tensor& x, const Tensor& y,
                                     const Tensor& dy, const Sum& dx) {
  switch (kind) {
    case Activation::kRelu:
      return map_backward(x, dy, dx, [](Vec v) { return v > 0.0F ? broadcast(1) : zero(); });
    case Activation::kGelu:
      return map_backward(x, dy, dx, [](Vec v) {
        const Normal n = normal(v);
        return n.cdf + v * n.bell * 0.39894228F;
      });
    case Activation::kSilu:
      return map_backward(x, dy, dx, [](Vec v) {
        const Vec s = logistic(v);
        return s + v * s * (1.0F - s);
      });
    case Activation::kTanh:
      return map_backward(y, dy, dx, [](Vec v) { return 1.0F - v * v; });
    case Activation::kSigmoid:
      return map_backward(y, dy, dx, [](Vec v) { return v * (1.0F - v); });
    case Activation::kExp:
      return map_backward(y, dy, dx, [](Vec v) { return v; });
    case Activation::kEluPlusOne:  // e^x below zero is the output itself, above it is over 1
      return map_backward(y, dy, dx, [](Vec v) { return minimum(v, broadcast(1)); });
  }
}

namespace {

float mean_of(const float* x, int size) {
  Vec total = zero();
  for_lanes(size, [&](int i, auto part) { total += load(x + i, part); });
  return sum(total) / static_cast<float>(size);
}

/// The mean of (x − center)².
float spread(const float* x, int size, float center) {
  Vec total = zero();
  for_lanes(size, [&](int i, auto part) {
    const Vec distance = load(x + i, part, center) - center;
    total += distance * distance;
  });
  return sum(total) / static_cast<float>(size);
}

/// One row of normalize_backward: x, its statistics, and dy.
struct NormalizedRow {
  const float* x;
  const float* dy;
  float mean, inverse;
  int size;

  template <class Part>
  Vec normalized(int i, Part part) const {
    return (load(x + i, part) - mean) * inverse;
  }
};

void gain_backward(const NormalizedRow& row, float* dgain) {
  for_lanes(row.size, [&](int i, auto part) {
    put(dgain + i, load(row.dy + i, part) * row.normalized(i, part), kAdd, part);
  });
}

template <class Beta>
void input_backward(Normalization norm, const NormalizedRow& row, const float* gain, float* dx,
                    Beta beta) {
  Vec sum_g = zero(), sum_gn = zero();
  for_lanes(row.size, [&](int i, auto part) {
    const Vec g = load(gain + i, part) * load(row.dy + i, part);
    sum_g += g;
    sum_gn += g * row.normalized(i, part);
  });
  const auto size = static_cast<float>(row.size);
  const float mean_g = norm == Normalization::kLayer ? sum(sum_g) / size : 0;
  const float mean_gn = sum(sum_gn) / size;
  for_lanes(row.size, [&](int i, auto part) {
    const Vec g = load(gain + i, part) * load(row.dy + i, part);
    put(dx + i, (g - mean_g - row.normalized(i, part) * mean_gn) * row.inverse, beta, part);
  });
}

}  // namespace

void EigenBackend::normalize(Normalization norm, const Tensor& x, const Tensor& gain,
                             const Tensor& bias, const Tensor& y, const Tensor& statistics) {
  for (int r = 0; r < x.rows; ++r) {
    const float* row = x.row(r);
    const float mean = norm == Normalization::kLayer ? mean_of(row, x.cols) : 0;
    const float inverse = 1 / std::sqrt(spread(row, x.cols, mean) + norm.epsilon);
    for_lanes(x.cols, [&](int i, auto part) {
      Vec normalized = (load(row + i, part) - mean) * inverse * load(gain.data + i, part);
      if (bias) normalized += load(bias.data + i, part);
      store(y.row(r) + i, normalized, part);
    });
    statistics.row(r)[0] = mean;
    statistics.row(r)[1] = inverse;
  }
}

void EigenBackend::normalize_backward(Normalization norm, const Tensor& x, const Tensor& gain,
                                      const Tensor& statistics, const Tensor& dy,
                                      const NormalizeGradients& d) {
  begin(d.gain);
  for (int r = 0; r < x.rows; ++r) {
    const NormalizedRow row{x.row(r), dy.row(r), statistics.row(r)[0], statistics.row(r)[1],
                            x.cols};
    if (d.gain) gain_backward(row, d.gain.y.data);
    if (!d.x) continue;
    by_beta(d.x, [&](auto beta) { input_backward(norm, row, gain.data, d.x.y.row(r), beta); });
  }
  if (d.bias) sum_rows(dy, d.bias);
}

}  // namespace heed
