#pragma once

#include <span>
#include <vector>

#include "data/batch.h"

namespace heed {

/// What the translation of one sentence may have.
struct SentenceCandidates {
  std::vector<int> tokens;  ///< In order.
  /// Some of all other tokens, evenly spread, in whose place they count in the normalizer; none:
  /// all others have p = 0.
  std::vector<int> sample;
};

/// The same of all sentences of a batch; of none: each may have all tokens.
struct Candidates {
  Ragged tokens, sample;

  void add(const SentenceCandidates& sentence) {
    tokens.add(sentence.tokens);
    sample.add(sentence.sample);
  }
};

}  // namespace heed
