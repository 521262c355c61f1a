#include "backend/eigen_bf16.h"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "backend/aligned.h"
#include "backend/tiles.h"
#include "backend/vector.h"

namespace heed {

#if defined(__AVX512BW__)

namespace {

// vdpbf16ps multiplies two pairs of bf16 in each lane and adds both products to a float. So blocks
// of both factors are copied into pairs, which follow each other in the depth: a's row after row,
// b's in strips of 16 columns, in a strip pair after pair. No level of x86-64 has the instructions;
// they are asked for when the program runs, and written as what the assembler knows.

using Pair = std::uint32_t;

// Sums of a tile that fit the registers.
constexpr int kTileRows = 6;
constexpr int kTileVecs = 4;

// A block of b stays in the second or third cache while those of a pass by.
constexpr int kDepth = 512;
constexpr int kBlockRows = 192;
constexpr int kBlockColumns = 1024;

/// 16 registers of 16 pairs.
using Square = Eigen::internal::PacketBlock<Vec, kLanes>;

/// In each half the 16 numbers of a register, rounded to nearest, ties to even.
Vec rounded(Vec low, Vec high) {
  Vec halves;
  asm("vcvtne2ps2bf16 %1, %2, %0" : "=v"(halves) : "v"(low), "v"(high));
  return halves;
}

/// Of a row from column `first` on, zeros after its end. What is whole is not asked for its end.
template <bool kWhole>
Vec load_or_zeros(const Tensor& t, int row, int first) {
  if (kWhole || (row < t.rows && first + kLanes <= t.cols)) return load(t.row(row) + first);
  if (row >= t.rows || first >= t.cols) return zero();
  return load(t.row(row) + first, FirstLanes{t.cols - first});
}

/// Register i becomes row first + i of t [N, depth], 16 pairs of it from `pair` on.
template <bool kWhole>
void read_rows(const Tensor& t, int first, int pair, Square& square) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    square.packet[i] = rounded(load_or_zeros<kWhole>(t, first + i, 2 * pair),
                               load_or_zeros<kWhole>(t, first + i, 2 * pair + kLanes));
  }
}

/// Register i becomes pair + i of 16 columns of t [depth, N], from `first` on.
template <bool kWhole>
void read_columns(const Tensor& t, int first, int pair, Square& square) {
  alignas(64) static constexpr std::uint16_t kTurns[2 * kLanes] = {
      0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
      8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    const Vec halves = rounded(load_or_zeros<kWhole>(t, 2 * (pair + i), first),
                               load_or_zeros<kWhole>(t, 2 * (pair + i) + 1, first));
    square.packet[i] = std::bit_cast<Vec>(
        _mm512_permutexvar_epi16(_mm512_load_si512(kTurns), std::bit_cast<__m512i>(halves)));
  }
}

/// A block of a factor in pairs: of a [count, depth] row after row; of b [depth, count] strip after
/// strip of 16 columns. Both are `depth` pairs long for each row or column.
class Block {
 public:
  Block(int count, int depth) : pairs_(std::size_t(count) * (depth / 2)) {}

  void take_rows(const Operand& a) { take(a.tensor, !a.is_transposed, true); }
  void take_columns(const Operand& b) { take(b.tensor, b.is_transposed, false); }

  int depth() const { return depth_; }
  const Pair* at(int row_or_column) const {
    return pairs_.data() + std::ptrdiff_t{row_or_column} * depth_;
  }

 private:
  /// By squares, which are turned where t has rows [count, depth] and columns are wanted, or the
  /// other way round.
  void take(const Tensor& t, bool has_rows, bool wants_rows);

  AlignedArray<Pair> pairs_;
  int depth_ = 0;
};

void Block::take(const Tensor& t, bool has_rows, bool wants_rows) {
  const int count = has_rows ? t.rows : t.cols, depth = has_rows ? t.cols : t.rows;
  depth_ = rounded_up(depth, 2 * kLanes) / 2;
  for (int first = 0; first < count; first += kLanes) {
    for (int pair = 0; pair < depth_; pair += kLanes) {
      const bool whole = first + kLanes <= count && 2 * (pair + kLanes) <= depth;
      Square square;
      if (has_rows)
        whole ? read_rows<true>(t, first, pair, square) : read_rows<false>(t, first, pair, square);
      else
        whole ? read_columns<true>(t, first, pair, square)
              : read_columns<false>(t, first, pair, square);
      if (has_rows != wants_rows) Eigen::internal::ptranspose(square);
      Pair* to = pairs_.data() + std::ptrdiff_t{first} * depth_ + pair * (wants_rows ? 1 : kLanes);
      for (const Vec& pairs : square.packet) {
        std::memcpy(to, &pairs, sizeof pairs);
        to += wants_rows ? depth_ : kLanes;
      }
    }
  }
}

/// The tile of kRows rows and kVecs registers of columns at the beginning of c.
template <int kRows, int kVecs, class Part>
[[gnu::noinline]] void tile(const Pair* rows, const Pair* strips, int depth, float beta,
                            const Tensor& c, Part part) {
  Vec sums[kRows][kVecs];
#pragma GCC unroll 8
  for (auto& row : sums)
#pragma GCC unroll 8
    for (Vec& sum : row) sum = zero();
  for (int pair = 0; pair < depth; ++pair) {
    Vec right[kVecs];
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v)
      std::memcpy(&right[v], strips + (std::ptrdiff_t{v} * depth + pair) * kLanes, sizeof(Vec));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vec left = broadcast(std::bit_cast<float>(rows[std::ptrdiff_t{r} * depth + pair]));
#pragma GCC unroll 8
      for (int v = 0; v < kVecs; ++v)
        asm("vdpbf16ps %2, %1, %0" : "+v"(sums[r][v]) : "v"(left), "v"(right[v]));
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) put(c.row(r) + v * kLanes, sums[r][v], beta, part);
}

void multiply(const Block& a, const Block& b, float beta, const Tensor& c) {
  for_column_groups<kTileVecs>(c.cols, [&](int first, int count, auto vecs, auto part) {
    const Tensor to = c.col_range(first, count);
    for_row_groups<kTileRows>(c.rows, [&](int r, auto rows) {
      tile<rows, vecs>(a.at(r), b.at(first), a.depth(), beta, to.row_range(r, rows), part);
    });
  });
}

/// Rows and columns of what the operand stands for.
Operand part_of(const Operand& x, int row, int rows, int column, int columns) {
  if (x.is_transposed) return transposed(x.tensor.row_range(column, columns).col_range(row, rows));
  return x.tensor.row_range(row, rows).col_range(column, columns);
}

}  // namespace

bool has_bf16_products() { return __builtin_cpu_supports("avx512bf16") != 0; }

void bf16_product(const Operand& a, const Operand& b, const Sum& c) {
  thread_local Block rows(kBlockRows, kDepth), columns(kBlockColumns, kDepth);
  const int depth = a.is_transposed ? a.tensor.rows : a.tensor.cols;
  for (int i = 0; i < c.y.cols; i += kBlockColumns) {
    const int width = std::min(kBlockColumns, c.y.cols - i);
    int k = 0;
    do {
      const int deep = std::min(kDepth, depth - k);
      columns.take_columns(part_of(b, k, deep, i, width));
      for (int r = 0; r < c.y.rows; r += kBlockRows) {
        const int high = std::min(kBlockRows, c.y.rows - r);
        rows.take_rows(part_of(a, r, high, k, deep));
        multiply(rows, columns, k > 0 ? 1 : c.beta, c.y.row_range(r, high).col_range(i, width));
      }
      k += deep;
    } while (k < depth);
  }
}

#else

bool has_bf16_products() { return false; }
void bf16_product(const Operand&, const Operand&, const Sum&) { std::abort(); }

#endif

}  // namespace heed
