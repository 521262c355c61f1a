#pragma once

#include <algorithm>
#include <type_traits>

#include "backend/vector.h"

// How a matrix is cut into tiles, whose sums fit the registers.

namespace heed {

inline int rounded_up(int x, int unit) { return (x + unit - 1) / unit * unit; }

/// Calls body(first row, number of rows as a constant) for groups of at most kMost rows.
template <int kMost, class Body>
void for_row_groups(int rows, Body body) {
  int r = 0;
  for (; r + kMost <= rows; r += kMost) body(r, std::integral_constant<int, kMost>());
  if constexpr (kMost > 1)
    for_row_groups<kMost - 1>(rows - r, [&](int rest, auto count) { body(r + rest, count); });
}

/// Calls body(first column, number of columns, number of registers as a constant, lanes) for groups
/// of kVecs registers, and then for single ones.
template <int kVecs, class Body>
void for_column_groups(int columns, Body body) {
  constexpr int kColumns = kVecs * kLanes;
  int i = 0;
  for (; i + kColumns <= columns; i += kColumns)
    body(i, kColumns, std::integral_constant<int, kVecs>(), AllLanes{});
  for_lanes(columns - i, [&](int k, auto part) {
    body(i + k, std::min(kLanes, columns - i - k), std::integral_constant<int, 1>(), part);
  });
}

}  // namespace heed
