#pragma once

#include <cstdint>
#include <string>

namespace heed {

// Numbers in words, as a translation task that needs no data: German says the units before the
// tens, in one word, and English after them, so that attention has an order to learn.

/// 0 .. 999,999 in German: 43506 is "dreiundvierzigtausendfünfhundertsechs". Throws
/// std::out_of_range for others.
std::string german_number(int number);

/// 0 .. 999,999 in English: 43506 is "forty-three thousand five hundred and six". Throws
/// std::out_of_range for others.
std::string english_number(int number);

struct NumberSentence {
  std::string german, english;
  std::string alignment;  ///< Pharaoh's format: all English words of a number to its German word.
};

/// Between `fewest` and `most` numbers of 0 .. largest; the same for equal arguments.
struct NumberSentences {
  int largest = 99;
  int fewest = 1, most = 1;

  NumberSentence sentence(std::uint64_t index) const;
};

}  // namespace heed
