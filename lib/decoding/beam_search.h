#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decoding/beam.h"
#include "decoding/stepper.h"

namespace heed {

/// What differs between the B sentences of a batch. Each may be empty.
struct SearchSentences {
  std::span<const std::vector<int>> prefixes{};  ///< [B]: the tokens each translation begins with.
  std::span<const std::uint64_t> numbers{};      ///< [B]: for Sampling; else 0, 1, …
  std::span<const int> bytes{};                  ///< [B]: of each source's text, for length_limit.
  std::span<const std::vector<std::vector<int>>> constraints{};  ///< [B]: phrases it must have.
};

/// Beam search over the batch that `stepper` has begun: for each sentence up to n_best hypotheses,
/// at least one, best first. A sentence's result does not depend on the others; rows of sentences
/// that are done leave the batch. Throws UsageError for rules that can't be, and Error if the
/// model gives NaN.
std::vector<std::vector<Hypothesis>> beam_search(Stepper& stepper, const SearchRules& rules,
                                                 const SearchSentences& sentences = {});

}  // namespace heed
