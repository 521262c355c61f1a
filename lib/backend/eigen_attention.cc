#include "backend/eigen.h"
#include "backend/vector.h"

namespace heed {
namespace {

/// The rows of a memory that one query row sees, one head's columns of them.
class Keys {
 public:
  Keys(const Tensor& memory, const AttentionSpans& spans, int row, int first_col)
      : data_(memory.data + first_col),
        stride_(memory.stride),
        first_(spans.rows[row].first_key),
        rows_(spans.key_rows.empty() ? nullptr : spans.key_rows.data() + first_) {}

  float* operator[](int j) const {
    return data_ + static_cast<std::ptrdiff_t>(rows_ ? rows_[j] : first_ + j) * stride_;
  }

 private:
  float* data_;
  int stride_;
  int first_;
  const int* rows_;
};

/// Calls body(r, first column of the head, first weight, keys) for each query row and head.
template <class Body>
void for_each_head(const AttentionSpans& spans, int heads, int width, Body body) {
  for (int r = 0; r < static_cast<int>(spans.rows.size()); ++r) {
    const AttentionSpan& span = spans.rows[r];
    for (int h = 0; h < heads; ++h)
      body(r, h * width, std::ptrdiff_t{heads} * span.first_weight + std::ptrdiff_t{h} * span.keys,
           span.keys);
  }
}

/// Calls consume(j, scores of keys j to j + 3) and then consume(j, score of key j) for what is left
/// of the keys: term(j, i, lanes) is one register of the terms whose sum is key j's score. Four
/// keys at once hide the latency of the sums.
template <class Term, class Four, class One>
[[gnu::always_inline]] inline void score_keys(int keys, int width, Term term, Four four, One one) {
  int j = 0;
  for (; j + 4 <= keys; j += 4) {
    Vec a = zero(), b = zero(), c = zero(), d = zero();
    for_lanes(width, [&](int i, auto part) {
      a += term(j, i, part);
      b += term(j + 1, i, part);
      c += term(j + 2, i, part);
      d += term(j + 3, i, part);
    });
    four(j, sums(a, b, c, d));
  }
  for (; j < keys; ++j) {
    Vec a = zero();
    for_lanes(width, [&](int i, auto part) { a += term(j, i, part); });
    one(j, sum(a));
  }
}

/// out[j] = scale · x · keys[j], or added to out.
template <bool kAdd>
void dot_keys(const float* x, const Keys& keys, int count, int width, float scale, float* out) {
  using Eigen::internal::ploadu;
  score_keys(
      count, width,
      [&](int j, int i, auto part) { return load(x + i, part) * load(keys[j] + i, part); },
      [&](int j, Quad dots) {
        const Quad base = kAdd ? ploadu<Quad>(out + j) : Eigen::internal::pset1<Quad>(0);
        Eigen::internal::pstoreu(out + j, dots * scale + base);
      },
      [&](int j, float dot) { out[j] = scale * dot + (kAdd ? out[j] : 0); });
}

/// out = scale · Σ_j weights[j] keys[j], or added to out. Two registers of the sum stay in the CPU
/// over all the keys.
template <bool kAdd>
void combine_keys(const float* weights, const Keys& keys, int count, int width, float scale,
                  float* out) {
  int i = 0;
  for (; i + 4 * kLanes <= width; i += 4 * kLanes) {
    Vec a = zero(), b = zero(), c = zero(), d = zero();
    for (int j = 0; j < count; ++j) {
      const float* key = keys[j] + i;
      const Vec weight = broadcast(weights[j]);
      a += weight * load(key);
      b += weight * load(key + kLanes);
      c += weight * load(key + 2 * kLanes);
      d += weight * load(key + 3 * kLanes);
    }
    const Vec totals[] = {a, b, c, d};
    for (int k = 0; k < 4; ++k) {
      float* to = out + i + k * kLanes;
      store(to, totals[k] * scale + (kAdd ? load(to) : zero()));
    }
  }
  for_lanes(width - i, [&](int k, auto part) {
    Vec total = zero();
    for (int j = 0; j < count; ++j) total += weights[j] * load(keys[j] + i + k, part);
    float* to = out + i + k;
    store(to, total * scale + (kAdd ? load(to, part) : zero()), part);
  });
}

/// keys[j] += scale · weights[j] · x.
void spread_to_keys(const float* weights, const float* x, int count, int width, float scale,
                    const Keys& keys) {
  for (int j = 0; j < count; ++j) {
    float* key = keys[j];
    const float weight = scale * weights[j];
    for_lanes(width, [&](int i, auto part) { add(key + i, weight * load(x + i, part), part); });
  }
}

}  // namespace

void EigenBackend::dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                              const AttentionSpans& spans, const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    dot_keys<false>(query.row(r) + col, Keys(memory, spans, r, col), keys, width, scale,
                    scores.data + first);
  });
}

void EigenBackend::dot_scores_backward(const Tensor& query, const Tensor& memory, int heads,
                                       float scale, const AttentionSpans& spans,
                                       const Tensor& dscores, const Tensor& dquery,
                                       const Tensor& dmemory) {
  const int width = query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    const float* slopes = dscores.data + first;
    combine_keys<true>(slopes, Keys(memory, spans, r, col), keys, width, scale,
                       dquery.row(r) + col);
    spread_to_keys(slopes, query.row(r) + col, keys, width, scale, Keys(dmemory, spans, r, col));
  });
}

void EigenBackend::additive_scores(const Tensor& query, const Tensor& memory, const Tensor& v,
                                   int heads, const AttentionSpans& spans, const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int count) {
    const float* q = query.row(r) + col;
    const float* head_v = v.data + col;
    const Keys keys(memory, spans, r, col);
    float* out = scores.data + first;
    score_keys(
        count, width,
        [&](int j, int i, auto part) {
          return load(head_v + i, part) * tanh(load(q + i, part) + load(keys[j] + i, part));
        },
        [&](int j, Quad four) { Eigen::internal::pstoreu(out + j, four); },
        [&](int j, float one) { out[j] = one; });
  });
}

// With t = tanh(q + m): dv += dscore · t, and dq and dm get dscore · v ∘ (1 − t²). Columns are the
// outer loop, so that q, v and their gradients stay in registers over all the keys.
void EigenBackend::additive_scores_backward(const Tensor& query, const Tensor& memory,
                                            const Tensor& v, int heads, const AttentionSpans& spans,
                                            const Tensor& dscores, const AdditiveGradients& d) {
  const int width = query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int count) {
    const float* slopes = dscores.data + first;
    const Keys keys(memory, spans, r, col), dkeys(d.memory, spans, r, col);
    for_lanes(width, [&](int i, auto part) {
      const Vec q = load(query.row(r) + col + i, part);
      const Vec head_v = load(v.data + col + i, part);
      Vec dq = zero(), dv = zero();
      for (int j = 0; j < count; ++j) {
        const Vec t = tanh(q + load(keys[j] + i, part));
        const Vec slope = slopes[j] * head_v * (1.0F - t * t);
        dv += slopes[j] * t;
        dq += slope;
        add(dkeys[j] + i, slope, part);
      }
      add(d.query.row(r) + col + i, dq, part);
      add(d.v.data + col + i, dv, part);
    });
  });
}

void EigenBackend::softmax_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                                 const Tensor& weights) {
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  for_each_head(spans, heads, 0, [&](int, int, std::ptrdiff_t first, int keys) {
    const float* x = scores.data + first;
    float* y = weights.data + first;
    Vec tops = broadcast(kNone), total = zero();
    for_lanes(keys, [&](int j, auto part) { tops = maximum(tops, load(x + j, part, kNone)); });
    const float top = largest(tops);
    for_lanes(keys, [&](int j, auto part) {
      const Vec power = exp(load(x + j, part, kNone) - top);
      total += power;
      store(y + j, power, part);
    });
    const float scale = 1 / sum(total);
    for_lanes(keys, [&](int j, auto part) { store(y + j, load(y + j, part) * scale, part); });
  });
}

void EigenBackend::softmax_spans_backward(const Tensor& weights, const Tensor& dweights, int heads,
                                          const AttentionSpans& spans, const Tensor& dscores) {
  for_each_head(spans, heads, 0, [&](int, int, std::ptrdiff_t first, int keys) {
    const float* w = weights.data + first;
    const float* dw = dweights.data + first;
    float* dx = dscores.data + first;
    Vec total = zero();
    for_lanes(keys, [&](int j, auto part) { total += load(w + j, part) * load(dw + j, part); });
    const float mean = sum(total);
    for_lanes(keys, [&](int j, auto part) {
      add(dx + j, load(w + j, part) * (load(dw + j, part) - mean), part);
    });
  });
}

void EigenBackend::weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                                const AttentionSpans& spans, const Tensor& context) {
  const int width = context.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    combine_keys<false>(weights.data + first, Keys(memory, spans, r, col), keys, width, 1,
                        context.row(r) + col);
  });
}

void EigenBackend::weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                                         const AttentionSpans& spans, const Tensor& dcontext,
                                         const Tensor& dweights, const Tensor& dmemory) {
  const int width = dcontext.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    const float* slope = dcontext.row(r) + col;
    dot_keys<true>(slope, Keys(memory, spans, r, col), keys, width, 1, dweights.data + first);
    spread_to_keys(weights.data + first, slope, keys, width, 1, Keys(dmemory, spans, r, col));
  });
}

}  // namespace heed
