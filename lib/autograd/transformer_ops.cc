#include "autograd/ops.h"
#include "autograd/shapes.h"

namespace heed {

// ---- Places in attention --------------------------------------------------------------------

Var add_by_bucket(Var scores, Var table, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans) {
  const bool fits = table.rows() == 1 || table.rows() == static_cast<int>(spans.rows.size());
  expect(fits && table.cols() == heads * buckets.count, "add_by_bucket", scores, table);
  expect_contiguous("add_by_bucket", scores);
  Tape& tape = scores.tape();
  const Tensor y = tape.allocate(scores.rows(), scores.cols());
  tape.backend().copy(scores.value(), y);
  tape.backend().add_by_bucket(table.value(), buckets, heads, spans, y);
  const Var result = tape.node(y, scores.differentiable() || table.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    const Tensor dy = result.gradient();
    if (scores.differentiable()) tape.backend().axpy(1.0F, dy, scores.gradient());
    if (table.differentiable()) {
      tape.backend().sum_by_bucket(dy, buckets, heads, spans, table.gradient());
    }
  });
  return result;
}

Var sum_by_bucket(Var weights, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans) {
  expect(weights.rows() == spans.weights() && weights.cols() == heads, "sum_by_bucket", weights,
         weights);
  Tape& tape = weights.tape();
  const Tensor sums = tape.allocate(static_cast<int>(spans.rows.size()), heads * buckets.count);
  tape.backend().fill(sums, 0);
  tape.backend().sum_by_bucket(weights.value(), buckets, heads, spans, sums);
  const Var result = tape.node(sums, weights.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().add_by_bucket(result.gradient(), buckets, heads, spans, weights.gradient());
  });
  return result;
}

Var rotate(Var x, Var angles) {
  const bool fits = angles.cols() % 2 == 0 && x.cols() % angles.cols() == 0;
  expect(fits && x.rows() == angles.rows(), "rotate", x, angles);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().rotate(x.value(), angles.value(), false, 0.0F, y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().rotate(result.gradient(), angles.value(), true, 1.0F, x.gradient());
  });
  return result;
}

// ---- Running states -------------------------------------------------------------------------

Var scan(Var gates, Var x, Var initial, std::span<const int> offsets) {
  expect(gates.rows() == x.rows() && (gates.cols() == 1 || gates.cols() == x.cols()), "scan", gates,
         x);
  if (offsets.back() != x.rows()) {
    fail("expected sequences of {} rows together in scan, found {}", x.rows(), offsets.back());
  }
  Tape& tape = x.tape();
  const Tensor states = tape.allocate(x.rows(), x.cols());
  const Tensor before = initial ? initial.value() : Tensor();
  tape.backend().scan(gates.value(), x.value(), before, offsets, states);
  const Var result = tape.node(states, gates.differentiable() || x.differentiable());
  if (!result.differentiable()) return result;
  if (initial) fail("expected no initial state in a scan that is differentiated, found one");
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().scan_backward(gates.value(), x.value(), states, offsets, result.gradient(),
                                 gates.differentiable() ? gates.gradient() : Tensor(),
                                 x.gradient());
  });
  return result;
}

}  // namespace heed
