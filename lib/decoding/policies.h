#pragma once

#include <span>
#include <vector>

#include "util/random.h"

namespace heed {

/// A token that may come next.
struct Choice {
  int token = 0;
  float log_probability = 0;
};

/// The tokens that would end an n-gram which `tokens` has already.
std::vector<int> repeated_ngram_ends(std::span<const int> tokens, int n);

/// One of the choices (at least one), drawn in proportion to their probabilities, which need not
/// sum to 1.
Choice draw(std::span<const Choice> choices, Random& random);

}  // namespace heed
