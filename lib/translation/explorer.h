#pragma once

#include <span>

#include "data/tokenizer.h"
#include "decoding/beam_search.h"
#include "decoding/ensemble.h"
#include "heed/search_tree.h"

namespace heed {

/// Translates one sentence (with </s>) by `rules` and notes what the search weighed, and what the
/// model thought likeliest at each place of the best translation.
SearchTree explore(EnsembleStepper& stepper, const SearchRules& rules, std::span<const int> source,
                   const Tokenizer& target);

}  // namespace heed
