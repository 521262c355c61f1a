#include <limits>

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
        first_(spans.rows.device[row].first_key),
        rows_(spans.key_rows.empty() ? nullptr : spans.key_rows.device + first_) {}

  float* operator[](int j) const {
    return data_ + static_cast<std::ptrdiff_t>(rows_ ? rows_[j] : first_ + j) * stride_;
  }

 private:
  float* data_;
  int stride_;
  int first_;
  const int* rows_;
};

/// Where the weights of a query row and head begin.
std::ptrdiff_t first_weight(const AttentionSpan& span, int heads, int head) {
  return std::ptrdiff_t{heads} * span.first_weight + std::ptrdiff_t{head} * span.keys;
}

/// The first column in a memory of what a head reads whose columns in the query begin at `col`:
/// where the memory has fewer heads of that width, some share one.
int memory_col(const Tensor& memory, int heads, int width, int col) {
  if (memory.cols == heads * width) return col;
  return col / width * (memory.cols / width) / heads * width;
}

/// Calls body(begin, end, head) for runs of query rows [begin, end) whose keys begin at the same
/// row and do not get fewer, so that the rows that see a key are the last ones of the run: a
/// sentence's queries, causal or not. Head by head, since one head's columns of the keys fit the
/// nearest cache.
template <class Body>
void for_each_run(const AttentionSpans& spans, int heads, Body body) {
  const AttentionSpan* rows = spans.rows.device;
  const int size = spans.rows.size();
  for (int begin = 0, end = 0; begin < size; begin = end) {
    for (end = begin + 1; end < size && rows[end].first_key == rows[begin].first_key &&
                          rows[end].keys >= rows[end - 1].keys;)
      ++end;
    for (int head = 0; head < heads; ++head) body(begin, end, head);
  }
}

/// Calls body(r, first column of the head, first weight, keys) for each query row and head.
template <class Body>
void for_each_head(const AttentionSpans& spans, int heads, int width, Body body) {
  for_each_run(spans, heads, [&](int begin, int end, int head) {
    for (int r = begin; r < end; ++r) {
      const AttentionSpan& span = spans.rows.device[r];
      body(r, head * width, first_weight(span, heads, head), span.keys);
    }
  });
}

/// Calls body(first weight, keys) for each query row and head, in the order of the weights.
template <class Body>
void for_each_block(const AttentionSpans& spans, int heads, Body body) {
  for (int r = 0; r < spans.rows.size(); ++r) {
    const AttentionSpan& span = spans.rows.device[r];
    for (int h = 0; h < heads; ++h) body(first_weight(span, heads, h), span.keys);
  }
}

/// One register of a key.
struct KeyPart {
  int key;
  const float* row;
  int column;  ///< Of its first lane.
};

/// Calls four(j, scores of keys j to j + 3) and then one(j, score of key j) for what is left of the
/// keys. terms(place, n, lanes) are n registers of the terms whose sum is a key's score, register k
/// that of place(k): of four keys, or where one is left of its next columns, so that what makes
/// them hides its latency.
template <class Terms, class Four, class One>
[[gnu::always_inline]] inline void score_keys(const Keys& keys, int count, int width, Terms terms,
                                              Four four, One one) {
  int j = 0;
  for (; j + 4 <= count; j += 4) {
    const float* const rows[] = {keys[j], keys[j + 1], keys[j + 2], keys[j + 3]};
    Vecs<4> total = {zero(), zero(), zero(), zero()};
    for_lanes(width, [&](int i, auto part) {
      const auto place = [&](auto k) { return KeyPart{j + k, rows[k], i}; };
      const auto next = terms(place, std::integral_constant<int, 4>(), part);
      for_each_of<4>([&](auto k) { total[k] += next[k]; });
    });
    four(j, sums(total[0], total[1], total[2], total[3]));
  }
  for (; j < count; ++j) {
    const float* const row = keys[j];
    Vec total = zero();
    for_blocks(width, [&](int i, auto part, auto n) {
      const auto place = [&](auto k) { return KeyPart{j, row, i + k * kLanes}; };
      const auto next = terms(place, n, part);
      for_each_of<n>([&](auto k) { total += next[k]; });
    });
    one(j, sum(total));
  }
}

/// out[j] = scale · x · keys[j] + beta · out[j].
template <class Beta>
void dot_keys(const float* x, const Keys& keys, int count, int width, float scale, Beta beta,
              float* out) {
  using Eigen::internal::ploadu;
  score_keys(
      keys, count, width,
      [&](auto place, auto n, auto part) {
        return each<n>([&](auto k) {
          const KeyPart at = place(k);
          return load(x + at.column, part) * load(at.row + at.column, part);
        });
      },
      [&](int j, Quad dots) {
        const Quad base = beta == 0 ? Eigen::internal::pset1<Quad>(0) : ploadu<Quad>(out + j);
        Eigen::internal::pstoreu(out + j, dots * scale + base);
      },
      [&](int j, float dot) { out[j] = scale * dot + (beta == 0 ? 0 : out[j]); });
}

/// out = scale · Σ_k weight(k) row(k) + beta · out. The sums of some columns stay in registers
/// over all k.
template <class Weight, class Row, class Beta>
void combine(int count, Weight weight, Row row, int width, float scale, Beta beta, float* out) {
  int i = 0;
  for (; i + 4 * kLanes <= width; i += 4 * kLanes) {
    Vec a = zero(), b = zero(), c = zero(), d = zero();
    for (int k = 0; k < count; ++k) {
      const float* from = row(k) + i;
      const Vec factor = broadcast(weight(k));
      a += factor * load(from);
      b += factor * load(from + kLanes);
      c += factor * load(from + 2 * kLanes);
      d += factor * load(from + 3 * kLanes);
    }
    const Vec totals[] = {a, b, c, d};
    for (int t = 0; t < 4; ++t) {
      float* to = out + i + t * kLanes;
      store(to, totals[t] * scale + (beta == 0 ? zero() : load(to)));
    }
  }
  for_lanes(width - i, [&](int rest, auto part) {
    Vec total = zero();
    for (int k = 0; k < count; ++k) total += weight(k) * load(row(k) + i + rest, part);
    float* to = out + i + rest;
    store(to, total * scale + (beta == 0 ? zero() : load(to, part)), part);
  });
}

/// out = scale · Σ_j weights[j] keys[j] + beta · out.
template <class Beta>
void combine_keys(const float* weights, const Keys& keys, int count, int width, float scale,
                  Beta beta, float* out) {
  combine(
      count, [=](int j) { return weights[j]; }, [&](int j) { return keys[j]; }, width, scale, beta,
      out);
}

/// memory_hj += scale · Σ_r weights_rhj x_rh: what each key gets from all rows of a run at once.
void spread_to_memory(const Tensor& weights, const Tensor& x, int heads, float scale,
                      const AttentionSpans& spans, const Tensor& memory) {
  const int width = x.cols / heads;
  for_each_run(spans, heads, [&](int begin, int end, int head) {
    const AttentionSpan* rows = spans.rows.device;
    const Keys keys(memory, spans, begin, memory_col(memory, heads, width, head * width));
    for (int j = 0, r = begin; j < rows[end - 1].keys; ++j) {
      while (rows[r].keys <= j) ++r;
      combine(
          end - r, [&](int k) { return weights.data[first_weight(rows[r + k], heads, head) + j]; },
          [&](int k) { return x.row(r + k) + head * width; }, width, scale, kAdd, keys[j]);
    }
  });
}

template <bool kExtra>
[[gnu::flatten]] void score_sums(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                                 const Tensor& scores) {
  const int width = x.query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int count) {
    const float* q = x.query.row(r) + col;
    const float* head_v = x.v.data + col;
    const Keys keys(x.memory, spans, r, col);
    const Tensor extra =
        kExtra ? x.extra.row_range(static_cast<int>(spans.rows.device[r].first_weight), count)
               : Tensor();
    float* out = scores.data + first;
    score_keys(
        keys, count, width,
        [&](auto place, auto n, auto part) {
          const auto t = tanh(each<n>([&](auto k) {
            const auto [key, row, i] = place(k);
            const Vec sum = load(q + i, part) + load(row + i, part);
            return kExtra ? sum + load(extra.row(key) + col + i, part) : sum;
          }));
          return each<n>([&](auto k) { return load(head_v + place(k).column, part) * t[k]; });
        },
        [&](int j, Quad four) { Eigen::internal::pstoreu(out + j, four); },
        [&](int j, float one) { out[j] = one; });
  });
}

// With t = tanh(q + m + extra): dv += dscore · t, and dq, dm and dextra get dscore · v ∘ (1 − t²).
// Columns are the outer loop, so that q, v and their gradients stay in registers over all the keys.
template <bool kExtra, class QueryBeta, class ExtraBeta>
void score_sums_backward(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                         const Tensor& dscores, const AdditiveGradients& d, QueryBeta query_beta,
                         ExtraBeta extra_beta) {
  const int width = x.query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int count) {
    const float* slopes = dscores.data + first;
    const Keys keys(x.memory, spans, r, col), dkeys(d.memory.y, spans, r, col);
    const int pair = static_cast<int>(spans.rows.device[r].first_weight);
    for_lanes(width, [&](int i, auto part) {
      const Vec q = load(x.query.row(r) + col + i, part);
      const Vec head_v = load(x.v.data + col + i, part);
      Vec dq = zero(), dv = zero();
      for (int j = 0; j < count; ++j) {
        Vec sum = q + load(keys[j] + i, part);
        if constexpr (kExtra) sum += load(x.extra.row(pair + j) + col + i, part);
        const Vec t = tanh(sum);
        const Vec slope = slopes[j] * head_v * (1.0F - t * t);
        dv += slopes[j] * t;
        dq += slope;
        put(dkeys[j] + i, slope, kAdd, part);
        if constexpr (kExtra) put(d.extra.y.row(pair + j) + col + i, slope, extra_beta, part);
      }
      put(d.query.y.row(r) + col + i, dq, query_beta, part);
      put(d.v.y.data + col + i, dv, kAdd, part);
    });
  });
}

}  // namespace

void EigenBackend::dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                              const AttentionSpans& spans, const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    const Keys all(memory, spans, r, memory_col(memory, heads, width, col));
    dot_keys(query.row(r) + col, all, keys, width, scale, kOverwrite, scores.data + first);
  });
}

void EigenBackend::dot_scores_backward(const Tensor& query, const Tensor& memory, int heads,
                                       float scale, const AttentionSpans& spans,
                                       const Tensor& dscores, const Sum& dquery,
                                       const Sum& dmemory) {
  const int width = query.cols / heads;
  by_beta(dquery, [&](auto beta) {
    for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
      const Keys all(memory, spans, r, memory_col(memory, heads, width, col));
      combine_keys(dscores.data + first, all, keys, width, scale, beta, dquery.y.row(r) + col);
    });
  });
  begin(dmemory);
  spread_to_memory(dscores, query, heads, scale, spans, dmemory.y);
}

void EigenBackend::additive_scores(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                                   const Tensor& scores) {
  if (x.extra) {
    score_sums<true>(x, heads, spans, scores);
  } else {
    score_sums<false>(x, heads, spans, scores);
  }
}

void EigenBackend::additive_scores_backward(const AdditiveTerms& x, int heads,
                                            const AttentionSpans& spans, const Tensor& dscores,
                                            const AdditiveGradients& d) {
  begin(d.memory);
  begin(d.v);
  by_beta(d.query, [&](auto query_beta) {
    if (!x.extra) {
      score_sums_backward<false>(x, heads, spans, dscores, d, query_beta, query_beta);
      return;
    }
    by_beta(d.extra, [&](auto extra_beta) {
      score_sums_backward<true>(x, heads, spans, dscores, d, query_beta, extra_beta);
    });
  });
}

// Sparse weights are left to the reference: its sort takes some 20 ns a weight, about a third of
// what an additive score of width 256 takes to make (but many times a softmax).
void EigenBackend::normalize_spans(AttentionNormalizer kind, const Tensor& scores, int heads,
                                   const AttentionSpans& spans, const Tensor& weights) {
  if (kind == AttentionNormalizer::kSigmoid) {
    activate(Activation::kSigmoid, scores, weights);
    return;
  }
  if (kind != AttentionNormalizer::kSoftmax) {
    ReferenceBackend::normalize_spans(kind, scores, heads, spans, weights);
    return;
  }
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  for_each_block(spans, heads, [&](std::ptrdiff_t first, int keys) {
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

void EigenBackend::normalize_spans_backward(AttentionNormalizer kind, const Tensor& weights,
                                            const Tensor& dweights, int heads,
                                            const AttentionSpans& spans, const Sum& dscores) {
  if (kind != AttentionNormalizer::kSoftmax) {
    ReferenceBackend::normalize_spans_backward(kind, weights, dweights, heads, spans, dscores);
    return;
  }
  by_beta(dscores, [&](auto beta) {
    for_each_block(spans, heads, [&](std::ptrdiff_t first, int keys) {
      const float* w = weights.data + first;
      const float* dw = dweights.data + first;
      float* dx = dscores.y.data + first;
      Vec total = zero();
      for_lanes(keys, [&](int j, auto part) { total += load(w + j, part) * load(dw + j, part); });
      const float mean = sum(total);
      for_lanes(keys, [&](int j, auto part) {
        put(dx + j, load(w + j, part) * (load(dw + j, part) - mean), beta, part);
      });
    });
  });
}

void EigenBackend::weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                                const AttentionSpans& spans, const Tensor& context) {
  const int width = context.cols / heads;
  for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
    const Keys all(memory, spans, r, memory_col(memory, heads, width, col));
    combine_keys(weights.data + first, all, keys, width, 1, kOverwrite, context.row(r) + col);
  });
}

void EigenBackend::weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                                         const AttentionSpans& spans, const Tensor& dcontext,
                                         const Sum& dweights, const Sum& dmemory) {
  const int width = dcontext.cols / heads;
  by_beta(dweights, [&](auto beta) {
    for_each_head(spans, heads, width, [&](int r, int col, std::ptrdiff_t first, int keys) {
      const Keys all(memory, spans, r, memory_col(memory, heads, width, col));
      dot_keys(dcontext.row(r) + col, all, keys, width, 1, beta, dweights.y.data + first);
    });
  });
  begin(dmemory);
  spread_to_memory(weights, dcontext, heads, 1, spans, dmemory.y);
}

}  // namespace heed
