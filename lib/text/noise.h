#pragma once

#include <string>
#include <string_view>

#include "util/random.h"

namespace heed {

// The same text as people type it. All are functions of the text and the random numbers alone.

/// About `share` of the letters, at least one, are swapped with the next, left out, doubled, or hit
/// beside their key.
std::string with_typos(std::string_view text, double share, Random& random);

/// Letters without their accents: "Übung" becomes "Ubung".
std::string without_diacritics(std::string_view text);

/// In canonical decomposition (NFD), as some systems write it.
std::string decomposed(std::string_view text);

/// Some blanks are two.
std::string with_doubled_spaces(std::string_view text, Random& random);

/// The mark at the end is left out, doubled or a blank away, or commas are missing.
std::string with_other_punctuation(std::string_view text, Random& random);

}  // namespace heed
