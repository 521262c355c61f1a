#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <utility>

namespace heed {

/// The finaliser of splitmix64 (Steele et al. 2014): every input bit reaches every output bit.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The seed of one of many independent streams, named by integers such as {epoch, line}. Generators
/// are derived again from where they stand, so that no generator state has to be saved.
constexpr std::uint64_t hash_seed(std::uint64_t seed, std::initializer_list<std::uint64_t> stream) {
  std::uint64_t hash = mix_bits(seed);
  for (const std::uint64_t value : stream) hash = mix_bits(hash + value);
  return hash;
}

/// xoshiro256++ (Blackman and Vigna 2019), with distributions of its own: those of the standard
/// library differ between implementations.
class Random {
 public:
  /// Equal seeds give equal streams.
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      word = mix_bits(seed);
      seed += 0x9e3779b97f4a7c15;
    }
  }

  /// 64 random bits.
  constexpr std::uint64_t next_u64() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1), in steps of 2^-53.
  constexpr double uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

  /// Mean 0, variance 1 (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

  /// Uniform in [0, n) without bias; n must be at least 1.
  constexpr std::uint64_t below(std::uint64_t n) {
    const std::uint64_t remainder = (0 - n) % n;  // 2^64 mod n: as many values are drawn again
    std::uint64_t bits = next_u64();
    while (bits < remainder) bits = next_u64();
    return bits % n;
  }

  /// Puts the values into a uniformly random order (Fisher and Yates).
  template <class T>
  constexpr void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace heed
