#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heed {

/// One token that a beam search thought of.
struct SearchNode {
  int parent = -1;  ///< Index of the node before; -1: the start of the translation.
  int step = 0;     ///< Tokens before it.
  std::string piece{};
  float log_probability = 0;  ///< Natural, of the whole partial translation.
  bool kept = false;          ///< Whether it stayed in the beam (or finished its translation).
  bool on_best_path = false;
};

/// All that a beam search looked at for one sentence.
struct SearchTree {
  std::vector<SearchNode> nodes;  ///< Parents come before their children.
  /// For each token of the best translation (</s> last) the likeliest tokens at its place, best
  /// first, with their probabilities.
  std::vector<std::vector<std::pair<std::string, float>>> next;
};

}  // namespace heed
