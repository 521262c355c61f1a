#pragma once

#include <bit>
#include <cstdint>

namespace heed {

/// Half-precision numbers (IEEE 754 binary16): 1 sign bit, 5 of exponent, 10 of fraction. Both
/// directions avoid branches on the usual path, so that loops over them vectorise.

/// The least magnitude that to_half rounds to infinity.
inline constexpr float kHalfOverflow = 65520.0F;

/// Exact.
constexpr float from_half(std::uint16_t half) {
  constexpr std::uint32_t kExponent = 0x7c00U << 13;
  constexpr std::uint32_t kSmallestNormal = 113U << 23;  // 2^-14
  std::uint32_t bits = (half & 0x7fffU) << 13;
  const std::uint32_t exponent = bits & kExponent;
  bits += (127U - 15U) << 23;
  if (exponent == kExponent) bits += (128U - 16U) << 23;  // infinity, NaN
  if (exponent == 0) {                                    // zero, subnormal
    const float shifted = std::bit_cast<float>(bits + (1U << 23));
    bits = std::bit_cast<std::uint32_t>(shifted - std::bit_cast<float>(kSmallestNormal));
  }
  return std::bit_cast<float>(bits | (half & 0x8000U) << 16);
}

/// The nearest half, the even one of two equally near.
constexpr std::uint16_t to_half(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits & 0x80000000U;
  bits ^= sign;
  std::uint32_t half = 0;
  if (bits > 0x7f800000U) {
    half = 0x7e00;  // NaN
  } else if (bits >= std::bit_cast<std::uint32_t>(kHalfOverflow)) {
    half = 0x7c00;
  } else if (bits < (113U << 23)) {
    // Adding 1/2 leaves the subnormal's ten bits at the end of the fraction, rounded by the adder.
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0.5F) - (126U << 23);
  } else {
    const std::uint32_t is_odd = (bits >> 13) & 1U;
    half = (bits - ((127U - 15U) << 23) + 0xfffU + is_odd) >> 13;
  }
  return static_cast<std::uint16_t>(half | sign >> 16);
}

}  // namespace heed
