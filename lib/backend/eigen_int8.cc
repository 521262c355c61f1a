#include <algorithm>
#include <cstdint>
#include <vector>

#include "backend/aligned.h"
#include "backend/eigen_weight.h"
#include "backend/int8_arithmetic.h"
#include "backend/quantize.h"
#include "backend/tiles.h"
#include "backend/vector.h"

namespace heed {
namespace {

// Sums of a tile that fit the registers, of which 32 are of 16 lanes and 16 of fewer.
constexpr int kTileVecs = kLanes == 16 ? 4 : 2;
constexpr int kTileRows = kLanes >= 8 ? 6 : 4;
constexpr int kTileColumns = kTileVecs * kLanes;

// Rows that are multiplied at a time, and bytes of their codes: what stays in the second cache.
constexpr int kMostRows = 512;
constexpr int kCodeBytes = 1 << 17;

/// What becomes of a tile's sums: of columns from `first` on.
struct Finish {
  const float* steps;  ///< [E]
  const float* bias;   ///< [E], or null.
  bool is_relu;

  void operator()(const std::int32_t* sums, float step, int first, int count, float* y) const {
    // A copy of *this: in the compiler's eyes y could change the original.
    for_lanes(count, [=, *this](int i, auto part) {
      VecInt whole;
      std::memcpy(&whole, sums + i, sizeof whole);
      const int e = first + i;
      Vec sum = __builtin_convertvector(whole, Vec) * (step * load(steps + e, part));
      if (bias != nullptr) sum += load(bias + e, part);
      store(y + e, is_relu ? maximum(zero(), sum) : sum, part);
    });
  }
};

/// Columns of W in panels as wide as a tile, of zeros after the last column; in a panel come groups
/// of kGroup inputs, in a group the columns, each with its kGroup codes.
template <class Arithmetic>
class Int8Panels final : public EigenWeight {
 public:
  explicit Int8Panels(const Operand& weight);
  void multiply(const Tensor& x, const Tensor& bias, bool is_relu, const Tensor& y) const override;

 private:
  using Code = typename Arithmetic::Code;
  static constexpr int kGroup = Arithmetic::kGroup;

  void add_column(const float* x, std::ptrdiff_t stride, int column);
  void multiply_rows(const Tensor& x, const Finish& finish, const Tensor& y) const;
  /// Not inlined, for all registers are its own.
  template <int kRows>
  [[gnu::noinline]] void tile(const Code* codes, int panel, std::int32_t* sums) const;

  int inputs_, outputs_;
  int groups_;  ///< Of inputs; at least one.
  AlignedArray<std::int8_t> codes_;
  AlignedArray<std::int32_t> starts_;  ///< Of each column: what takes kOffset out of its sum.
  std::vector<float> steps_;
};

template <class Arithmetic>
Int8Panels<Arithmetic>::Int8Panels(const Operand& weight)
    : inputs_(weight.is_transposed ? weight.tensor.cols : weight.tensor.rows),
      outputs_(weight.is_transposed ? weight.tensor.rows : weight.tensor.cols),
      groups_(std::max(1, rounded_up(inputs_, kGroup) / kGroup)),
      codes_(std::size_t(groups_) * kGroup * rounded_up(outputs_, kTileColumns)),
      starts_(rounded_up(outputs_, kTileColumns)) {
  expect_int8_inputs(inputs_);
  const Tensor& from = weight.tensor;
  for (int e = 0; e < outputs_; ++e) {
    weight.is_transposed ? add_column(from.row(e), 1, e)
                         : add_column(from.data + e, from.stride, e);
  }
}

template <class Arithmetic>
void Int8Panels<Arithmetic>::add_column(const float* x, std::ptrdiff_t stride, int column) {
  const Quantizer quantize = column_quantizer(x, inputs_, stride);
  steps_.push_back(quantize.step);
  const int panel = column / kTileColumns;
  std::int8_t* to = codes_.data() + std::size_t(panel) * groups_ * kGroup * kTileColumns +
                    column % kTileColumns * kGroup;
  int sum = 0;
  for (int d = 0; d < inputs_; ++d) {
    const int code = quantize(x[d * stride]);
    to[std::size_t(d / kGroup) * kGroup * kTileColumns + d % kGroup] =
        static_cast<std::int8_t>(code);
    sum += code;
  }
  starts_.data()[column] = -Arithmetic::kOffset * sum;
}

template <class Arithmetic>
template <int kRows>
void Int8Panels<Arithmetic>::tile(const Code* codes, int panel, std::int32_t* sums) const {
  typename Arithmetic::Sums totals[kRows][kTileVecs];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kTileVecs; ++v)
      totals[r][v] = Arithmetic::start(starts_.data() + panel * kTileColumns + v * kLanes);
  constexpr int kRegister = kLanes * kGroup;
  const int row_size = groups_ * kGroup;
  const std::int8_t* from = codes_.data() + std::size_t(panel) * row_size * kTileColumns;
  int groups = groups_;
  do {
    typename Arithmetic::Factors weights[kTileVecs];
#pragma GCC unroll 8
    for (int v = 0; v < kTileVecs; ++v) weights[v] = Arithmetic::weights(from + v * kRegister);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      int group;
      std::memcpy(&group, codes + r * row_size, sizeof group);
      const typename Arithmetic::Factors factors = Arithmetic::activations(group);
#pragma GCC unroll 8
      for (int v = 0; v < kTileVecs; ++v) Arithmetic::add(totals[r][v], factors, weights[v]);
    }
    from += kTileVecs * kRegister;
    codes += kGroup;
  } while (--groups > 0);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kTileVecs; ++v)
      Arithmetic::store(sums + r * kTileColumns + v * kLanes, totals[r][v]);
}

/// Rows whose codes fit into kCodeBytes.
template <class Arithmetic>
void Int8Panels<Arithmetic>::multiply_rows(const Tensor& x, const Finish& finish,
                                           const Tensor& y) const {
  alignas(64) Code codes[kCodeBytes / sizeof(Code)];
  float steps[kMostRows];
  const int row_size = groups_ * kGroup;
  for (int r = 0; r < x.rows; ++r) {
    const Quantizer quantize = row_quantizer(x.row(r), inputs_);
    steps[r] = quantize.step;
    quantize_row<Arithmetic::kOffset>(x.row(r), inputs_, row_size, quantize,
                                      codes + std::ptrdiff_t{r} * row_size);
  }
  alignas(64) std::int32_t sums[kTileRows * kTileColumns];
  for (int first = 0; first < outputs_; first += kTileColumns) {
    const int count = std::min(kTileColumns, outputs_ - first);
    for_row_groups<kTileRows>(x.rows, [&](int r, auto rows) {
      tile<rows>(codes + std::ptrdiff_t{r} * row_size, first / kTileColumns, sums);
      for (int i = 0; i < rows; ++i)
        finish(sums + i * kTileColumns, steps[r + i], first, count, y.row(r + i));
    });
  }
}

template <class Arithmetic>
void Int8Panels<Arithmetic>::multiply(const Tensor& x, const Tensor& bias, bool is_relu,
                                      const Tensor& y) const {
  const int row_bytes = groups_ * kGroup * static_cast<int>(sizeof(Code));
  const int most = std::min(kCodeBytes / row_bytes, kMostRows);
  for (int r = 0; r < x.rows; r += most) {
    const int count = std::min(most, x.rows - r);
    multiply_rows(x.row_range(r, count), {steps_.data(), bias.data, is_relu},
                  y.row_range(r, count));
  }
}

}  // namespace

std::unique_ptr<PackedWeight> pack_int8(const Operand& weight) {
#if defined(__AVX2__)
  if (QuadArithmetic::is_supported()) return std::make_unique<Int8Panels<QuadArithmetic>>(weight);
#endif
  return std::make_unique<Int8Panels<PairArithmetic>>(weight);
}

}  // namespace heed
