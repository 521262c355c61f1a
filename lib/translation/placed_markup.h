#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/marked_text.h"

namespace heed {

/// Which words of a text and its translation belong together; words are what ASCII white space
/// separates, from 0.
struct WordLinks {
  std::vector<int> source_of;  ///< The source word of each word of the translation; -1: not known.
  std::vector<std::pair<int, int>> starts;  ///< The first words of each sentence, on both sides.
};

/// The translation with the markup of its source. An element encloses the words that translate
/// those that it enclosed, as many of them as stand together; what is between words stands behind
/// the translation of the word before it, or before that of the word it is glued to. Elements stay
/// nested, each tag comes once, and single ones keep their order.
/// Time: n log n in words and tags.
std::string with_markup(const MarkedText& source, std::string_view translated,
                        const WordLinks& links);

}  // namespace heed
