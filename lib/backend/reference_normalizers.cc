#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "backend/put.h"
#include "backend/reference.h"

namespace heed {
namespace {

/// Calls body(query row, first weight number, keys) for each query row and head.
template <class Body>
void for_each_head(const AttentionSpans& spans, int heads, Body body) {
  for (int r = 0; r < spans.rows.size(); ++r) {
    const AttentionSpan& span = spans.rows.device[r];
    for (int h = 0; h < heads; ++h) {
      body(r, std::ptrdiff_t{heads} * span.first_weight + std::ptrdiff_t{h} * span.keys, span.keys);
    }
  }
}

void softmax(const float* x, int keys, float* y) {
  const double top = *std::max_element(x, x + keys);
  double sum = 0;
  for (int j = 0; j < keys; ++j) sum += std::exp(x[j] - top);
  for (int j = 0; j < keys; ++j) y[j] = static_cast<float>(std::exp(x[j] - top) / sum);
}

/// Writes those of the scores that are less than `reach` below the largest, largest first, and
/// returns how many: no others can get a weight. None where there is a NaN at the top.
int candidates(const float* x, int keys, double reach, float* sorted) {
  const float top = *std::max_element(x, x + keys);
  int count = 0;
  for (int j = 0; j < keys; ++j) {
    if (double{top} - x[j] < reach) sorted[count++] = x[j];
  }
  std::sort(sorted, sorted + count, std::greater<>());
  return count;
}

/// τ with Σ max(x − τ, 0) = 1 (Martins & Astudillo 2016, algorithm 1). The k largest are the
/// support for the largest k with 1 + k x_k > x_1 + … + x_k.
double sparsemax_threshold(const float* sorted, int count) {
  double sum = 0, threshold = std::numeric_limits<double>::quiet_NaN();
  for (int k = 1; k <= count; ++k) {
    const double x = sorted[k - 1];
    if (k > 1 && 1 + k * x <= sum + x) break;
    sum += x;
    threshold = (sum - 1) / k;
  }
  return threshold;
}

/// τ with Σ max(x/2 − τ, 0)² = 1 (Peters et al. 2019, algorithm 2): of the k largest halves with
/// mean M and sum of squared deviations D, τ = M − √((1 − D) / k); the largest k whose τ is below
/// all of them counts. Halves are taken from the largest on, which loses no digits.
double entmax15_threshold(const float* sorted, int count) {
  double sum = 0, squares = 0, threshold = std::numeric_limits<double>::quiet_NaN();
  for (int k = 1; k <= count; ++k) {
    const double x = (double{sorted[k - 1]} - sorted[0]) / 2;
    sum += x;
    squares += x * x;
    const double mean = sum / k, deviations = squares - sum * mean;
    const double next = mean - std::sqrt(std::max(0.0, 1 - deviations) / k);
    if (next > x) break;
    threshold = next + double{sorted[0]} / 2;
  }
  return threshold;
}

void sparsemax(const float* x, int keys, float* y) {
  const double threshold = sparsemax_threshold(y, candidates(x, keys, 1, y));
  for (int j = 0; j < keys; ++j) {
    const double weight = x[j] - threshold;
    y[j] = weight <= 0 ? 0.0F : static_cast<float>(weight);  // a NaN stays one
  }
}

void entmax15(const float* x, int keys, float* y) {
  const double threshold = entmax15_threshold(y, candidates(x, keys, 2, y));
  for (int j = 0; j < keys; ++j) {
    const double root = double{x[j]} / 2 - threshold;
    y[j] = root <= 0 ? 0.0F : static_cast<float>(root * root);
  }
}

void sigmoid(const float* x, int keys, float* y) {
  for (int j = 0; j < keys; ++j) y[j] = static_cast<float>(1 / (1 + std::exp(-double{x[j]})));
}

/// How fast a weight grows with its own score while the threshold stays.
double slope(AttentionNormalizer kind, double weight) {
  switch (kind) {
    case AttentionNormalizer::kSparsemax:
      return weight == 0 ? 0 : 1;
    case AttentionNormalizer::kEntmax15:
      return std::sqrt(weight);
    case AttentionNormalizer::kSigmoid:
      return weight * (1 - weight);
    default:
      return weight;
  }
}

double gaussian(double distance, double sigma) {
  return std::exp(-distance * distance / (2 * sigma * sigma));
}

}  // namespace

void ReferenceBackend::normalize_spans(AttentionNormalizer kind, const Tensor& scores, int heads,
                                       const AttentionSpans& spans, const Tensor& weights) {
  const auto normalizer = kind == AttentionNormalizer::kSparsemax  ? sparsemax
                          : kind == AttentionNormalizer::kEntmax15 ? entmax15
                          : kind == AttentionNormalizer::kSigmoid  ? sigmoid
                                                                   : softmax;
  for_each_head(spans, heads, [&](int, std::ptrdiff_t first, int keys) {
    if (keys > 0) normalizer(scores.data + first, keys, weights.data + first);
  });
}

// With s the slopes, dz = s ∘ (dw − Σ s dw / Σ s): the mean is what the threshold's change takes
// back (Martins & Astudillo 2016, eq. 14; Peters et al. 2019, eq. 14). Sigmoids have no threshold.
void ReferenceBackend::normalize_spans_backward(AttentionNormalizer kind, const Tensor& weights,
                                                const Tensor& dweights, int heads,
                                                const AttentionSpans& spans, const Sum& dscores) {
  for_each_head(spans, heads, [&](int, std::ptrdiff_t first, int keys) {
    const float* w = weights.data + first;
    const float* dw = dweights.data + first;
    double sum = 0, total = 0;
    for (int j = 0; j < keys; ++j) {
      sum += slope(kind, w[j]) * dw[j];
      total += slope(kind, w[j]);
    }
    const double mean = kind == AttentionNormalizer::kSigmoid || total == 0 ? 0 : sum / total;
    for (int j = 0; j < keys; ++j)
      put(dscores.y.data[first + j], static_cast<float>(slope(kind, w[j]) * (dw[j] - mean)),
          dscores.beta);
  });
}

void ReferenceBackend::gaussian_spans(const Tensor& weights, const Tensor& centres, float sigma,
                                      int heads, const AttentionSpans& spans, const Tensor& y) {
  for_each_head(spans, heads, [&](int r, std::ptrdiff_t first, int keys) {
    for (int j = 0; j < keys; ++j) {
      const double factor = gaussian(j - double{centres.data[r]}, sigma);
      y.data[first + j] = static_cast<float>(weights.data[first + j] * factor);
    }
  });
}

void ReferenceBackend::gaussian_spans_backward(const Tensor& weights, const Tensor& centres,
                                               float sigma, int heads, const AttentionSpans& spans,
                                               const Tensor& dy, const Sum& dweights,
                                               const Sum& dcentres) {
  begin(dcentres);
  for_each_head(spans, heads, [&](int r, std::ptrdiff_t first, int keys) {
    double dcentre = 0;
    for (int j = 0; j < keys; ++j) {
      const double distance = j - double{centres.data[r]};
      const double slope_of_weight = dy.data[first + j] * gaussian(distance, sigma);
      put(dweights.y.data[first + j], static_cast<float>(slope_of_weight), dweights.beta);
      dcentre += slope_of_weight * weights.data[first + j] * distance;
    }
    dcentres.y.data[r] += static_cast<float>(dcentre / (double{sigma} * sigma));
  });
}

}  // namespace heed
