#pragma once

#include <span>
#include <string>
#include <vector>

namespace heed {

/// A lexical shortlist: which target tokens each source token is likely to be translated by. A
/// translation is then searched for among those of its own source tokens, and some that any may
/// have (Jean et al. 2015, section 3.2.2; L'Hostis et al. 2016).
struct Shortlist {
  std::vector<int> frequent;  ///< Target tokens of any sentence, the most frequent first.
  std::vector<int> ends;      ///< Of each source token's targets, which follow each other.
  std::vector<int> targets;   ///< Of a source token the likeliest first.
  /// p(target | source) of each; empty: nobody knows, and targets are in no order.
  std::vector<float> probabilities;

  bool empty() const { return ends.empty(); }
  std::span<const int> of(int source) const {
    const int begin = source == 0 ? 0 : ends[source - 1];
    return std::span(targets).subspan(begin, ends[source] - begin);
  }
  int longest() const;  ///< Most targets that a source token has.

  /// Throws Error naming `path` unless it fits vocabularies of these sizes.
  void check(int source_size, int target_size, const std::string& path) const;
};

}  // namespace heed
