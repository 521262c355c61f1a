#include "autograd/ops.h"
#include "autograd/shapes.h"

namespace heed {

namespace {

/// Whether a memory has as many heads as the query, or fewer that divide them.
bool heads_fit(int query_cols, int memory_cols, int heads) {
  if (query_cols % heads != 0 || memory_cols == 0) return false;
  return memory_cols % (query_cols / heads) == 0 && query_cols % memory_cols == 0;
}

}  // namespace

// ---- Attention ------------------------------------------------------------------------------

AttentionSpans keep_spans(Tape& tape, std::span<const AttentionSpan> rows,
                          std::span<const int> key_rows) {
  const std::int64_t weights = rows.empty() ? 0 : rows.back().first_weight + rows.back().keys;
  return {tape.keep(rows), tape.keep(key_rows), weights};
}

Var dot_scores(Var query, Var memory, int heads, float factor, const AttentionSpans& spans) {
  expect(heads_fit(query.cols(), memory.cols(), heads), "dot_scores", query, memory);
  Tape& tape = query.tape();
  const Tensor scores = tape.allocate(spans.weights, heads);
  tape.backend().dot_scores(query.value(), memory.value(), heads, factor, spans, scores);
  const Var result = tape.node(scores, query.differentiable() || memory.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    query.share_gradient(memory);
    tape.backend().dot_scores_backward(query.value(), memory.value(), heads, factor, spans,
                                       result.gradient(), query.gradient_sum(),
                                       memory.gradient_sum());
  });
  return result;
}

Var additive_scores(Var query, Var memory, Var v, int heads, const AttentionSpans& spans,
                    Var extra) {
  expect(query.cols() == memory.cols() && query.cols() % heads == 0, "additive_scores", query,
         memory);
  expect(v.rows() == 1 && v.cols() == query.cols(), "additive_scores' v", query, v);
  Tape& tape = query.tape();
  const Tensor scores = tape.allocate(spans.weights, heads);
  AdditiveTerms terms{query.value(), memory.value(), v.value(), {}};
  if (extra) {
    expect(extra.rows() == spans.weights && extra.cols() == query.cols(),
           "additive_scores' extra term", query, extra);
    terms.extra = extra.value();
  }
  tape.backend().additive_scores(terms, heads, spans, scores);
  const Var result = tape.node(scores, true);
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    query.share_gradient(memory);
    AdditiveGradients d{query.gradient_sum(), memory.gradient_sum(), v.gradient_sum(), {}};
    if (extra) d.extra = extra.gradient_sum();
    tape.backend().additive_scores_backward(terms, heads, spans, result.gradient(), d);
  });
  return result;
}

Var normalize_spans(AttentionNormalizer kind, Var scores, int heads, const AttentionSpans& spans) {
  Tape& tape = scores.tape();
  const Tensor weights = tape.allocate(scores.rows(), scores.cols());
  tape.backend().normalize_spans(kind, scores.value(), heads, spans, weights);
  const Var result = tape.node(weights, scores.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().normalize_spans_backward(kind, weights, result.gradient(), heads, spans,
                                            scores.gradient_sum());
  });
  return result;
}

Var gaussian_spans(Var weights, Var centres, float sigma, int heads, const AttentionSpans& spans) {
  expect(weights.rows() == spans.weights && weights.cols() == heads && centres.cols() == 1 &&
             centres.rows() == spans.rows.size(),
         "gaussian_spans", weights, centres);
  expect_contiguous("gaussian_spans", centres);
  Tape& tape = weights.tape();
  const Tensor y = tape.allocate(weights.rows(), weights.cols());
  tape.backend().gaussian_spans(weights.value(), centres.value(), sigma, heads, spans, y);
  const Var result = tape.node(y, true);
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().gaussian_spans_backward(weights.value(), centres.value(), sigma, heads, spans,
                                           result.gradient(), weights.gradient_sum(),
                                           centres.gradient_sum());
  });
  return result;
}

Var weighted_sum(Var weights, Var memory, int heads, const AttentionSpans& spans) {
  expect(memory.cols() % heads == 0, "weighted_sum", weights, memory);
  return weighted_sum(weights, memory, Heads{heads, memory.cols() / heads}, spans);
}

Var weighted_sum(Var weights, Var memory, const Heads& shape, const AttentionSpans& spans) {
  const int heads = shape.count, width = heads * shape.width;
  expect(weights.rows() == spans.weights && heads_fit(width, memory.cols(), heads), "weighted_sum",
         weights, memory);
  Tape& tape = weights.tape();
  const Tensor context = tape.allocate(spans.rows.size(), width);
  tape.backend().weighted_sum(weights.value(), memory.value(), heads, spans, context);
  const Var result = tape.node(context, weights.differentiable() || memory.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().weighted_sum_backward(weights.value(), memory.value(), heads, spans,
                                         result.gradient(), weights.gradient_sum(),
                                         memory.gradient_sum());
  });
  return result;
}

Var share_spans(Var scores, int heads, const AttentionSpans& spans) {
  Tape& tape = scores.tape();
  const Tensor weights = tape.allocate(scores.rows(), scores.cols());
  tape.backend().share_spans(scores.value(), heads, spans, weights);
  const Var result = tape.node(weights, scores.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().share_spans_backward(scores.value(), weights, result.gradient(), heads, spans,
                                        scores.gradient_sum());
  });
  return result;
}

// ---- Relative positions in attention
// --------------------------------------------------------------------

Var add_by_bucket(Var scores, Var table, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans) {
  const bool fits = table.rows() == 1 || table.rows() == spans.rows.size();
  expect(fits && table.cols() == heads * buckets.count, "add_by_bucket", scores, table);
  expect_contiguous("add_by_bucket", scores);
  Tape& tape = scores.tape();
  const Tensor y = tape.allocate(scores.rows(), scores.cols());
  tape.backend().copy(scores.value(), y);
  tape.backend().add_by_bucket(table.value(), buckets, heads, spans, adding(y));
  const Var result = tape.node(y, scores.differentiable() || table.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    const Tensor dy = result.gradient();
    if (scores.differentiable()) tape.backend().scale(1.0F, dy, scores.gradient_sum());
    if (table.differentiable()) {
      tape.backend().sum_by_bucket(dy, buckets, heads, spans, table.gradient_sum());
    }
  });
  return result;
}

Var sum_by_bucket(Var weights, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans) {
  expect(weights.rows() == spans.weights && weights.cols() == heads, "sum_by_bucket", weights,
         weights);
  Tape& tape = weights.tape();
  const Tensor sums = tape.allocate(spans.rows.size(), heads * buckets.count);
  tape.backend().sum_by_bucket(weights.value(), buckets, heads, spans, sums);
  const Var result = tape.node(sums, weights.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().add_by_bucket(result.gradient(), buckets, heads, spans, weights.gradient_sum());
  });
  return result;
}

Var rotate(Var x, Var angles) {
  const bool fits = angles.cols() % 2 == 0 && x.cols() % angles.cols() == 0;
  expect(fits && x.rows() == angles.rows(), "rotate", x, angles);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().rotate(x.value(), angles.value(), false, y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().rotate(result.gradient(), angles.value(), true, x.gradient_sum());
  });
  return result;
}

}  // namespace heed
