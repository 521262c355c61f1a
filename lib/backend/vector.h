#pragma once

#include <Eigen/Core>

#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

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
#elif defined(__AVX__)
  static constexpr int kMasks[2 * kLanes] = {-1, -1, -1, -1, -1, -1, -1, -1};
  const int* const lanes = kMasks + kLanes - part.count;
  const __m256i mask = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lanes));
  return _mm256_blendv_ps(broadcast(rest), _mm256_maskload_ps(from, mask),
                          _mm256_castsi256_ps(mask));
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

/// A NaN in b is passed on, one in a is not. (Compilers make two instructions of a > b ? a : b.)
inline Vec maximum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_max_ps(a, b);
#elif defined(__AVX__)
  return _mm256_max_ps(a, b);
#elif defined(__SSE__)
  return _mm_max_ps(a, b);
#else
  return a > b ? a : b;
#endif
}
inline Vec minimum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_min_ps(a, b);
#elif defined(__AVX__)
  return _mm256_min_ps(a, b);
#elif defined(__SSE__)
  return _mm_min_ps(a, b);
#else
  return a < b ? a : b;
#endif
}
inline float sum(Vec x) { return Eigen::internal::predux(x); }
inline float largest(Vec x) { return Eigen::internal::predux_max(x); }

/// Whether a comparison holds in any lane.
inline bool any(VecInt holds) { return Eigen::internal::predux_any(std::bit_cast<Vec>(holds)); }

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

/// N registers that the same is done to, step by step: what would wait for its own last result
/// works on the next one's meanwhile.
template <int N>
struct Vecs {
  Vec of[N];
  Vec& operator[](int k) { return of[k]; }
  const Vec& operator[](int k) const { return of[k]; }
};

/// Calls body(k) for k from 0 to N − 1, which is a constant in it.
template <int N, class Body>
[[gnu::always_inline]] inline void for_each_of(Body body) {
  [&]<int... k>(std::integer_sequence<int, k...>) { (body(std::integral_constant<int, k>()), ...); }
  (std::make_integer_sequence<int, N>());
}

/// f of each register.
template <int N, class Function>
[[gnu::always_inline]] inline Vecs<N> each(Function f) {
  Vecs<N> y;
  for_each_of<N>([&](auto k) { y[k] = f(k); });
  return y;
}

/// Calls body(first index, lanes, N) for blocks of four registers of an array of `size` floats, and
/// then for single ones.
template <class Size, class Body>
[[gnu::always_inline]] inline void for_blocks(Size size, Body body) {
  Size first = 0;
  for (; first + 4 * kLanes <= size; first += 4 * kLanes) {
    body(first, AllLanes{}, std::integral_constant<int, 4>());
  }
  for_lanes(size - first,
            [&](Size i, auto part) { body(first + i, part, std::integral_constant<int, 1>()); });
}

/// eˣ = 2ⁿ (1 + p), with n = round(x / log 2) and p = expm1(r) by the polynomial of Cephes' expf
/// (Moshier 1989), |r| ≤ log(2) / 2.
template <int N>
struct Exponential {
  Vecs<N> power;     ///< 2ⁿ
  Vecs<N> fraction;  ///< p
};

/// For |x| ≤ 87.
template <int N>
[[gnu::always_inline]] inline Exponential<N> split_exp(const Vecs<N>& x) {
  constexpr float kRound = 12582912;  // 1.5 · 2²³: adding it rounds to an integer.
  const Vecs<N> shifted = each<N>([&](auto k) { return x[k] * 1.44269504F + kRound; });
  const Vecs<N> r = each<N>([&](auto k) {
    const Vec n = shifted[k] - kRound;
    return x[k] - n * 0.693359375F + n * 2.12194440e-4F;
  });
  Vecs<N> p = each<N>([&](auto k) { return r[k] * 1.9875691500e-4F + 1.3981999507e-3F; });
  for (const float term : {8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F})
    p = each<N>([&](auto k) { return p[k] * r[k] + term; });
  return {each<N>([&](auto k) {
            return std::bit_cast<Vec>((std::bit_cast<VecInt>(shifted[k]) + 127) << 23);
          }),
          each<N>([&](auto k) { return p[k] * (r[k] * r[k]) + r[k]; })};
}

/// Each at least −limit and at most limit.
template <int N>
[[gnu::always_inline]] inline Vecs<N> clamp(const Vecs<N>& x, float limit) {
  return each<N>(
      [&](auto k) { return minimum(broadcast(limit), maximum(broadcast(-limit), x[k])); });
}

/// Relative error under 2e-7; 0 below -87 (exactly, also for -∞), about 6e37 above 87.
template <int N>
[[gnu::always_inline]] inline Vecs<N> exp(const Vecs<N>& x) {
  const Exponential<N> e = split_exp(clamp(x, 87));
  return each<N>(
      [&](auto k) { return x[k] < -87.0F ? zero() : e.fraction[k] * e.power[k] + e.power[k]; });
}

/// expm1(2x) / (expm1(2x) + 2): no cancellation near zero.
template <int N>
[[gnu::always_inline]] inline Vecs<N> tanh(const Vecs<N>& x) {
  const Exponential<N> e = split_exp(clamp(each<N>([&](auto k) { return x[k] + x[k]; }), 20));
  const Vecs<N> t =
      each<N>([&](auto k) { return e.fraction[k] * e.power[k] + (e.power[k] - 1.0F); });
  return each<N>([&](auto k) { return t[k] / (t[k] + 2.0F); });
}

template <int N>
[[gnu::always_inline]] inline Vecs<N> logistic(const Vecs<N>& x) {
  const Vecs<N> power = exp(each<N>([&](auto k) { return -x[k]; }));
  return each<N>([&](auto k) { return 1.0F / (power[k] + 1.0F); });
}

inline Vec exp(Vec x) { return exp(Vecs<1>{{x}})[0]; }
inline Vec tanh(Vec x) { return tanh(Vecs<1>{{x}})[0]; }
inline Vec logistic(Vec x) { return logistic(Vecs<1>{{x}})[0]; }

}  // namespace heed
