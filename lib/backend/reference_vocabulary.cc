#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/best.h"
#include "backend/reference.h"

namespace heed {
namespace {

double log_sum_exp(const float* x, int size) {
  const double top = *std::max_element(x, x + size);
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += std::exp(x[i] - top);
  return top + std::log(sum);
}

}  // namespace

// With normaliser Z, −log p(v) = log Z − x_v, and the gradient is p − (1 − s) · 1[target] − s / V.
// Cross-entropy with label smoothing (Szegedy et al. 2016): −log p(i) = log Σ exp(x) − x_i.
void ReferenceBackend::cross_entropy(const Tensor& logits, const Indices& targets, float smoothing,
                                     bool gradient, const Tensor& losses,
                                     const Tensor& likelihood) {
  for (int r = 0; r < logits.rows; ++r) {
    float* x = logits.row(r);
    const double log_z = log_sum_exp(x, logits.cols);
    double loss = (1 - double{smoothing}) * (log_z - x[targets.device[r]]);
    if (smoothing > 0)
      for (int i = 0; i < logits.cols; ++i) loss += smoothing * (log_z - x[i]) / logits.cols;
    losses.data[r] = static_cast<float>(loss);
    likelihood.data[r] = static_cast<float>(x[targets.device[r]] - log_z);
    if (!gradient) continue;
    for (int i = 0; i < logits.cols; ++i)
      x[i] = static_cast<float>(std::exp(x[i] - log_z) - double{smoothing} / logits.cols -
                                (i == targets.device[r] ? 1 - double{smoothing} : 0));
  }
}

// With δ = log p − log q, KL(p ‖ q) = Σ p δ, and of its half of the sum the gradient by the logits
// of p is p (δ − KL(p ‖ q)), that of KL(q ‖ p) = −Σ q δ is p − q.
void ReferenceBackend::divergence(const Tensor& first, const Tensor& second,
                                  const Tensor& divergences, const Tensor& dfirst,
                                  const Tensor& dsecond) {
  const int size = first.cols;
  std::vector<double> p(size), q(size), delta(size);
  for (int r = 0; r < first.rows; ++r) {
    const double z_p = log_sum_exp(first.row(r), size), z_q = log_sum_exp(second.row(r), size);
    double from_p = 0, from_q = 0;
    for (int i = 0; i < size; ++i) {
      const double log_p = first.row(r)[i] - z_p, log_q = second.row(r)[i] - z_q;
      p[i] = std::exp(log_p), q[i] = std::exp(log_q), delta[i] = log_p - log_q;
      from_p += p[i] * delta[i], from_q -= q[i] * delta[i];
    }
    divergences.data[r] = static_cast<float>((from_p + from_q) / 2);
    for (int i = 0; i < size; ++i) {
      dfirst.row(r)[i] = static_cast<float>((p[i] * (delta[i] - from_p) + p[i] - q[i]) / 2);
      dsecond.row(r)[i] = static_cast<float>((q[i] * (-delta[i] - from_q) + q[i] - p[i]) / 2);
    }
  }
}

// log softmax(x) = (x − m) − log Σ exp(x − m), m the largest x.
void ReferenceBackend::log_normalizers(const Tensor& logits, const Tensor& normalizers) {
  for (int r = 0; r < logits.rows; ++r) {
    const float* x = logits.row(r);
    const float largest = *std::max_element(x, x + logits.cols);
    normalizers.row(r)[0] = largest;
    normalizers.row(r)[1] = static_cast<float>(log_sum_exp(x, logits.cols) - largest);
  }
}

void ReferenceBackend::top_k(const Tensor& x, int k, const Tensor& columns, const Tensor& values) {
  for (int r = 0; r < x.rows; ++r) {
    BestList list(columns.row(r), values.row(r), k);
    for (int i = 0; i < x.cols; ++i) list.offer(i, x.row(r)[i]);
  }
}

double ReferenceBackend::sum_squares(const Tensor& x) {
  double sum = 0;
  for (int r = 0; r < x.rows; ++r)
    for (int i = 0; i < x.cols; ++i) sum += double{x.row(r)[i]} * x.row(r)[i];
  return sum;
}

void ReferenceBackend::adam(const AdamStep& step, const Tensor& gradients, const Tensor& values,
                            const Tensor& first_moment, const Tensor& second_moment) {
  const auto update = static_cast<double>(step.update);
  const auto correction1 = static_cast<float>(1 - std::pow(double{step.beta1}, update));
  const auto correction2 = static_cast<float>(1 - std::pow(double{step.beta2}, update));
  const float rate = step.learning_rate / correction1, scale2 = 1 / correction2;
  const float kept = 1 - step.learning_rate * step.weight_decay;
  const AdamStep s = step;  // A copy, which the loop's stores cannot change.
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float g = gradients.data[i] * s.gradient_scale;
    const float m = s.beta1 * first_moment.data[i] + (1 - s.beta1) * g;
    const float v = s.beta2 * second_moment.data[i] + (1 - s.beta2) * g * g;
    first_moment.data[i] = m;
    second_moment.data[i] = v;
    values.data[i] = kept * values.data[i] - rate * m / (std::sqrt(v * scale2) + s.epsilon);
  }
}

void ReferenceBackend::blend(float rate, const Tensor& x, const Tensor& average) {
  for (std::size_t i = 0; i < average.size(); ++i)
    average.data[i] += rate * (x.data[i] - average.data[i]);
}

}  // namespace heed
