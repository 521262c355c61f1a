#pragma once

#include <span>

#include "data/tokenizer.h"
#include "decoding/beam_search.h"
#include "decoding/ensemble.h"
#include "heed/search_tree.h"

namespace heed {

/// A sentence with </s>, and what its translation may have, as ModelStepper::begin takes it.
struct ExploredSentence {
  std::span<const int> source;
  const Candidates& candidates;
};

/// Translates one sentence by `rules` and notes what the search weighed, and what the model thought
/// likeliest at each place of the best translation.
SearchTree explore(EnsembleStepper& stepper, const SearchRules& rules,
                   const ExploredSentence& sentence, const Tokenizer& target);

}  // namespace heed
