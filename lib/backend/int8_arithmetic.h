#pragma once

#include <cstdint>
#include <cstring>

#include "backend/vector.h"

#if defined(__AVX2__)
#include <cpuid.h>
#endif

// Sums of products of codes in the lanes of a register of int32: how a processor adds kGroup
// products to each lane in one or two instructions. An arithmetic takes activations as `Code`,
// raised by kOffset. All give the same sums.

namespace heed {

/// Products of 16-bit numbers in pairs, which every processor can. Where sums have three operands
/// the compiler is told that they stay where they are: else it moves all of a tile's round.
struct PairArithmetic {
  using Code = std::int16_t;
  static constexpr int kGroup = 2, kOffset = 0;

#if defined(__AVX512BW__)
  using Sums = __m512i;
  using Factors = __m512i;
  static Sums start(const std::int32_t* sums) { return _mm512_loadu_si512(sums); }
  static void store(std::int32_t* to, Sums sums) { _mm512_storeu_si512(to, sums); }
  static Factors weights(const std::int8_t* codes) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)));
  }
  static Factors activations(int group) { return _mm512_set1_epi32(group); }
  static void add(Sums& sums, Factors a, Factors w) {
    asm("vpaddd %1, %0, %0" : "+v"(sums) : "v"(_mm512_madd_epi16(a, w)));
  }
#elif defined(__AVX2__)
  using Sums = __m256i;
  using Factors = __m256i;
  static Sums start(const std::int32_t* sums) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums));
  }
  static void store(std::int32_t* to, Sums sums) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums);
  }
  static Factors weights(const std::int8_t* codes) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  }
  static Factors activations(int group) { return _mm256_set1_epi32(group); }
  static void add(Sums& sums, Factors a, Factors w) {
    asm("vpaddd %1, %0, %0" : "+x"(sums) : "x"(_mm256_madd_epi16(a, w)));
  }
#elif defined(__SSE4_1__)
  using Sums = __m128i;
  using Factors = __m128i;
  static Sums start(const std::int32_t* sums) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(sums));
  }
  static void store(std::int32_t* to, Sums sums) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), sums);
  }
  static Factors weights(const std::int8_t* codes) {
    return _mm_cvtepi8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes)));
  }
  static Factors activations(int group) { return _mm_set1_epi32(group); }
  static void add(Sums& sums, Factors a, Factors w) {
    sums = _mm_add_epi32(sums, _mm_madd_epi16(a, w));
  }
#else  // for compilers to vectorise
  using Sums = VecInt;
  typedef std::int16_t Factors __attribute__((vector_size(sizeof(VecInt))));
  static Sums start(const std::int32_t* sums) {
    Sums result;
    std::memcpy(&result, sums, sizeof result);
    return result;
  }
  static void store(std::int32_t* to, Sums sums) { std::memcpy(to, &sums, sizeof sums); }
  static Factors weights(const std::int8_t* codes) {
    Factors result;
    for (int i = 0; i < kGroup * kLanes; ++i) result[i] = codes[i];
    return result;
  }
  static Factors activations(int group) {
    const Sums groups = group - Sums{};
    return std::bit_cast<Factors>(groups);
  }
  static void add(Sums& sums, Factors a, Factors w) {
    for (int i = 0; i < kLanes; ++i) sums[i] += a[2 * i] * w[2 * i] + a[2 * i + 1] * w[2 * i + 1];
  }
#endif
};

#if defined(__AVX2__)
/// vpdpbusd (VNNI): products of unsigned activations and signed weights by fours. No level of
/// x86-64 has it, so it is asked for when the program runs, and written as what the assembler
/// knows: a function that the compiler may use the instruction in cannot be inlined into one where
/// it must not.
struct QuadArithmetic {
  using Code = std::uint8_t;
  static constexpr int kGroup = 4, kOffset = 128;
  using Sums = PairArithmetic::Sums;
  using Factors = PairArithmetic::Factors;

  static Sums start(const std::int32_t* sums) { return PairArithmetic::start(sums); }
  static void store(std::int32_t* to, Sums sums) { PairArithmetic::store(to, sums); }
  static Factors activations(int group) { return PairArithmetic::activations(group); }
#if defined(__AVX512BW__)
  static bool is_supported() { return __builtin_cpu_supports("avx512vnni") != 0; }
  static Factors weights(const std::int8_t* codes) { return _mm512_loadu_si512(codes); }
  static void add(Sums& sums, Factors a, Factors w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(w));
  }
#else
  static bool is_supported() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1U << 4)) != 0;  // AVX_VNNI
  }
  static Factors weights(const std::int8_t* codes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes));
  }
  static void add(Sums& sums, Factors a, Factors w) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(a), "x"(w));
  }
#endif
};
#endif

}  // namespace heed
