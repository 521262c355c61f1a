#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <utility>

#include "backend/eigen.h"
#include "backend/vector.h"

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

/// The tile of kRows rows and kVecs registers of columns at the beginning of c.
template <int kRows, int kVecs, class Part>
void tile(const Tensor& a, const Tensor& b, float beta, const Tensor& c, Part part) {
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
    for (int v = 0; v < kVecs; ++v) put(c.row(r) + v * kLanes, sums[r][v], beta, part);
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

/// Calls body(first row, number of rows as a constant) for groups of at most kMost rows.
template <int kMost, class Body>
void for_row_groups(int rows, Body body) {
  int r = 0;
  for (; r + kMost <= rows; r += kMost) body(r, std::integral_constant<int, kMost>());
  if constexpr (kMost > 1)
    for_row_groups<kMost - 1>(rows - r, [&](int rest, auto count) { body(r + rest, count); });
}

/// Whether a copy of a block of b in one piece pays. Rows whose distance is a multiple of a large
/// power of two share few sets of the first cache.
bool wants_copy(const Tensor& b, int rows) { return rows >= kCopyRows && b.stride % 512 == 0; }

/// One block of the depth: tile by tile, columns outside, so that b's are read from memory once.
void columns_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c) {
  constexpr int kBlock = kTileVecs * kLanes;
  alignas(64) std::array<float, kDepth * kBlock> copy;
  const bool copies = wants_copy(b, c.rows);
  const auto columns = [&](int first, int count, auto vecs, auto part) {
    Tensor from = b.col_range(first, count);
    const Tensor to = c.col_range(first, count);
    if (copies) {
      for (int k = 0; k < b.rows; ++k) std::copy_n(from.row(k), count, &copy[k * count]);
      from = {copy.data(), b.rows, count};
    }
    for_row_groups<kTileRows>(c.rows, [&](int r, auto rows) {
      tile<rows, vecs>(a.row_range(r, rows), from, beta, to.row_range(r, rows), part);
    });
  };
  int i = 0;
  for (; i + kBlock <= c.cols; i += kBlock)
    columns(i, kBlock, std::integral_constant<int, kTileVecs>(), AllLanes{});
  for_lanes(c.cols - i, [&](int k, auto part) {
    columns(i + k, std::min(kLanes, c.cols - i - k), std::integral_constant<int, 1>(), part);
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

std::string EigenBackend::description() const { return "eigen " HEED_KERNEL_LEVEL; }

void EigenBackend::gemm(const Operand& a, const Operand& b, const Sum& c) {
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
