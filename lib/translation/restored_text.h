#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/tokenizer.h"
#include "decoding/beam.h"
#include "translation/prepared_sentence.h"

namespace heed {

/// A sentence's translation with all that the model did not see in its place.
struct RestoredText {
  std::string text;
  std::vector<int> words;                   ///< The word of `text`, from 0, of each token.
  std::vector<std::pair<int, int>> copied;  ///< Words of source and text, of spans.
};

/// `parts` are the translations of the sentence's parts. Placeholders become what they stand for.
/// What was cut out, or whose placeholder the model left out, is put behind the word that attends
/// most to the word before it; where there is no attention, at its share of the way. The parts have
/// attention wherever the sentence has copied spans and the model any. Time: in proportion to the
/// text and, for each span, to its part.
RestoredText restore(const PreparedSentence& sentence, std::span<const Hypothesis* const> parts,
                     const Tokenizer& target);

}  // namespace heed
