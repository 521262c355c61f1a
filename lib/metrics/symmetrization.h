#pragma once

#include <span>
#include <string_view>

#include "data/word_alignment.h"

namespace heed {

/// One alignment from those of both directions: `forward`, where each target word chose its source
/// words, and `backward`, where each source word chose its target words, both as source-target.
struct Symmetrization {
  std::string_view name;
  std::string_view help;
  HardAlignment (*join)(const HardAlignment& forward, const HardAlignment& backward);
};

/// intersection, union (Och & Ney 2003), and what lies between them (Koehn et al. 2003, 2005):
/// grow-diag starts with the intersection and adds neighbours, the diagonal ones too, that are in
/// the union and of which a word is not linked yet, until there are no more; -final then adds all
/// links of forward, then of backward, of which a word is not linked yet, -final-and only those of
/// which neither is. Where links compete, the first by target, then source word wins.
std::span<const Symmetrization> symmetrizations();

/// Throws UsageError that lists the names for another one.
const Symmetrization& find_symmetrization(std::string_view name);

/// The links the other way round, sorted.
HardAlignment transposed(const HardAlignment& alignment);

}  // namespace heed
