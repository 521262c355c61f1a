#include "data/cooccurrences.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace heed {
namespace {

struct Target {
  int token = 0;
  float count = 0;
};

/// The first `most` of those, the highest counts first, of equal ones the first token.
std::vector<Target> highest(std::vector<Target> targets, int most) {
  const auto rank = [](const Target& target) { return std::pair(-target.count, target.token); };
  std::ranges::sort(targets, {}, rank);
  targets.resize(std::min<std::size_t>(targets.size(), most));
  return targets;
}

}  // namespace

void Cooccurrences::add(int source, int target, float weight) {
  totals_[source] += static_cast<double>(weight);
  pairs_[static_cast<std::uint64_t>(source) << 32 | static_cast<std::uint32_t>(target)] += weight;
  if (pairs_.size() > most_pairs_) forget_rare();
}

void Cooccurrences::forget_rare() {
  while (pairs_.size() > most_pairs_ / 2) {
    rare_ += 0.5F;
    std::erase_if(pairs_, [&](const auto& pair) { return pair.second < rare_; });
  }
}

Shortlist Cooccurrences::shortlist(const ShortlistSize& size) const {
  std::vector<std::vector<Target>> of_source(totals_.size());
  for (const auto& [pair, count] : pairs_) {
    of_source[pair >> 32].push_back({static_cast<int>(pair & 0xffffffffU), count});
  }
  Shortlist result;
  for (std::size_t source = 0; source < of_source.size(); ++source) {
    for (const Target& target : highest(std::move(of_source[source]), size.targets)) {
      const auto p = static_cast<float>(static_cast<double>(target.count) / totals_[source]);
      if (p < size.least_probability) break;
      result.targets.push_back(target.token);
      result.probabilities.push_back(std::min(p, 1.0F));
    }
    result.ends.push_back(static_cast<int>(result.targets.size()));
  }
  std::vector<Target> all;
  for (std::size_t token = 0; token < occurrences_.size(); ++token) {
    all.push_back({static_cast<int>(token), static_cast<float>(occurrences_[token])});
  }
  for (const Target& target : highest(std::move(all), size.frequent)) {
    result.frequent.push_back(target.token);
  }
  return result;
}

}  // namespace heed
