#pragma once

#include <string>
#include <string_view>

#include "heed/choices.h"

namespace heed {

/// Whether the text shows nothing: Unicode white space, controls, and characters that are invisible
/// by themselves (Unicode Standard, 5.21, default-ignorable code points).
bool is_blank(std::string_view text);

/// The text without white space and invisible characters at its ends; a view of it. What ends an
/// emoji (variation selectors, tags) stays.
std::string_view strip_blank(std::string_view text);

/// Whether canonical composition (NFC, Unicode Standard Annex #15) leaves the text as it is.
bool is_composed(std::string_view text);

/// The text in canonical composition: equivalent spellings become the same bytes.
std::string compose(std::string_view text);

/// Whether the text has a character that a canonically equivalent spelling writes as several.
bool is_decomposable(std::string_view text);

/// Whether the text is one combining diacritical mark (U+0300 to U+036F), without a letter.
bool is_diacritic(std::string_view text);

/// The rules of a normalizer that SentencePiece has no name for, as its trainer reads them from a
/// file: a line "characters<TAB>characters" each, in hexadecimal, separated by blanks. Of heed:
/// letters and digits that are others in another width, style or position become those, ligatures
/// their letters, each white space a blank; what is invisible and means nothing to any script is
/// left out, and joiners where only scripts that need none stand before them. Empty for others.
std::string normalization_rules(Normalizer normalizer);

}  // namespace heed
