#include <vector>

#include "backend/quantize.h"
#include "backend/reference.h"
#include "util/error.h"

namespace heed {
namespace {

struct ReferenceWeight : PackedWeight {
  int rows = 0, cols = 0;
  std::vector<float> values;  ///< [D, E], empty for int8.
  std::vector<int> codes;     ///< [D, E]
  std::vector<float> steps;   ///< [E]
};

void quantize_columns(ReferenceWeight& weight) {
  weight.codes.resize(weight.values.size());
  for (int e = 0; e < weight.cols; ++e) {
    const Quantizer quantize = column_quantizer(weight.values.data() + e, weight.rows, weight.cols);
    weight.steps.push_back(quantize.step);
    for (int d = 0; d < weight.rows; ++d) {
      const std::size_t i = std::size_t(d) * weight.cols + e;
      weight.codes[i] = quantize(weight.values[i]);
    }
  }
  weight.values.clear();
}

void int8_row(const float* x, const ReferenceWeight& weight, float* y) {
  const Quantizer quantize = row_quantizer(x, weight.rows);
  for (int e = 0; e < weight.cols; ++e) {
    int sum = 0;
    for (int d = 0; d < weight.rows; ++d) {
      sum += quantize(x[d]) * weight.codes[std::size_t(d) * weight.cols + e];
    }
    y[e] = static_cast<float>(sum) * (quantize.step * weight.steps[e]);
  }
}

}  // namespace

std::unique_ptr<PackedWeight> ReferenceBackend::pack(const Operand& weight, Precision precision) {
  auto packed = std::make_unique<ReferenceWeight>();
  const Tensor& from = weight.tensor;
  packed->rows = weight.is_transposed ? from.cols : from.rows;
  packed->cols = weight.is_transposed ? from.rows : from.cols;
  packed->values.resize(from.size());
  const Tensor to(packed->values.data(), packed->rows, packed->cols);
  weight.is_transposed ? transpose(from, to) : copy(from, to);
  if (precision == Precision::kInt8) {
    expect_int8_inputs(packed->rows);
    quantize_columns(*packed);
  }
  return packed;
}

void ReferenceBackend::packed_product(const Tensor& x, const PackedWeight& weight,
                                      const Epilogue& epilogue, const Tensor& y) {
  const auto& packed = static_cast<const ReferenceWeight&>(weight);
  if (packed.steps.empty()) {
    multiply_plainly(x, Tensor(const_cast<float*>(packed.values.data()), packed.rows, packed.cols),
                     y);
  } else {
    for (int r = 0; r < x.rows; ++r) int8_row(x.row(r), packed, y.row(r));
  }
  if (epilogue.bias) add_bias(y, epilogue.bias, y);
  if (epilogue.activation) activate(*epilogue.activation, y, y);
}

std::unique_ptr<PackedWeight> ReferenceBackend::pack_rows(const Tensor& weight,
                                                          Precision precision) {
  return ReferenceBackend::pack(transposed(weight), precision);
}

void ReferenceBackend::selected_product(const Tensor& x, const PackedWeight& weight,
                                        const Indices& columns, const Tensor& bias,
                                        const Tensor& y) {
  const auto& all = static_cast<const ReferenceWeight&>(weight);
  ReferenceWeight selected;
  selected.rows = all.rows;
  selected.cols = columns.size();
  std::vector<float> biases;
  for (int i = 0; i < columns.size(); ++i) {
    const int e = columns.device[i];
    if (!all.steps.empty()) selected.steps.push_back(all.steps[e]);
    if (bias) biases.push_back(bias.data[e]);
  }
  for (int d = 0; d < all.rows; ++d) {
    for (int i = 0; i < columns.size(); ++i) {
      const std::size_t from = std::size_t(d) * all.cols + columns.device[i];
      if (all.steps.empty()) {
        selected.values.push_back(all.values[from]);
      } else {
        selected.codes.push_back(all.codes[from]);
      }
    }
  }
  const Tensor row = bias ? Tensor(biases.data(), 1, columns.size()) : Tensor();
  ReferenceBackend::packed_product(x, selected, {row}, y);
}

}  // namespace heed
