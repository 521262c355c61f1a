#pragma once

#include <Eigen/Core>

#include <bit>
#include <cstddef>

#include "backend/put.h"

namespace heed {

/// One SIMD register of floats, as wide as the level of this library allows. Eigen's packets are
/// GCC vector types, so + - * / < and ?: work lane by lane.
using Vec = Eigen::internal::packet_traits<float>::type;
inline constexpr int kLanes = Eigen::internal::packet_traits<float>::size;
typedef int VecInt __attribute__((vector_size(kLanes * sizeof(int))));

/// Which lanes of a register a load or store touches: all, or only the first few.
struct AllLanes {};
struct FirstLanes {
  int count;
};

inline Vec broadcast(float value) { return Eigen::internal::pset1<Vec>(value); }
inline Vec zero() { return broadcast(0); }

inline Vec load(const float* from, AllLanes = {}) { return Eigen::internal::ploadu<Vec>(from); }
inline void store(float* to, Vec x, AllLanes = {}) { Eigen::internal::pstoreu(to, x); }

/// The lanes after the first ones are `rest`.
inline Vec load(const float* from, FirstLanes part, float rest = 0) {
#if defined(__AVX512F__)
  return _mm512_mask_loadu_ps(broadcast(rest), static_cast<__mmask16>((1U << part.count) - 1),
                              from);
#else
  alignas(64) float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) lanes[i] = i < part.count ? from[i] : rest;
  return load(lanes);
#endif
}
inline Vec load(const float* from, AllLanes, float) { return load(from); }

inline void store(float* to, Vec x, FirstLanes part) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << part.count) - 1), x);
#else
  alignas(64) float lanes[kLanes];
  store(lanes, x);
  for (int i = 0; i < part.count; ++i) to[i] = lanes[i];
#endif
}

/// y = x + beta · y, in memory.
template <class Beta, class Part>
inline void put(float* y, Vec x, Beta beta, Part part) {
  if (beta == 0) {
    store(y, x, part);
  } else {
    store(y, load(y, part) + x, part);
  }
}

/// Calls body(first index, lanes) for each register of an array of `size` floats.
template <class Size, class Body>
[[gnu::always_inline]] inline void for_lanes(Size size, Body body) {
  Size i = 0;
  for (; i + kLanes <= size; i += kLanes) body(i, AllLanes{});
  if (i < size) body(i, FirstLanes{static_cast<int>(size - i)});
}

/// A NaN in b is passed on, one in a is not.
inline Vec maximum(Vec a, Vec b) { return a > b ? a : b; }
inline Vec minimum(Vec a, Vec b) { return a < b ? a : b; }
inline float sum(Vec x) { return Eigen::internal::predux(x); }
inline float largest(Vec x) { return Eigen::internal::predux_max(x); }

/// Whether no lane of a or b is larger than the limit; a NaN anywhere makes it false.
inline bool all_at_most(float limit, Vec a, Vec b) {
  const VecInt larger = ~((a <= limit) & (b <= limit));
  return !Eigen::internal::predux_any(std::bit_cast<Vec>(larger));
}

using Quad = Eigen::internal::Packet4f;
inline Quad fold(Eigen::internal::Packet4f x) { return x; }
#if defined(__AVX__)
inline Quad fold(Eigen::internal::Packet8f x) { return Eigen::internal::predux_half_dowto4(x); }
#endif
#if defined(__AVX512F__)
inline Quad fold(Eigen::internal::Packet16f x) {
  return fold(Eigen::internal::predux_half_dowto4(x));
}
#endif

/// The sums of four registers at the price of little more than one.
inline Quad sums(Vec a, Vec b, Vec c, Vec d) {
  Eigen::internal::PacketBlock<Quad, 4> block;
  block.packet[0] = fold(a);
  block.packet[1] = fold(b);
  block.packet[2] = fold(c);
  block.packet[3] = fold(d);
  Eigen::internal::ptranspose(block);
  return (block.packet[0] + block.packet[1]) + (block.packet[2] + block.packet[3]);
}

/// eˣ = 2ⁿ (1 + p), with n = round(x / log 2) and p = expm1(r) by the polynomial of Cephes' expf
/// (Moshier 1989), |r| ≤ log(2) / 2.
struct Exponential {
  Vec power;     ///< 2ⁿ
  Vec fraction;  ///< p
};

/// For |x| ≤ 87.
inline Exponential split_exp(Vec x) {
  constexpr float kRound = 12582912;  // 1.5 · 2²³: adding it rounds to an integer.
  const Vec shifted = x * 1.44269504F + kRound;
  const Vec n = shifted - kRound;
  const Vec r = x - n * 0.693359375F + n * 2.12194440e-4F;
  Vec p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const VecInt bits = (std::bit_cast<VecInt>(shifted) + 127) << 23;
  return {std::bit_cast<Vec>(bits), p * (r * r) + r};
}

/// Relative error under 2e-7; 0 below -87 (exactly, also for -∞), about 6e37 above 87.
inline Vec exp(Vec x) {
  const Exponential e = split_exp(minimum(broadcast(87), maximum(broadcast(-87), x)));
  return x < -87.0F ? zero() : e.fraction * e.power + e.power;
}

/// expm1(2x) / (expm1(2x) + 2): no cancellation near zero.
inline Vec tanh(Vec x) {
  const Exponential e = split_exp(minimum(broadcast(20), maximum(broadcast(-20), x + x)));
  const Vec t = e.fraction * e.power + (e.power - 1.0F);
  return t / (t + 2.0F);
}

inline Vec logistic(Vec x) { return 1.0F / (exp(-x) + 1.0F); }

}  // namespace heed
