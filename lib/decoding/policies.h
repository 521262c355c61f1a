#pragma once

#include <span>
#include <vector>

#include "util/random.h"

namespace heed {

/// A token that may come next.
struct Choice {
  int token = 0;
  float log_probability = 0;
  float penalty = 0;   ///< Is added to its log p wherever translations are compared; 0 or less.
  float aversion = 0;  ///< Is taken off where it is compared with others of its step, as well.

  float rank() const { return (log_probability + penalty) - aversion; }
};

/// The tokens that would end an n-gram which `tokens` has already.
std::vector<int> repeated_ngram_ends(std::span<const int> tokens, int n);

/// The choices by rank, the best first, equal ones in order of tokens.
void sort_by_rank(std::vector<Choice>& choices);

/// Only the likeliest, best first, of which together p^(1/temperature) is at least the share `top`
/// of all; at least one (nucleus sampling, Holtzman et al. 2020). 1 leaves them as they are.
void keep_nucleus(std::vector<Choice>& choices, float top, float temperature);

/// One of the choices (at least one), drawn in proportion to p^(1/temperature), where p, with the
/// penalty, need not sum to 1.
Choice draw(std::span<const Choice> choices, float temperature, Random& random);

/// Σ_i log min(1, Σ_j p_ij) over the source tokens i without </s>, where row j is the attention
/// p_j of a target token: the coverage penalty of Wu et al. (2016, eq. 14), 0 or less. A source
/// token's sum counts as at least 10⁻⁶.
double coverage(std::span<const std::vector<float>* const> attention);

/// Dynamic beam allocation (Post and Vilar 2018, section 3.3): how many of `width` hypotheses each
/// bank gets that has so many candidates. Each gets the same share; what is left, and what banks
/// have no candidates for, goes to the first that have more.
std::vector<int> allocate_beam(int width, std::span<const int> candidates);

}  // namespace heed
