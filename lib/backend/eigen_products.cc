#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <utility>

#include "backend/aligned.h"
#include "backend/eigen.h"
#include "backend/eigen_bf16.h"
#include "backend/eigen_weight.h"
#include "backend/tiles.h"
#include "backend/vector.h"
#include "util/error.h"

namespace heed {
namespace {

// Eigen's product copies both factors into blocks first. With few rows the copies cost more than
// the product, and they are never worth it where b's rows can be read as they are; these read their
// factors where they lie. Any stride.

// Sums of a tile of c that fit the registers: of 16 lanes there are 32, of fewer lanes 16.
constexpr int kTileVecs = 4;
constexpr int kTileRows = kLanes == 16 ? 6 : kLanes == 8 ? 3 : 2;
constexpr int kDotRows = kLanes == 16 ? 6 : 3;
constexpr int kDotCols = 4;

// Depth of a block of b that stays in the second cache while all rows of a pass by.
constexpr int kDepth = kLanes == 16 ? 512 : 256;

// Rows for which copying a block of b pays.
constexpr int kCopyRows = 48;

// Columns of a panel.
constexpr int kPanel = kTileVecs * kLanes;

/// What becomes of the sums of one block of the depth.
struct Finish {
  float beta = 0;  ///< Of what is there from the blocks before.
  bool is_relu = false;
  const float* bias = nullptr;  ///< Of the tile's columns.

  template <class Part>
  void operator()(float* c, Vec sum, int column, Part part) const {
    if (beta != 0) sum = load(c + column, part) + sum;
    if (bias != nullptr) sum = sum + load(bias + column, part);
    store(c + column, is_relu ? maximum(zero(), sum) : sum, part);
  }
};

/// The tile of kRows rows and kVecs registers of columns at the beginning of c.
template <int kRows, int kVecs, class Part>
void tile(const Tensor& a, const Tensor& b, const Finish& finish, const Tensor& c, Part part) {
  Vec sums[kRows][kVecs];
  for (auto& row : sums)
    for (Vec& sum : row) sum = zero();
  for (int k = 0; k < a.cols; ++k) {
    for (int v = 0; v < kVecs; ++v) {
      const Vec factor = load(b.row(k) + v * kLanes, part);
      for (int r = 0; r < kRows; ++r) sums[r][v] += a.row(r)[k] * factor;
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVecs; ++v) finish(c.row(r), sums[r][v], v * kLanes, part);
}

/// A tile of a · bᵀ: dot products of kRows rows of a with up to kDotCols rows of b.
template <int kRows>
void dot_tile(const Tensor& a, const Tensor& b, float beta, const Tensor& c) {
  Vec totals[kRows][kDotCols];
  for (auto& row : totals)
    for (Vec& total : row) total = zero();
  const float* rows[kDotCols];
  for (int i = 0; i < kDotCols; ++i) rows[i] = b.row(std::min(i, c.cols - 1));
  for_lanes(a.cols, [&](int k, auto part) {
    Vec left[kRows];
    for (int r = 0; r < kRows; ++r) left[r] = load(a.row(r) + k, part);
    for (int i = 0; i < kDotCols; ++i) {
      const Vec right = load(rows[i] + k, part);
      for (int r = 0; r < kRows; ++r) totals[r][i] += left[r] * right;
    }
  });
  for (int r = 0; r < kRows; ++r) {
    const Quad dots = sums(totals[r][0], totals[r][1], totals[r][2], totals[r][3]);
    for (int i = 0; i < std::min(kDotCols, c.cols); ++i)
      c.row(r)[i] = dots[i] + (beta == 0 ? 0 : c.row(r)[i]);
  }
}

/// Whether a copy of a block of b in one piece pays. Rows whose distance is a multiple of a large
/// power of two share few sets of the first cache.
bool wants_copy(const Tensor& b, int rows) { return rows >= kCopyRows && b.stride % 512 == 0; }

/// One block of the depth: tile by tile, columns outside, so that b's are read from memory once.
void columns_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c) {
  alignas(64) std::array<float, kDepth * kPanel> copy;
  const bool copies = wants_copy(b, c.rows);
  for_column_groups<kTileVecs>(c.cols, [&](int first, int count, auto vecs, auto part) {
    Tensor from = b.col_range(first, count);
    const Tensor to = c.col_range(first, count);
    if (copies) {
      for (int k = 0; k < b.rows; ++k) std::copy_n(from.row(k), count, &copy[k * count]);
      from = {copy.data(), b.rows, count};
    }
    for_row_groups<kTileRows>(c.rows, [&](int r, auto rows) {
      tile<rows, vecs>(a.row_range(r, rows), from, {beta}, to.row_range(r, rows), part);
    });
  });
}

/// c = a · b + beta · c. A row of c has the same bits whatever the number of rows.
void direct_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c) {
  if (a.cols == 0) return columns_product(a, b, beta, c);
  for (int k = 0; k < a.cols; k += kDepth) {
    const int depth = std::min(kDepth, a.cols - k);
    columns_product(a.col_range(k, depth), b.row_range(k, depth), k > 0 ? 1 : beta, c);
  }
}

/// y = x · panel, of which y takes the first columns.
void panel_product(const Tensor& x, const Tensor& panel, const Finish& finish, const Tensor& y) {
  for_column_groups<kTileVecs>(y.cols, [&](int first, int count, auto vecs, auto part) {
    Finish here = finish;
    if (here.bias != nullptr) here.bias += first;
    for_row_groups<kTileRows>(y.rows, [&](int r, auto rows) {
      tile<rows, vecs>(x.row_range(r, rows), panel.col_range(first, count), here,
                       y.col_range(first, count).row_range(r, rows), part);
    });
  });
}

/// Columns of W as direct_product reads them: panels of kTileVecs registers, each D rows one after
/// the other, the last one filled up with zeros to whole registers.
class FloatPanels final : public EigenWeight {
 public:
  explicit FloatPanels(const Operand& weight);
  void multiply(const Tensor& x, const Tensor& bias, bool is_relu, const Tensor& y) const override;

 private:
  Tensor panel(int first) const;
  void multiply_block(const Tensor& x, int first_input, const Finish& finish,
                      const Tensor& y) const;

  int inputs_, outputs_;
  AlignedArray<float> numbers_;
};

FloatPanels::FloatPanels(const Operand& weight)
    : inputs_(weight.is_transposed ? weight.tensor.cols : weight.tensor.rows),
      outputs_(weight.is_transposed ? weight.tensor.rows : weight.tensor.cols),
      numbers_(std::size_t(inputs_) * rounded_up(outputs_, kLanes)) {
  for (int first = 0; first < outputs_; first += kPanel) {
    const Tensor to = panel(first);
    for (int c = 0; c < std::min(to.cols, outputs_ - first); ++c) {
      for (int d = 0; d < inputs_; ++d) {
        to.row(d)[c] = weight.is_transposed ? weight.tensor.row(first + c)[d]
                                            : weight.tensor.row(d)[first + c];
      }
    }
  }
}

/// [D, up to kPanel]
Tensor FloatPanels::panel(int first) const {
  const int width = std::min(kPanel, rounded_up(outputs_ - first, kLanes));
  return {const_cast<float*>(numbers_.data()) + std::size_t(inputs_) * first, inputs_, width};
}

void FloatPanels::multiply_block(const Tensor& x, int first_input, const Finish& finish,
                                 const Tensor& y) const {
  for (int first = 0; first < outputs_; first += kPanel) {
    Finish here = finish;
    if (here.bias != nullptr) here.bias += first;
    panel_product(x, panel(first).row_range(first_input, x.cols), here,
                  y.col_range(first, std::min(kPanel, outputs_ - first)));
  }
}

void FloatPanels::multiply(const Tensor& x, const Tensor& bias, bool is_relu,
                           const Tensor& y) const {
  int k = 0;
  do {
    const int depth = std::min(kDepth, inputs_ - k);
    Finish finish{k > 0 ? 1.0F : 0.0F};
    if (k + depth == inputs_) {
      finish.is_relu = is_relu;
      finish.bias = bias.data;
    }
    multiply_block(x.col_range(k, depth), k, finish, y);
    k += depth;
  } while (k < inputs_);
}

/// Rows of W as they are. A panel of those that are asked for is made while it is multiplied.
class FloatRows final : public EigenRows {
 public:
  explicit FloatRows(const Tensor& weight) : weight_(weight) {}
  void multiply(const Tensor& x, const Indices& columns, const Tensor& bias,
                const Tensor& y) const override;

 private:
  Tensor weight_;
};

/// panel[k, i] = rows[i][k], for whole registers of both; the last rows may be the same.
void turn_round(const float* const* rows, const Tensor& panel) {
  for (int i = 0; i < panel.cols; i += kLanes) {
    int k = 0;
    for (; k + kLanes <= panel.rows; k += kLanes) {
      Eigen::internal::PacketBlock<Vec, kLanes> block;
      for (int j = 0; j < kLanes; ++j) block.packet[j] = load(rows[i + j] + k);
      Eigen::internal::ptranspose(block);
      for (int j = 0; j < kLanes; ++j) store(panel.row(k + j) + i, block.packet[j]);
    }
    for (; k < panel.rows; ++k)
      for (int j = 0; j < kLanes; ++j) panel.row(k)[i + j] = rows[i + j][k];
  }
}

void FloatRows::multiply(const Tensor& x, const Indices& columns, const Tensor& bias,
                         const Tensor& y) const {
  alignas(64) std::array<float, kDepth * kPanel> numbers;
  std::array<const float*, kPanel> rows;
  std::array<float, kPanel> biases;
  for (int first = 0; first < y.cols; first += kPanel) {
    const int count = std::min(kPanel, y.cols - first);
    for (int i = 0; i < kPanel; ++i) {
      const int e = columns.device[first + std::min(i, count - 1)];
      rows[i] = weight_.row(e);
      biases[i] = bias ? bias.data[e] : 0;
    }
    const Tensor to = y.col_range(first, count);
    int k = 0;
    do {
      const int depth = std::min(kDepth, x.cols - k);
      const Tensor panel(numbers.data(), depth, rounded_up(count, kLanes));
      turn_round(rows.data(), panel);
      const bool is_last = k + depth == x.cols;
      panel_product(x.col_range(k, depth), panel,
                    {k > 0 ? 1.0F : 0.0F, false, is_last && bias ? biases.data() : nullptr}, to);
      for (const float*& row : rows) row += depth;
      k += depth;
    } while (k < x.cols);
  }
}

/// Up to so many rows dot_product beats Eigen.
constexpr int kFewRows = 16;

/// c = a · bᵀ + beta · c, by dot products of rows.
void dot_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c) {
  for (int i = 0; i < c.cols; i += kDotCols) {
    const int count = std::min(kDotCols, c.cols - i);
    const Tensor from = b.row_range(i, count), to = c.col_range(i, count);
    for_row_groups<kDotRows>(c.rows, [&](int r, auto rows) {
      dot_tile<rows>(a.row_range(r, rows), from, beta, to.row_range(r, rows));
    });
  }
}

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;

View view(const Tensor& t) { return {t.data, t.rows, t.cols, Eigen::OuterStride<>(t.stride)}; }

template <class A, class B>
void eigen_product(const A& a, const B& b, const Sum& c) {
  if (c.beta == 0)
    view(c.y).noalias() = a * b;
  else
    view(c.y).noalias() += a * b;
}

}  // namespace

std::unique_ptr<PackedWeight> pack_floats(const Operand& weight) {
  return std::make_unique<FloatPanels>(weight);
}

std::unique_ptr<PackedWeight> EigenBackend::pack(const Operand& weight, Precision precision) {
  return precision == Precision::kInt8 ? pack_int8(weight) : pack_floats(weight);
}

void EigenBackend::packed_product(const Tensor& x, const PackedWeight& weight,
                                  const Epilogue& epilogue, const Tensor& y) {
  const bool is_relu = epilogue.activation == Activation::kRelu;
  static_cast<const EigenWeight&>(weight).multiply(x, epilogue.bias, is_relu, y);
  if (epilogue.activation && !is_relu) activate(*epilogue.activation, y, y);
}

std::unique_ptr<PackedWeight> EigenBackend::pack_rows(const Tensor& weight, Precision precision) {
  if (precision == Precision::kInt8) return pack_int8_rows(weight);
  return std::make_unique<FloatRows>(weight);
}

void EigenBackend::selected_product(const Tensor& x, const PackedWeight& weight,
                                    const Indices& columns, const Tensor& bias, const Tensor& y) {
  static_cast<const EigenRows&>(weight).multiply(x, columns, bias, y);
}

EigenBackend::EigenBackend(GemmPrecision precision) : ReferenceBackend(precision) {
  if (precision == GemmPrecision::kBf16 && !has_bf16_products()) {
    fail_usage("expected a processor with avx512_bf16 for --precision bf16, found none");
  }
}

std::string EigenBackend::description() const {
  return std::string("eigen " HEED_KERNEL_LEVEL) + gemm_suffix();
}

void EigenBackend::gemm(const Operand& a, const Operand& b, const Sum& c) {
  if (gemm_precision() == GemmPrecision::kBf16) return bf16_product(a, b, c);
  // All a · b go one way, so that a row of the result has the same bits whatever the number of
  // rows: a sentence is translated alike alone and among others.
  if (!a.is_transposed && !b.is_transposed) {
    return direct_product(a.tensor, b.tensor, c.beta, c.y);
  }
  if (!a.is_transposed && c.y.rows > 1 && c.y.rows <= kFewRows) {
    return dot_product(a.tensor, b.tensor, c.beta, c.y);
  }
  const View left = view(a.tensor), right = view(b.tensor);
  if (a.is_transposed && b.is_transposed)
    eigen_product(left.transpose(), right.transpose(), c);
  else if (a.is_transposed)
    eigen_product(left.transpose(), right, c);
  else
    eigen_product(left, right.transpose(), c);
}

}  // namespace heed
