#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heed {

/// How often the pairs of several texts are seen in an epoch: those of a text of weight w exactly w
/// times, or where w has a fraction as often as makes w * E times after E epochs, rounded up or
/// down, for each pair.
class Mixture {
 public:
  /// Text t has sizes[t] pairs and weights[t]; without weights all pairs are seen once. Throws
  /// Error if an epoch would have more than 2^32 pairs.
  Mixture(std::vector<std::size_t> sizes, const std::vector<float>& weights);

  /// Throws UsageError if there are weights, but not one for each text, or none of 1 or more.
  static void check(const std::vector<float>& weights, std::size_t texts);

  /// What is seen in an epoch (from 0), in no random order: draw d is pair d % size() for the
  /// (d / size() + 1)-th time. `seed` decides with which epochs fractions begin.
  std::vector<std::uint32_t> draws(std::uint64_t epoch, std::uint64_t seed) const;

  /// Number of pairs, each counted once.
  std::size_t size() const;

  /// Share of text t in the pairs of epochs.
  double share(std::size_t t) const;

 private:
  double total() const;

  std::vector<std::size_t> sizes_;
  std::vector<double> weights_;
};

}  // namespace heed
