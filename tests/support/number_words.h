#pragma once

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

}  // namespace heed
