#pragma once

#include <cstdint>
#include <span>

namespace heed {

/// The least number of edits that turn the hypothesis into the reference, found by Tercom's greedy
/// search: insertions, deletions and substitutions of a word, and shifts of a word sequence that
/// also occurs in the reference (Snover et al. 2006). Words are numbers. With Tercom's limits:
/// sequences of 10 words, shifts over 50, 1,000 shifts tried, a band of 25 around the diagonal.
/// Throws Error if the table of hypothesis × reference words does not fit into memory.
int count_ter_edits(std::span<const std::uint32_t> hypothesis,
                    std::span<const std::uint32_t> reference);

}  // namespace heed
