#pragma once

#include <type_traits>

#include "tensor/backend.h"

namespace heed {

inline constexpr std::integral_constant<int, 0> kOverwrite;
inline constexpr std::integral_constant<int, 1> kAdd;

/// y = x + beta · y, one number of a Sum; `beta` is a float, or one of the constants.
template <class Beta>
inline void put(float& y, float x, Beta beta) {
  y = beta == 0 ? x : y + x;
}

/// Calls body(beta) with a constant of that value, for loops that shall not ask at each number.
template <class Body>
[[gnu::always_inline]] inline void by_beta(const Sum& y, Body body) {
  if (y.beta == 0) {
    body(kOverwrite);
  } else {
    body(kAdd);
  }
}

}  // namespace heed
