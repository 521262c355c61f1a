#include "decoding/policies.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace heed {

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

Choice draw(std::span<const Choice> choices, Random& random) {
  double total = 0;
  for (const Choice& c : choices) total += std::exp(static_cast<double>(c.log_probability));
  double rest = random.uniform() * total;
  for (const Choice& c : choices) {
    rest -= std::exp(static_cast<double>(c.log_probability));
    if (rest < 0) return c;
  }
  return choices.back();
}

}  // namespace heed
