#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "backend/aligned.h"
#include "backend/eigen_weight.h"
#include "backend/int8_arithmetic.h"
#include "backend/quantize.h"

namespace heed {
namespace {

constexpr int kMostInputs = 1 << 16;  // see expect_int8_inputs

/// The rows of W one after the other, each with zeros up to whole registers.
template <class Arithmetic>
class Int8Rows final : public EigenRows {
 public:
  explicit Int8Rows(const Tensor& weight);
  void multiply(const Tensor& x, const Indices& columns, const Tensor& bias,
                const Tensor& y) const override;

 private:
  using Code = typename Arithmetic::Code;
  static constexpr int kRegister = kLanes * Arithmetic::kGroup;  // codes

  const std::int8_t* row(int e) const { return codes_.data() + std::ptrdiff_t{e} * width_; }
  VecInt dot_products(const Code* codes, const std::int8_t* const (&rows)[kLanes]) const;

  int inputs_, width_;
  AlignedArray<std::int8_t> codes_;
  std::vector<std::int32_t> starts_;  ///< Of each row: what takes kOffset out of its sum.
  std::vector<float> steps_;
};

template <class Arithmetic>
Int8Rows<Arithmetic>::Int8Rows(const Tensor& weight)
    : inputs_(weight.cols),
      width_((weight.cols + kRegister - 1) / kRegister * kRegister),
      codes_(std::size_t(weight.rows) * width_) {
  expect_int8_inputs(inputs_);
  for (int e = 0; e < weight.rows; ++e) {
    const Quantizer quantize = column_quantizer(weight.row(e), inputs_, 1);
    steps_.push_back(quantize.step);
    std::int8_t* const to = codes_.data() + std::ptrdiff_t{e} * width_;
    quantize_row<0>(weight.row(e), inputs_, width_, quantize, to);
    int sum = 0;
    for (int d = 0; d < inputs_; ++d) sum += to[d];
    starts_.push_back(-Arithmetic::kOffset * sum);
  }
}

/// The sums of each register's lanes, in the lanes of one.
template <class Sums>
VecInt sum_lanes(const Sums (&totals)[kLanes]) {
  Eigen::internal::PacketBlock<Vec, kLanes> block;
  for (int i = 0; i < kLanes; ++i) block.packet[i] = std::bit_cast<Vec>(totals[i]);
  Eigen::internal::ptranspose(block);
  VecInt sum{};
  for (int i = 0; i < kLanes; ++i) sum += std::bit_cast<VecInt>(block.packet[i]);
  return sum;
}

template <class Arithmetic>
VecInt Int8Rows<Arithmetic>::dot_products(const Code* codes,
                                          const std::int8_t* const (&rows)[kLanes]) const {
  constexpr std::int32_t kZeros[kLanes] = {};
  typename Arithmetic::Sums totals[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) totals[i] = Arithmetic::start(kZeros);
  for (int d = 0; d < width_; d += kRegister) {
    typename Arithmetic::Factors factors;
    std::memcpy(&factors, codes + d, sizeof factors);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i)
      Arithmetic::add(totals[i], factors, Arithmetic::weights(rows[i] + d));
  }
  return sum_lanes(totals);
}

template <class Arithmetic>
void Int8Rows<Arithmetic>::multiply(const Tensor& x, const Indices& columns, const Tensor& bias,
                                    const Tensor& y) const {
  alignas(64) Code codes[kMostInputs];
  const int* const selected = columns.device;
  for (int r = 0; r < x.rows; ++r) {
    const Quantizer quantize = row_quantizer(x.row(r), inputs_);
    quantize_row<Arithmetic::kOffset>(x.row(r), inputs_, width_, quantize, codes);
    for (int first = 0; first < y.cols; first += kLanes) {
      const int count = std::min(kLanes, y.cols - first);
      const std::int8_t* rows[kLanes];
      for (int i = 0; i < kLanes; ++i) rows[i] = row(selected[first + std::min(i, count - 1)]);
      const VecInt sums = dot_products(codes, rows);
      for (int i = 0; i < count; ++i) {
        const int e = selected[first + i];
        const float product =
            static_cast<float>(sums[i] + starts_[e]) * (quantize.step * steps_[e]);
        y.row(r)[first + i] = bias ? product + bias.data[e] : product;
      }
    }
  }
}

}  // namespace

std::unique_ptr<PackedWeight> pack_int8_rows(const Tensor& weight) {
#if defined(__AVX2__)
  if (QuadArithmetic::is_supported()) return std::make_unique<Int8Rows<QuadArithmetic>>(weight);
#endif
  return std::make_unique<Int8Rows<PairArithmetic>>(weight);
}

}  // namespace heed
