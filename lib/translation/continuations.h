#pragma once

#include <vector>

#include "data/tokenizer.h"

namespace heed {

/// By piece of the vocabulary: whether it goes on with the word before it, since it begins with a
/// letter, number or mark without a blank, in a script that has blanks between words; is a byte; or
/// is <s>, which has no text.
std::vector<bool> find_continuations(const Tokenizer& tokenizer);

}  // namespace heed
