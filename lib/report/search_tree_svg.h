#pragma once

#include <string>

#include "heed/search_tree.h"

namespace heed {

/// The tree as a figure: a column for each step, the likeliest above; what stayed in the beam, what
/// was pruned (the likeliest few of each step), and the best path. Empty without nodes.
std::string svg_search_tree(const SearchTree& tree);

/// "143 partial translations, 37 of them kept".
std::string search_tree_summary(const SearchTree& tree);

}  // namespace heed
