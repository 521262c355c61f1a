#include "autograd/ops.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "autograd/shapes.h"
#include "tensor/size.h"
#include "util/error.h"

namespace heed {

namespace {

bool any_differentiable(std::span<const Var> parts) {
  return std::any_of(parts.begin(), parts.end(), [](Var x) { return x.differentiable(); });
}

/// The direction in which parts are put together.
struct Direction {
  Tensor (Tensor::*range)(int first, int count) const;
  int Tensor::*extent;
  int Tensor::*width;  ///< Which the parts must have in common.
};

std::int64_t sum_of(std::span<const Var> parts, const Direction& direction, const char* op) {
  std::int64_t sum = 0;
  for (const Var part : parts) {
    const Var first = parts.front();
    expect(part.value().*direction.width == first.value().*direction.width, op, first, part);
    sum += part.value().*direction.extent;
  }
  return sum;
}

Var concat(std::span<const Var> parts, const Direction& direction, const Tensor& y) {
  Tape& tape = parts.front().tape();
  const Var result = tape.node(y, any_differentiable(parts));
  int first = 0;
  for (const Var part : parts) {
    const int count = part.value().*direction.extent;
    tape.backend().copy(part.value(), (y.*direction.range)(first, count));
    if (result.differentiable() && part.differentiable()) {
      tape.record([=, &tape] {
        if (!result.has_gradient()) return;
        const Tensor from = (result.gradient().*direction.range)(first, count);
        tape.backend().scale(1.0F, from, part.gradient_sum());
      });
    }
    first += count;
  }
  return result;
}

/// A dropout mask numbers its elements with 32 bits.
void expect_maskable(Var x) {
  expect_contiguous("dropout", x);
  if (x.value().size() <= std::numeric_limits<std::uint32_t>::max()) return;
  fail("expected fewer than 2^32 numbers in dropout, found {} x {}; lower --mini-batch-words",
       x.rows(), x.cols());
}

}  // namespace

// ---- Products -------------------------------------------------------------------------------

namespace {

/// The product with the weight's packed form, if it has one; else nothing.
Var packed_product(Var x, Var weight, Factor as, const Epilogue& epilogue = {}) {
  const PackedWeight* const packed = weight.packed(as);
  if (packed == nullptr) return {};
  Tape& tape = x.tape();
  const int outputs = as == Factor::kWeight ? weight.cols() : weight.rows();
  const Tensor y = tape.allocate(x.rows(), outputs);
  tape.backend().packed_product(x.value(), *packed, epilogue, y);
  return tape.constant(y);
}

}  // namespace

Var matmul(Var x, Var weight) {
  expect(x.cols() == weight.rows(), "matmul", x, weight);
  if (const Var product = packed_product(x, weight, Factor::kWeight)) return product;
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), weight.cols());
  tape.backend().gemm(x.value(), weight.value(), y);
  const Var result = tape.node(y, x.differentiable() || weight.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    const Tensor dy = result.gradient();
    if (x.differentiable()) {
      tape.backend().gemm(dy, transposed(weight.value()), x.gradient_sum());
    }
    if (weight.differentiable()) tape.add_weight_gradient(weight, x.value(), dy);
  });
  return result;
}

Var matmul_transposed(Var x, Var weight) {
  expect(x.cols() == weight.cols(), "matmul_transposed", x, weight);
  if (const Var product = packed_product(x, weight, Factor::kTransposedWeight)) return product;
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), weight.rows());
  const Tensor columns = tape.allocate(weight.cols(), weight.rows());
  tape.backend().transpose(weight.value(), columns);  // a row has the same bits in any batch
  tape.backend().gemm(x.value(), columns, y);
  const Var result = tape.node(y, x.differentiable() || weight.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    const Tensor dy = result.gradient();
    if (x.differentiable()) tape.backend().gemm(dy, weight.value(), x.gradient_sum());
    if (weight.differentiable()) tape.add_weight_gradient(weight, dy, x.value());
  });
  return result;
}

namespace {

Var packed_linear(Var x, Var weight, Var bias, std::optional<Activation> kind = {}) {
  expect(bias.rows() == 1 && bias.cols() == weight.cols(), "linear's bias", weight, bias);
  expect(x.cols() == weight.rows(), "linear", x, weight);
  return packed_product(x, weight, Factor::kWeight, {bias.value(), kind});
}

}  // namespace

Var linear(Var x, Var weight, Var bias) {
  if (weight.packed(Factor::kWeight) != nullptr) return packed_linear(x, weight, bias);
  const Var product = matmul(x, weight);
  if (bias.differentiable() && !product.differentiable()) return add_bias(product, bias);
  expect(bias.rows() == 1 && bias.cols() == product.cols(), "linear's bias", product, bias);
  // The bias is added into the product: nobody else holds it, and its gradient is the sum's.
  Tape& tape = x.tape();
  tape.backend().add_bias(product.value(), bias.value(), product.value());
  if (bias.differentiable()) {
    tape.record([=, &tape] {
      if (product.has_gradient()) {
        tape.backend().sum_rows(product.gradient(), bias.gradient_sum());
      }
    });
  }
  return product;
}

Var linear(Var x, Var weight, Var bias, Activation kind) {
  if (weight.packed(Factor::kWeight) != nullptr) return packed_linear(x, weight, bias, kind);
  return activate(kind, linear(x, weight, bias));
}

// ---- Elementwise and by row -----------------------------------------------------------------

Var add(Var a, Var b) {
  expect_same_shape("add", a, b);
  Tape& tape = a.tape();
  const Tensor y = tape.allocate(a.rows(), a.cols());
  tape.backend().add(a.value(), b.value(), y);
  const Var result = tape.node(y, a.differentiable() || b.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    if (a.differentiable()) tape.backend().scale(1.0F, result.gradient(), a.gradient_sum());
    if (b.differentiable()) tape.backend().scale(1.0F, result.gradient(), b.gradient_sum());
  });
  return result;
}

Var add_bias(Var x, Var bias) {
  expect(bias.rows() == 1 && bias.cols() == x.cols(), "add_bias", x, bias);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().add_bias(x.value(), bias.value(), y);
  const Var result = tape.node(y, x.differentiable() || bias.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    if (x.differentiable()) tape.backend().scale(1.0F, result.gradient(), x.gradient_sum());
    if (bias.differentiable()) tape.backend().sum_rows(result.gradient(), bias.gradient_sum());
  });
  return result;
}

Var multiply(Var a, Var b) {
  expect_same_shape("multiply", a, b);
  expect_contiguous("multiply", a);
  expect_contiguous("multiply", b);
  Tape& tape = a.tape();
  const Tensor y = tape.allocate(a.rows(), a.cols());
  tape.backend().multiply(a.value(), b.value(), y);
  const Var result = tape.node(y, a.differentiable() || b.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    const Tensor dy = result.gradient();
    if (a.differentiable()) tape.backend().multiply(dy, b.value(), a.gradient_sum());
    if (b.differentiable()) tape.backend().multiply(dy, a.value(), b.gradient_sum());
  });
  return result;
}

Var scale(Var x, float factor) {
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().scale(factor, x.value(), y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (result.has_gradient()) tape.backend().scale(factor, result.gradient(), x.gradient_sum());
  });
  return result;
}

Var activate(Activation kind, Var x) {
  expect_contiguous("activate", x);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().activate(kind, x.value(), y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().activate_backward(kind, x.value(), y, result.gradient(), x.gradient_sum());
  });
  return result;
}

Var maxout(Var x) {
  if (x.cols() % 2 != 0) fail("expected an even width in maxout, found {}", x.cols());
  expect_contiguous("maxout", x);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols() / 2);
  tape.backend().maxout(x.value(), y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (result.has_gradient()) {
      tape.backend().maxout_backward(x.value(), result.gradient(), x.gradient_sum());
    }
  });
  return result;
}

Var dropout(Var x, float rate, std::uint64_t key) {
  Tape& tape = x.tape();
  if (rate == 0 || !tape.recording()) return x;
  expect_maskable(x);
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().dropout(x.value(), key, rate, y);
  const Var result = tape.node(y, x.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().dropout(result.gradient(), key, rate, x.gradient_sum());
  });
  return result;
}

Var dropout(Var x, float rate) { return dropout(x, rate, x.tape().next_dropout_key()); }

Var add_dropout(Var x, Var branch, float rate) {
  Tape& tape = x.tape();
  if (rate == 0 || !tape.recording()) return add(x, branch);
  expect_same_shape("add_dropout", x, branch);
  expect_maskable(branch);
  const std::uint64_t key = tape.next_dropout_key();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  tape.backend().copy(x.value(), y);
  tape.backend().dropout(branch.value(), key, rate, adding(y));
  const Var result = tape.node(y, x.differentiable() || branch.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    if (x.differentiable()) tape.backend().scale(1.0F, result.gradient(), x.gradient_sum());
    if (branch.differentiable()) {
      tape.backend().dropout(result.gradient(), key, rate, branch.gradient_sum());
    }
  });
  return result;
}

Var gather_rows(Var table, const Indices& rows, float factor) {
  Tape& tape = table.tape();
  const Tensor y = tape.allocate(rows.size(), table.cols());
  tape.backend().gather_rows(table.value(), rows, y);
  if (factor != 1) tape.backend().scale(factor, y, y);
  const Var result = tape.node(y, table.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    tape.backend().scatter_rows(result.gradient(), rows, factor, table.gradient_sum());
  });
  return result;
}

Var row_range(Var x, int first, int count) {
  return x.tape().view(x, [=](const Tensor& t) { return t.row_range(first, count); });
}

Var col_range(Var x, int first, int count) {
  return x.tape().view(x, [=](const Tensor& t) { return t.col_range(first, count); });
}

Var reshape(Var x, int cols) {
  expect_contiguous("reshape", x);
  if (x.value().size() % cols != 0) {
    fail("expected a number of elements that is a multiple of {} in reshape, found [{}, {}]", cols,
         x.rows(), x.cols());
  }
  const int rows = to_int(static_cast<std::int64_t>(x.value().size()) / cols, "rows of a matrix");
  return x.tape().view(x, [=](const Tensor& t) { return Tensor(t.data, rows, cols); });
}

Var concat_rows(std::span<const Var> parts) {
  constexpr Direction kDown{&Tensor::row_range, &Tensor::rows, &Tensor::cols};
  const std::int64_t rows = sum_of(parts, kDown, "concat_rows");
  return concat(parts, kDown, parts.front().tape().allocate(rows, parts.front().cols()));
}

Var concat_cols(std::span<const Var> parts) {
  constexpr Direction kAcross{&Tensor::col_range, &Tensor::cols, &Tensor::rows};
  const std::int64_t cols = sum_of(parts, kAcross, "concat_cols");
  return concat(parts, kAcross, parts.front().tape().allocate(parts.front().rows(), cols));
}

Var normalize(Normalization norm, Var x, Var gain, Var bias) {
  expect(gain.rows() == 1 && gain.cols() == x.cols(), "normalize", x, gain);
  expect_contiguous("normalize", x);
  Tape& tape = x.tape();
  const Tensor y = tape.allocate(x.rows(), x.cols());
  const Tensor statistics = tape.allocate(x.rows(), 2);
  tape.backend().normalize(norm, x.value(), gain.value(), bias ? bias.value() : Tensor(), y,
                           statistics);
  const bool has_learnt_bias = bias && bias.differentiable();
  const Var result = tape.node(y, x.differentiable() || gain.differentiable() || has_learnt_bias);
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    Backend::NormalizeGradients d;
    if (x.differentiable()) d.x = x.gradient_sum();
    if (gain.differentiable()) d.gain = gain.gradient_sum();
    if (has_learnt_bias) d.bias = bias.gradient_sum();
    tape.backend().normalize_backward(norm, x.value(), gain.value(), statistics, result.gradient(),
                                      d);
  });
  return result;
}

}  // namespace heed
