#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

/// A link between a source and a target word, counted from 0.
struct AlignmentLink {
  int source = 0;
  int target = 0;
  auto operator<=>(const AlignmentLink&) const = default;
};

/// A sentence pair's links, sorted, each once.
using HardAlignment = std::vector<AlignmentLink>;

/// A sentence pair's links by the people who aligned it. The sure links are possible ones too.
struct GoldAlignment {
  HardAlignment sure;
  HardAlignment possible;
};

/// Reads a line in Pharaoh's format: `0-0 1-2`, and possible links as `1p1` or `1?1`. Positions are
/// counted from `first` (0 or 1) in the line. Throws Error for anything else.
GoldAlignment parse_gold_alignment(std::string_view line, int first = 0);

/// As above, where each link counts as sure.
HardAlignment parse_alignment(std::string_view line, int first = 0);

/// The line in Pharaoh's format, counted from 0.
std::string format_alignment(const HardAlignment& alignment);

/// The links of pairs of a source and a target word, as the public API has them.
HardAlignment links_of(std::span<const std::pair<int, int>> pairs);

}  // namespace heed
