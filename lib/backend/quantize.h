#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "util/error.h"

// Who includes this is compiled without contraction (lib/CMakeLists.txt): x · inverse + kRound in
// one rounding instead of two would give other codes at the levels that can do that.

namespace heed {

/// The largest code: codes are symmetric, so that a product of two has the sign of the numbers.
inline constexpr float kMostCode = 127;

inline void expect_int8_inputs(int inputs) {
  constexpr int kMost = 1 << 16;  // whose sums of products of codes fit into 32 bits
  if (inputs <= kMost) return;
  fail("expected at most {} inputs of a weight in int8, found {}; leave --int8 out", kMost, inputs);
}

/// How the numbers of a row, or of a weight's column, become codes and come back.
struct Quantizer {
  float inverse = 0;  ///< Largest code / largest size; 0 where all codes are 0.
  float step = 0;     ///< What code 1 stands for; NaN where a number is not finite.

  static constexpr float kRound = 12582912;  // 1.5 · 2²³: adding it rounds to an integer.
  int operator()(float x) const {
    const int code = std::bit_cast<int>(x * inverse + kRound) - std::bit_cast<int>(kRound);
    return inverse > 0 ? code : 0;
  }
};

/// |x| as an integer of the same order, NaN above all.
inline int size_bits(float x) { return std::bit_cast<int>(x) & 0x7fffffff; }

/// For numbers whose largest size_bits are `most`, which gets the code `most_code`.
inline Quantizer quantizer(int most, float most_code = kMostCode) {
  constexpr float kTooSmall = 1e-30F;  // whose inverse could be infinite: all codes are 0
  const auto largest = std::bit_cast<float>(most);
  if (!(largest <= std::numeric_limits<float>::max())) {
    return {0, std::numeric_limits<float>::quiet_NaN()};
  }
  if (largest < kTooSmall) return {};
  return {most_code / largest, largest / most_code};
}

inline Quantizer row_quantizer(const float* x, int size) {
  int most = 0;
  for (int i = 0; i < size; ++i) most = std::max(most, size_bits(x[i]));
  return quantizer(most);
}

/// The codes of x, each raised by kOffset, and zeros up to `width`.
template <int kOffset, class Code>
void quantize_row(const float* x, int size, int width, const Quantizer& quantize, Code* codes) {
  for (int d = 0; d < size; ++d) codes[d] = static_cast<Code>(quantize(x[d]) + kOffset);
  std::fill(codes + size, codes + width, Code{0});
}

/// The code of the largest of a weight's column: 127, but where all numbers are codes times a
/// smaller one's step already, as in an int8 model of Marian's, whose columns share one step. So
/// what was rounded once isn't rounded again.
inline float largest_code(const float* x, int size, std::ptrdiff_t stride, float largest) {
  constexpr float kTolerance =
      1e-4F;  // of a step: more than errors of 127 times a float's last bit
  const auto are_codes = [&](float inverse) {
    for (int i = 0; i < size; ++i) {
      const float code = x[i * stride] * inverse;
      if (!(std::abs(code - std::nearbyint(code)) < kTolerance)) return false;
    }
    return true;
  };
  for (float code = kMostCode; code >= 1; --code) {
    if (are_codes(code / largest)) return code;
  }
  return kMostCode;
}

/// Of `size` numbers that are `stride` apart.
inline Quantizer column_quantizer(const float* x, int size, std::ptrdiff_t stride) {
  int most = 0;
  for (int i = 0; i < size; ++i) most = std::max(most, size_bits(x[i * stride]));
  const Quantizer plain = quantizer(most);
  if (!(plain.inverse > 0)) return plain;
  return quantizer(most, largest_code(x, size, stride, std::bit_cast<float>(most)));
}

}  // namespace heed
