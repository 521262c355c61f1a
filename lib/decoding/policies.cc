#include "decoding/policies.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>

namespace heed {

namespace {

/// p^(1/temperature) of each choice; times a constant, unless the temperature is 1, so that the
/// largest is 1.
std::vector<double> masses(std::span<const Choice> choices, float temperature) {
  const auto log_of = [](const Choice& c) {
    return static_cast<double>(c.log_probability) + static_cast<double>(c.penalty);
  };
  double most = 0;
  if (temperature != 1) {
    most = log_of(*std::ranges::max_element(choices, {}, log_of));
  }
  std::vector<double> result(choices.size());
  std::ranges::transform(choices, result.begin(), [&](const Choice& c) {
    return std::exp((log_of(c) - most) / static_cast<double>(temperature));
  });
  return result;
}

}  // namespace

std::vector<int> repeated_ngram_ends(std::span<const int> tokens, int n) {
  std::vector<int> ends;
  const auto context = static_cast<std::size_t>(n - 1);
  if (tokens.size() <= context) return ends;
  const std::span<const int> last = tokens.last(context);
  for (std::size_t i = 0; i + context < tokens.size(); ++i) {
    if (std::ranges::equal(tokens.subspan(i, context), last)) ends.push_back(tokens[i + context]);
  }
  return ends;
}

void sort_by_rank(std::vector<Choice>& choices) {
  std::ranges::sort(choices, {}, [](const Choice& c) { return std::pair(-c.rank(), c.token); });
}

void keep_nucleus(std::vector<Choice>& choices, float top, float temperature) {
  if (top == 1) return;
  const std::vector<double> mass = masses(choices, temperature);
  const double wanted = static_cast<double>(top) * std::accumulate(mass.begin(), mass.end(), 0.0);
  std::vector<int> heap(choices.size());
  std::iota(heap.begin(), heap.end(), 0);
  const auto is_less = [&](int a, int b) {
    return std::pair(mass[a], -choices[a].token) < std::pair(mass[b], -choices[b].token);
  };
  std::ranges::make_heap(heap, is_less);
  std::vector<Choice> kept;
  double sum = 0;
  do {
    std::ranges::pop_heap(heap, is_less);
    kept.push_back(choices[heap.back()]);
    sum += mass[heap.back()];
    heap.pop_back();
  } while (sum < wanted && !heap.empty());
  choices = std::move(kept);
}

Choice draw(std::span<const Choice> choices, float temperature, Random& random) {
  const std::vector<double> mass = masses(choices, temperature);
  double rest = random.uniform() * std::accumulate(mass.begin(), mass.end(), 0.0);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    rest -= mass[i];
    if (rest < 0) return choices[i];
  }
  return choices.back();
}

double coverage(std::span<const std::vector<float>* const> attention) {
  constexpr double kLeast = 1e-6;
  std::vector<double> total;
  for (const std::vector<float>* row : attention) {
    total.resize(std::max(total.size(), row->size()));
    std::ranges::transform(*row, total, total.begin(), std::plus<>());
  }
  if (!total.empty()) total.pop_back();  // </s>
  return std::accumulate(total.begin(), total.end(), 0.0, [&](double sum, double covered) {
    return sum + std::log(std::clamp(covered, kLeast, 1.0));
  });
}

std::vector<int> allocate_beam(int width, std::span<const int> candidates) {
  const int share = width / static_cast<int>(candidates.size());
  std::vector<int> slots;
  int left = width;
  for (const int available : candidates) {
    slots.push_back(std::min(share, available));
    left -= slots.back();
  }
  for (std::size_t bank = 0; bank < slots.size(); ++bank) {
    const int more = std::min(left, candidates[bank] - slots[bank]);
    slots[bank] += more;
    left -= more;
  }
  return slots;
}

}  // namespace heed
