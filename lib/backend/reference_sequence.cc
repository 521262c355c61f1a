#include <algorithm>

#include "backend/put.h"
#include "backend/reference.h"

namespace heed {
namespace {

/// Calls body(query row, head, first weight number, keys) for each query row and head.
template <class Body>
void for_each_head(const AttentionSpans& spans, int heads, Body body) {
  for (int r = 0; r < spans.rows.size(); ++r) {
    const AttentionSpan& span = spans.rows.device[r];
    for (int h = 0; h < heads; ++h)
      body(r, h, std::ptrdiff_t{heads} * span.first_weight + std::ptrdiff_t{h} * span.keys,
           span.keys);
  }
}

}  // namespace

void ReferenceBackend::share_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                                   const Tensor& weights) {
  for_each_head(spans, heads, [&](int, int, std::ptrdiff_t first, int keys) {
    double sum = 0;
    for (int j = 0; j < keys; ++j) sum += scores.data[first + j];
    const auto factor = static_cast<float>(1 / sum);
    for (int j = 0; j < keys; ++j) weights.data[first + j] = scores.data[first + j] * factor;
  });
}

void ReferenceBackend::share_spans_backward(const Tensor& scores, const Tensor& weights,
                                            const Tensor& dweights, int heads,
                                            const AttentionSpans& spans, const Sum& dscores) {
  for_each_head(spans, heads, [&](int, int, std::ptrdiff_t first, int keys) {
    double sum = 0, mean = 0;
    for (int j = 0; j < keys; ++j) {
      sum += scores.data[first + j];
      mean += double{weights.data[first + j]} * dweights.data[first + j];
    }
    for (int j = 0; j < keys; ++j)
      put(dscores.y.data[first + j], static_cast<float>((dweights.data[first + j] - mean) / sum),
          dscores.beta);
  });
}

void ReferenceBackend::add_by_bucket(const Tensor& table, const DistanceBuckets& buckets, int heads,
                                     const AttentionSpans& spans, const Sum& scores) {
  by_beta(scores, [&](auto beta) {
    for_each_head(spans, heads, [&](int r, int h, std::ptrdiff_t first, int keys) {
      const float* from = table.row(table.rows == 1 ? 0 : r) + h * buckets.count;
      for (int j = 0; j < keys; ++j) put(scores.y.data[first + j], from[buckets(r, j)], beta);
    });
  });
}

void ReferenceBackend::sum_by_bucket(const Tensor& scores, const DistanceBuckets& buckets,
                                     int heads, const AttentionSpans& spans, const Sum& table) {
  begin(table);
  for_each_head(spans, heads, [&](int r, int h, std::ptrdiff_t first, int keys) {
    float* to = table.y.row(table.y.rows == 1 ? 0 : r) + h * buckets.count;
    for (int j = 0; j < keys; ++j) to[buckets(r, j)] += scores.data[first + j];
  });
}

// Rotary embedding (RoPE, Su et al. 2021).
void ReferenceBackend::rotate(const Tensor& x, const Tensor& angles, bool back, const Sum& y) {
  const float sign = back ? -1.0F : 1.0F;
  by_beta(y, [&](auto beta) {
    for (int r = 0; r < x.rows; ++r) {
      for (int head = 0; head < x.cols; head += angles.cols) {
        const float* from = x.row(r) + head;
        float* to = y.y.row(r) + head;
        for (int i = 0; i < angles.cols; i += 2) {
          const float cosine = angles.row(r)[i], sine = sign * angles.row(r)[i + 1];
          const float a = from[i] * cosine - from[i + 1] * sine;
          const float b = from[i] * sine + from[i + 1] * cosine;
          put(to[i], a, beta);
          put(to[i + 1], b, beta);
        }
      }
    }
  });
}

void ReferenceBackend::scan(const Tensor& gates, const Tensor& x, const Tensor& initial,
                            const Indices& offsets, const Tensor& states) {
  const int step = gates.cols == 1 ? 0 : 1;  // from a column's gate to the next one's
  for (int s = 0; s + 1 < offsets.size(); ++s) {
    const float* before = initial ? initial.row(s) : nullptr;
    for (int t = offsets.device[s]; t < offsets.device[s + 1]; ++t) {
      const float *f = gates.row(t), *in = x.row(t);
      float* state = states.row(t);
      for (int i = 0; i < x.cols; ++i)
        state[i] = in[i] + f[i * step] * ((before != nullptr ? before[i] : 0) - in[i]);
      before = state;
    }
  }
}

void ReferenceBackend::scan_backward(const Tensor& gates, const Tensor& x, const Tensor& states,
                                     const Indices& offsets, const Tensor& dstates,
                                     const Sum& dgates, const Sum& dx) {
  begin(dgates);
  const int step = gates.cols == 1 ? 0 : 1;
  for (int s = 0; s + 1 < offsets.size(); ++s) {
    for (int t = offsets.device[s + 1] - 1; t >= offsets.device[s]; --t) {
      const bool is_first = t == offsets.device[s];
      const float *f = gates.row(t), *slope = dstates.row(t);
      by_beta(dx, [&](auto beta) {
        for (int i = 0; i < x.cols; ++i) put(dx.y.row(t)[i], slope[i] * (1 - f[i * step]), beta);
      });
      if (!is_first) {
        for (int i = 0; i < x.cols; ++i) dstates.row(t - 1)[i] += slope[i] * f[i * step];
      }
      if (!dgates) continue;
      for (int i = 0; i < x.cols; ++i) {
        const float before = is_first ? 0 : states.row(t - 1)[i];
        dgates.y.row(t)[i * step] += slope[i] * (before - x.row(t)[i]);
      }
    }
  }
}

void ReferenceBackend::linear_attention_step(const Tensor& query, const Tensor& key,
                                             const Tensor& value, int heads, const Tensor& state,
                                             const Tensor& context) {
  const int width = query.cols / heads;
  for (int r = 0; r < query.rows; ++r) {
    for (int h = 0; h < heads; ++h) {
      const float *q = query.row(r) + h * width, *k = key.row(r) + h * width;
      const float* v = value.row(r) + h * width;
      float* sums = state.row(r) + std::ptrdiff_t{h} * width * (width + 1);
      float *norms = sums + std::ptrdiff_t{width} * width, *out = context.row(r) + h * width;
      std::fill_n(out, width, 0.0F);
      float norm = 0;
      for (int i = 0; i < width; ++i, sums += width) {
        norms[i] += k[i];
        norm += norms[i] * q[i];
        for (int j = 0; j < width; ++j) {
          sums[j] += k[i] * v[j];
          out[j] += q[i] * sums[j];
        }
      }
      for (int j = 0; j < width; ++j) out[j] /= norm;
    }
  }
}

}  // namespace heed
