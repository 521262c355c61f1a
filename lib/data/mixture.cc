#include "data/mixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "util/error.h"
#include "util/random.h"

namespace heed {
namespace {

/// How often a pair is seen in an epoch; `phase`, from 0 to 1, says with which it begins. All
/// numbers but the result have few enough bits for exact sums.
std::uint32_t repetitions(double weight, std::uint64_t epoch, double phase) {
  const auto until = [&](std::uint64_t epochs) {
    return std::floor(static_cast<double>(epochs) * weight + phase);
  };
  return static_cast<std::uint32_t>(until(epoch + 1) - until(epoch));
}

double phase_of(std::size_t pair, std::uint64_t seed) {
  constexpr int kBits = 16;
  return std::ldexp(static_cast<double>(hash_seed(seed, {pair}) >> (64 - kBits)), -kBits);
}

}  // namespace

void Mixture::check(const std::vector<float>& weights, std::size_t texts) {
  if (weights.empty()) return;
  if (weights.size() != texts) {
    fail_usage("expected a weight for each text of --train-sets in --mix, found {} for {} text{}",
               weights.size(), texts, texts == 1 ? "" : "s");
  }
  if (*std::ranges::max_element(weights) < 1) {
    fail_usage(
        "expected one weight of 1 or more in --mix, for it says how often pairs are seen in an "
        "epoch, found {:g}; divide them all by the largest",
        fmt::join(weights, " "));
  }
}

Mixture::Mixture(std::vector<std::size_t> sizes, const std::vector<float>& weights)
    : sizes_(std::move(sizes)), weights_(weights.begin(), weights.end()) {
  check(weights, sizes_.size());
  if (weights_.empty()) weights_.assign(sizes_.size(), 1);
  const double most = std::ceil(*std::ranges::max_element(weights_));
  if (static_cast<double>(size()) * most <= std::numeric_limits<std::uint32_t>::max()) return;
  fail(
      "expected at most 2^32 sentence pairs, each as often as the largest weight of --mix says, "
      "found {} of weight {:g}; split the corpus, or lower the weight",
      size(), most);
}

std::vector<std::uint32_t> Mixture::draws(std::uint64_t epoch, std::uint64_t seed) const {
  std::vector<std::uint32_t> draws;
  draws.reserve(static_cast<std::size_t>(std::ceil(total())));
  const std::size_t all = size();
  std::size_t pair = 0;
  for (std::size_t t = 0; t < sizes_.size(); ++t) {
    const bool is_whole = weights_[t] == std::floor(weights_[t]);
    for (const std::size_t end = pair + sizes_[t]; pair < end; ++pair) {
      const double phase = is_whole ? 0 : phase_of(pair, seed);
      const std::uint32_t count = repetitions(weights_[t], epoch, phase);
      for (std::uint32_t n = 0; n < count; ++n) {
        draws.push_back(static_cast<std::uint32_t>(n * all + pair));
      }
    }
  }
  return draws;
}

std::size_t Mixture::size() const {
  return std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0});
}

/// Draws of an epoch, on average.
double Mixture::total() const {
  return std::transform_reduce(
      sizes_.begin(), sizes_.end(), weights_.begin(), 0.0, std::plus<>(),
      [](std::size_t size, double weight) { return static_cast<double>(size) * weight; });
}

double Mixture::share(std::size_t t) const {
  return static_cast<double>(sizes_[t]) * weights_[t] / total();
}

}  // namespace heed
