#pragma once

#include <string_view>
#include <vector>

namespace heed {

/// The sentences of a line, in order, without the white space between and around them: Unicode's
/// rules (Standard Annex #29, section 5), but no sentence ends behind an abbreviation or initial of
/// the languages below, an ordinal number, or inside quotes or brackets that are closed later in
/// the same sentence; none is without letters or digits. The views point into `line`.
///
/// Abbreviations: Czech, Dutch, English, French, German, Italian, Polish, Portuguese, Russian and
/// Spanish. Chinese and Japanese have none that end like a sentence.
std::vector<std::string_view> split_sentences(std::string_view line);

}  // namespace heed
