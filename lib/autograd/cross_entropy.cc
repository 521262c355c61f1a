#include <algorithm>

#include "autograd/ops.h"
#include "util/error.h"

namespace heed {

namespace {

/// Logits in memory at a time, in floats: large enough for the products to run at full speed.
constexpr int kLogits = 1 << 21;

/// Gradients of the summed loss, taken while the logits exist; backward multiplies them by what
/// comes from above.
struct LossGradients {
  Tensor hidden, weight, bias;
};

struct Rows {
  Tensor hidden, logits;
  int first = 0;
};

/// weightᵀ as a factor. Where nothing is trained it is turned round first: then a row has the same
/// bits in any batch.
Operand output_factor(Tape& tape, const Tensor& weight) {
  if (tape.recording()) return transposed(weight);
  const Tensor columns = tape.allocate(weight.cols, weight.rows);
  tape.backend().transpose(weight, columns);
  return columns;
}

void compute_logits(Backend& backend, const Rows& rows, const Operand& factor,
                    const OutputLayer& output) {
  backend.gemm(rows.hidden, factor, rows.logits);
  if (output.bias) backend.add_bias(rows.logits, output.bias.value(), rows.logits);
}

void fold_gradient(Backend& backend, const Rows& rows, const OutputLayer& output,
                   const LossGradients& d) {
  const float beta = rows.first == 0 ? 0 : 1;
  backend.gemm(rows.logits, output.weight.value(),
               d.hidden.row_range(rows.first, rows.hidden.rows));
  backend.gemm(transposed(rows.logits), rows.hidden, {d.weight, beta});
  if (output.bias) backend.sum_rows(rows.logits, {d.bias, beta});
}

void record_gradient(Var loss, Var hidden, const OutputLayer& output, const LossGradients& d) {
  Tape& tape = loss.tape();
  tape.record([=, &tape] {
    if (!loss.has_gradient()) return;
    const Tensor upstream = loss.gradient();
    tape.backend().scale(upstream, d.hidden, hidden.gradient_sum());
    tape.backend().scale(upstream, d.weight, output.weight.gradient_sum());
    if (output.bias) tape.backend().scale(upstream, d.bias, output.bias.gradient_sum());
  });
}

}  // namespace

CrossEntropy cross_entropy(Var hidden, const OutputLayer& output, const Indices& targets,
                           float smoothing) {
  if (hidden.cols() != output.weight.cols() || hidden.rows() != targets.size()) {
    fail("expected shapes that fit in cross_entropy, found [{}, {}], [{}, {}] and {} targets",
         hidden.rows(), hidden.cols(), output.weight.rows(), output.weight.cols(), targets.size());
  }
  Tape& tape = hidden.tape();
  Backend& backend = tape.backend();
  const int vocabulary = output.weight.rows();
  const int chunk = std::clamp(kLogits / vocabulary, 1, std::max(1, hidden.rows()));
  const Tensor logits = tape.allocate(chunk, vocabulary);
  const Tensor losses = tape.allocate(1, hidden.rows());
  const Tensor likelihood = tape.allocate(1, hidden.rows());

  LossGradients d;
  if (tape.recording()) {
    d = {tape.allocate(hidden.rows(), hidden.cols()), tape.allocate(vocabulary, hidden.cols()),
         tape.allocate(1, vocabulary)};
  }
  const Operand factor = output_factor(tape, output.weight.value());
  for (int first = 0; first < hidden.rows(); first += chunk) {
    const int count = std::min(chunk, hidden.rows() - first);
    const Rows rows{hidden.value().row_range(first, count), logits.row_range(0, count), first};
    compute_logits(backend, rows, factor, output);
    backend.cross_entropy(rows.logits, targets.range(first, count), smoothing, tape.recording(),
                          losses.col_range(first, count), likelihood.col_range(first, count));
    if (tape.recording()) fold_gradient(backend, rows, output, d);
  }
  const Tensor total = tape.allocate(1, 1);
  backend.total(losses, total);
  const Var loss = tape.node(total, true);
  if (tape.recording() && hidden.rows() > 0) record_gradient(loss, hidden, output, d);
  return {loss, likelihood};
}

}  // namespace heed
