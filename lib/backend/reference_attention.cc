#include <cmath>

#include "backend/put.h"
#include "backend/reference.h"

namespace heed {
namespace {

constexpr double kLeastWeight = 1e-8;  // so that a sparse weight has a logarithm

/// Calls body(r, h, key row, weight number, number of the pair of r and key) for each query row,
/// head and key.
template <class Body>
void for_each_key(const AttentionSpans& spans, int heads, Body body) {
  for (int r = 0; r < spans.rows.size(); ++r) {
    const AttentionSpan& span = spans.rows.device[r];
    const std::ptrdiff_t block = std::ptrdiff_t{heads} * span.first_weight;
    for (int h = 0; h < heads; ++h) {
      for (int j = 0; j < span.keys; ++j) {
        const int key = span.first_key + j;
        body(r, h, spans.key_rows.empty() ? key : spans.key_rows.device[key],
             block + std::ptrdiff_t{h} * span.keys + j, static_cast<int>(span.first_weight) + j);
      }
    }
  }
}

/// tanh of the sum of the terms for query row r and key, in column i.
double hidden_unit(const AdditiveTerms& x, int r, int key, int pair, int i) {
  const double sum = double{x.query.row(r)[i]} + x.memory.row(key)[i];
  return std::tanh(x.extra ? sum + x.extra.row(pair)[i] : sum);
}

/// The first column in a memory of what head h of so many reads: heads may share it.
int memory_col(const Tensor& memory, int width, int heads, int h) {
  return h * (memory.cols / width) / heads * width;
}

/// The loss of one link, and its part of the gradient: the weights of `heads` heads that lie `keys`
/// apart from `first` on.
double link_loss(const Tensor& weights, std::ptrdiff_t first, int heads, int keys, double share,
                 const Tensor& gradient) {
  double mean = kLeastWeight;
  for (int h = 0; h < heads; ++h)
    mean += double{weights.data[first + std::ptrdiff_t{h} * keys]} / heads;
  const auto slope = static_cast<float>(-share / (heads * mean));
  for (int h = 0; h < heads; ++h) gradient.data[first + std::ptrdiff_t{h} * keys] += slope;
  return -share * std::log(mean);
}

}  // namespace

void ReferenceBackend::alignment_loss(const Tensor& weights, int heads, const AttentionSpans& spans,
                                      const AlignmentLinks& links, const Tensor& loss,
                                      const Tensor& gradient) {
  const int first_head = links.head > 0 ? links.head - 1 : 0;
  double total = 0;
  fill(gradient, 0);
  for (int r = 0; r < spans.rows.size(); ++r) {
    const AttentionSpan& span = spans.rows.device[r];
    const int begin = links.offsets.device[r], end = links.offsets.device[r + 1];
    for (int i = begin; i < end; ++i) {
      const double share = 1.0 / (end - begin);
      const int key = links.rows.device[i] - span.first_key;
      if (key < 0 || key >= span.keys) {
        total -= share * std::log(kLeastWeight);
        continue;
      }
      const std::ptrdiff_t first =
          heads * span.first_weight + std::ptrdiff_t{first_head} * span.keys + key;
      total += link_loss(weights, first, links.head > 0 ? 1 : heads, span.keys, share, gradient);
    }
  }
  loss.data[0] = static_cast<float>(total);
}

void ReferenceBackend::dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                                  const AttentionSpans& spans, const Tensor& scores) {
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int) {
    const float* q = query.row(r) + h * width;
    const float* m = memory.row(key) + memory_col(memory, width, heads, h);
    double sum = 0;
    for (int i = 0; i < width; ++i) sum += double{q[i]} * m[i];
    scores.data[weight] = static_cast<float>(scale * sum);
  });
}

void ReferenceBackend::dot_scores_backward(const Tensor& query, const Tensor& memory, int heads,
                                           float scale, const AttentionSpans& spans,
                                           const Tensor& dscores, const Sum& dquery,
                                           const Sum& dmemory) {
  begin(dquery);
  begin(dmemory);
  const int width = query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int) {
    const float slope = scale * dscores.data[weight];
    const int col = h * width, from = memory_col(memory, width, heads, h);
    for (int i = 0; i < width; ++i) {
      dquery.y.row(r)[col + i] += slope * memory.row(key)[from + i];
      dmemory.y.row(key)[from + i] += slope * query.row(r)[col + i];
    }
  });
}

void ReferenceBackend::additive_scores(const AdditiveTerms& x, int heads,
                                       const AttentionSpans& spans, const Tensor& scores) {
  const int width = x.query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int pair) {
    double sum = 0;
    for (int i = h * width; i < (h + 1) * width; ++i)
      sum += x.v.data[i] * hidden_unit(x, r, key, pair, i);
    scores.data[weight] = static_cast<float>(sum);
  });
}

void ReferenceBackend::additive_scores_backward(const AdditiveTerms& x, int heads,
                                                const AttentionSpans& spans, const Tensor& dscores,
                                                const AdditiveGradients& d) {
  for (const Sum& sum : {d.query, d.memory, d.v, d.extra}) begin(sum);
  const int width = x.query.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int pair) {
    const double dscore = dscores.data[weight];
    for (int i = h * width; i < (h + 1) * width; ++i) {
      const double t = hidden_unit(x, r, key, pair, i);
      const auto slope = static_cast<float>(dscore * x.v.data[i] * (1 - t * t));
      d.query.y.row(r)[i] += slope;
      d.memory.y.row(key)[i] += slope;
      if (d.extra) d.extra.y.row(pair)[i] += slope;
      d.v.y.data[i] += static_cast<float>(dscore * t);
    }
  });
}

void ReferenceBackend::weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                                    const AttentionSpans& spans, const Tensor& context) {
  const int width = context.cols / heads;
  fill(context, 0);
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int) {
    const int col = h * width, from = memory_col(memory, width, heads, h);
    for (int i = 0; i < width; ++i)
      context.row(r)[col + i] += weights.data[weight] * memory.row(key)[from + i];
  });
}

void ReferenceBackend::weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                                             const AttentionSpans& spans, const Tensor& dcontext,
                                             const Sum& dweights, const Sum& dmemory) {
  begin(dmemory);
  const int width = dcontext.cols / heads;
  for_each_key(spans, heads, [&](int r, int h, int key, std::ptrdiff_t weight, int) {
    const int col = h * width, from = memory_col(memory, width, heads, h);
    double sum = 0;
    for (int i = 0; i < width; ++i) {
      sum += double{dcontext.row(r)[col + i]} * memory.row(key)[from + i];
      dmemory.y.row(key)[from + i] += weights.data[weight] * dcontext.row(r)[col + i];
    }
    put(dweights.y.data[weight], static_cast<float>(sum), dweights.beta);
  });
}

}  // namespace heed
