#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <vector>

#include "autograd/ops.h"
#include "autograd/shapes.h"
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

/// hidden · weightᵀ + bias, for some rows at a time.
class OutputProduct {
 public:
  /// Where nothing is trained the weight is packed, or turned round first: then a row has the same
  /// bits in any batch.
  OutputProduct(Tape& tape, const OutputLayer& output)
      : backend_(tape.backend()),
        packed_(output.weight.packed(Factor::kTransposedWeight)),
        rows_(output.weight.packed_rows()),
        factor_(transposed(output.weight.value())),
        bias_(output.bias ? output.bias.value() : Tensor()) {
    if (packed_ != nullptr || tape.recording()) return;
    if (rows_ != nullptr) {
      std::vector<int> all(output.weight.rows());
      std::iota(all.begin(), all.end(), 0);
      all_ = tape.keep(all);
      return;
    }
    factor_ = tape.allocate(output.weight.cols(), output.weight.rows());
    backend_.transpose(output.weight.value(), factor_.tensor);
  }

  void operator()(const Tensor& hidden, const Tensor& logits) const {
    if (packed_ != nullptr) return backend_.packed_product(hidden, *packed_, {bias_}, logits);
    if (rows_ != nullptr) return backend_.selected_product(hidden, *rows_, all_, bias_, logits);
    backend_.gemm(hidden, factor_, logits);
    if (bias_) backend_.add_bias(logits, bias_, logits);
  }

 private:
  Backend& backend_;
  const PackedWeight* packed_;
  const PackedWeight* rows_;
  Indices all_;  ///< Tokens, for rows_.
  Operand factor_;
  Tensor bias_;
};

void fold_gradient(Backend& backend, const Rows& rows, const OutputLayer& output,
                   const LossGradients& d) {
  const float beta = rows.first == 0 ? 0 : 1;
  backend.gemm(rows.logits, output.weight.value(),
               d.hidden.row_range(rows.first, rows.hidden.rows));
  backend.gemm(transposed(rows.logits), rows.hidden, {d.weight, beta});
  if (output.bias) backend.sum_rows(rows.logits, {d.bias, beta});
}

/// R-Drop of the first half of the rows and the second, two passes over the same tokens.
class Disagreement {
 public:
  Disagreement(Tape& tape, float weight, int tokens, const Tensor& logits)
      : backend_(tape.backend()),
        weight_(weight),
        divergences_(tape.allocate(1, tokens)),
        gradient_(tape.allocate(logits.rows, logits.cols)) {}

  void find(const Rows& first, const Rows& second) {
    const int count = first.logits.rows;
    backend_.divergence(first.logits, second.logits, divergences_.col_range(first.first, count),
                        gradient_of(0, count), gradient_of(1, count));
  }
  void add_gradient(int pass, const Tensor& dlogits) const {
    backend_.scale(weight_, gradient_of(pass, dlogits.rows), adding(dlogits));
  }
  void add_loss(Tape& tape, const Tensor& loss) const {
    const Tensor total = tape.allocate(1, 1);
    backend_.total(divergences_, total);
    backend_.scale(weight_, total, adding(loss));
  }

 private:
  Tensor gradient_of(int pass, int count) const {
    return gradient_.row_range(pass * gradient_.rows / 2, count);
  }

  Backend& backend_;
  float weight_;
  Tensor divergences_, gradient_;
};

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

Var logits(Var hidden, const OutputLayer& output) {
  expect(hidden.cols() == output.weight.cols(), "logits", hidden, output.weight);
  Tape& tape = hidden.tape();
  const Tensor y = tape.allocate(hidden.rows(), output.weight.rows());
  OutputProduct(tape, output)(hidden.value(), y);
  return tape.constant(y);
}

Var selected_logits(Var hidden, const OutputLayer& output, const Indices& tokens) {
  expect(hidden.cols() == output.weight.cols(), "selected_logits", hidden, output.weight);
  const PackedWeight* const packed = output.weight.packed_rows();
  if (packed == nullptr) fail("expected an output weight packed by rows, found none");
  Tape& tape = hidden.tape();
  const Tensor y = tape.allocate(hidden.rows(), tokens.size());
  const Tensor bias = output.bias ? output.bias.value() : Tensor();
  tape.backend().selected_product(hidden.value(), *packed, tokens, bias, y);
  return tape.constant(y);
}

CrossEntropy cross_entropy(Var hidden, const OutputLayer& output, const Indices& targets,
                           float smoothing, float r_drop, const Tensor& weights) {
  const int passes = r_drop > 0 ? 2 : 1;
  if (hidden.cols() != output.weight.cols() || hidden.rows() != targets.size() ||
      hidden.rows() % passes != 0) {
    fail("expected shapes that fit in cross_entropy, found [{}, {}], [{}, {}] and {} targets",
         hidden.rows(), hidden.cols(), output.weight.rows(), output.weight.cols(), targets.size());
  }
  Tape& tape = hidden.tape();
  Backend& backend = tape.backend();
  const int vocabulary = output.weight.rows(), tokens = hidden.rows() / passes;
  const int chunk = std::clamp(kLogits / vocabulary / passes, 1, std::max(1, tokens));
  const Tensor logits = tape.allocate(passes * chunk, vocabulary);
  const Tensor losses = tape.allocate(1, hidden.rows());
  const Tensor likelihood = tape.allocate(1, hidden.rows());
  std::optional<Disagreement> disagreement;
  if (passes == 2) disagreement.emplace(tape, r_drop, tokens, logits);

  LossGradients d;
  if (tape.recording()) {
    d = {tape.allocate(hidden.rows(), hidden.cols()), tape.allocate(vocabulary, hidden.cols()),
         tape.allocate(1, vocabulary)};
  }
  const OutputProduct product(tape, output);
  for (int first = 0; first < tokens; first += chunk) {
    const int count = std::min(chunk, tokens - first);
    std::array<Rows, 2> parts;
    for (int pass = 0; pass < passes; ++pass) {
      const int row = pass * tokens + first;
      parts[pass] = {hidden.value().row_range(row, count), logits.row_range(pass * chunk, count),
                     row};
      product(parts[pass].hidden, parts[pass].logits);
    }
    if (disagreement) disagreement->find(parts[0], parts[1]);
    for (int pass = 0; pass < passes; ++pass) {
      const Rows& rows = parts[pass];
      backend.cross_entropy(rows.logits, targets.range(rows.first, count), smoothing,
                            tape.recording(), losses.col_range(rows.first, count),
                            likelihood.col_range(rows.first, count));
      if (weights) {
        const Tensor counts = weights.col_range(rows.first, count),
                     loss = losses.col_range(rows.first, count);
        backend.multiply(loss, counts, loss);
        if (tape.recording()) backend.scale_rows(counts, rows.logits, rows.logits);
      }
      if (!tape.recording()) continue;
      if (disagreement) disagreement->add_gradient(pass, rows.logits);
      fold_gradient(backend, rows, output, d);
    }
  }
  const Tensor total = tape.allocate(1, 1);
  backend.total(losses, total);
  if (disagreement) disagreement->add_loss(tape, total);
  const Var loss = tape.node(total, true);
  if (tape.recording() && hidden.rows() > 0) record_gradient(loss, hidden, output, d);
  return {loss, likelihood};
}

}  // namespace heed
