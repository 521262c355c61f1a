#include <algorithm>
#include <cmath>

#include "backend/reference.h"

namespace heed {
namespace {

/// Calls body(r, h, j, key row, weight number) for each query row, head and key.
template <class Body>
void for_each_key(const AttentionSpans& spans, int heads, Body body) {
  for (int r = 0; r < static_cast<int>(spans.rows.size()); ++r) {
    const AttentionSpan& span = spans.rows[r];
    const std::ptrdiff_t block = std::ptrdiff_t{heads} * span.first_weight;
    for (int h = 0; h < heads; ++h) {
      for (int j = 0; j < span.keys; ++j) {
        const int key = span.first_key + j;
        body(r, h, spans.key_rows.empty() ? key : spans.key_rows[key],
             block + std::ptrdiff_t{h} * span.keys + j);
      }
    }
  }
}

/// Calls body(first weight number, keys) for each query row and head.
template <class Body>
void for_each_head(const AttentionSpans& spans, int heads, Body body) {
  for (const AttentionSpan& span : spans.rows)
    for (int h = 0; h < heads; ++h)
      body(std::ptrdiff_t{heads} * span.first_weight + std::ptrdiff_t{h} * span.keys, span.keys);
}

}  // namespace

void ReferenceBackend::dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                                  const AttentionSpans& spans, const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    const float* q = query.row(r) + h * width;
    const float* m = memory.row(key) + h * width;
    double sum = 0;
    for (int i = 0; i < width; ++i) sum += double{q[i]} * m[i];
    scores.data[weight] = static_cast<float>(scale * sum);
  });
}

void ReferenceBackend::dot_scores_backward(const Tensor& query, const Tensor& memory, int heads,
                                           float scale, const AttentionSpans& spans,
                                           const Tensor& dscores, const Tensor& dquery,
                                           const Tensor& dmemory) {
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    const float slope = scale * dscores.data[weight];
    for (int i = h * width; i < (h + 1) * width; ++i) {
      dquery.row(r)[i] += slope * memory.row(key)[i];
      dmemory.row(key)[i] += slope * query.row(r)[i];
    }
  });
}

void ReferenceBackend::additive_scores(const Tensor& query, const Tensor& memory, const Tensor& v,
                                       int heads, const AttentionSpans& spans,
                                       const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    double sum = 0;
    for (int i = h * width; i < (h + 1) * width; ++i)
      sum += v.data[i] * std::tanh(double{query.row(r)[i]} + memory.row(key)[i]);
    scores.data[weight] = static_cast<float>(sum);
  });
}

void ReferenceBackend::additive_scores_backward(const Tensor& query, const Tensor& memory,
                                                const Tensor& v, int heads,
                                                const AttentionSpans& spans, const Tensor& dscores,
                                                const AdditiveGradients& d) {
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    const double dscore = dscores.data[weight];
    for (int i = h * width; i < (h + 1) * width; ++i) {
      const double t = std::tanh(double{query.row(r)[i]} + memory.row(key)[i]);
      const auto slope = static_cast<float>(dscore * v.data[i] * (1 - t * t));
      d.query.row(r)[i] += slope;
      d.memory.row(key)[i] += slope;
      d.v.data[i] += static_cast<float>(dscore * t);
    }
  });
}

void ReferenceBackend::softmax_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                                     const Tensor& weights) {
  for_each_head(spans, heads, [&](std::ptrdiff_t first, int keys) {
    if (keys == 0) return;
    const float* x = scores.data + first;
    float* y = weights.data + first;
    const double top = *std::max_element(x, x + keys);
    double sum = 0;
    for (int j = 0; j < keys; ++j) sum += std::exp(x[j] - top);
    for (int j = 0; j < keys; ++j) y[j] = static_cast<float>(std::exp(x[j] - top) / sum);
  });
}

void ReferenceBackend::softmax_spans_backward(const Tensor& weights, const Tensor& dweights,
                                              int heads, const AttentionSpans& spans,
                                              const Tensor& dscores) {
  for_each_head(spans, heads, [&](std::ptrdiff_t first, int keys) {
    const float* w = weights.data + first;
    const float* dw = dweights.data + first;
    double mean = 0;
    for (int j = 0; j < keys; ++j) mean += double{w[j]} * dw[j];
    for (int j = 0; j < keys; ++j)
      dscores.data[first + j] += static_cast<float>(w[j] * (dw[j] - mean));
  });
}

void ReferenceBackend::weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                                    const AttentionSpans& spans, const Tensor& context) {
  const int width = context.cols / heads;
  fill(context, 0);
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    for (int i = h * width; i < (h + 1) * width; ++i)
      context.row(r)[i] += weights.data[weight] * memory.row(key)[i];
  });
}

void ReferenceBackend::weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                                             const AttentionSpans& spans, const Tensor& dcontext,
                                             const Tensor& dweights, const Tensor& dmemory) {
  const int width = dcontext.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight) {
    double sum = 0;
    for (int i = h * width; i < (h + 1) * width; ++i) {
      sum += double{dcontext.row(r)[i]} * memory.row(key)[i];
      dmemory.row(key)[i] += weights.data[weight] * dcontext.row(r)[i];
    }
    dweights.data[weight] += static_cast<float>(sum);
  });
}

}  // namespace heed
