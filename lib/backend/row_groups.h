#pragma once

#include <type_traits>

namespace heed {

/// Calls body(first row, number of rows as a constant) for groups of at most kMost rows.
template <int kMost, class Body>
void for_row_groups(int rows, Body body) {
  int r = 0;
  for (; r + kMost <= rows; r += kMost) body(r, std::integral_constant<int, kMost>());
  if constexpr (kMost > 1)
    for_row_groups<kMost - 1>(rows - r, [&](int rest, auto count) { body(r + rest, count); });
}

}  // namespace heed
