#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus.h"
#include "data/tokenizer.h"
#include "text/copied_spans.h"

namespace heed {

/// Placeholders that a vocabulary may have, for spans that models carry over.
inline constexpr int kPlaceholders = 9;

/// Number 1 to kPlaceholders as it stands in a text: "｟1｠".
std::string placeholder(int number);

/// The number of a placeholder; 0 for other pieces.
int placeholder_number(std::string_view piece);

/// All of them, for DataOptions::user_symbols.
std::vector<std::string> placeholders();

/// Whether models with this vocabulary know them.
bool has_placeholders(const Tokenizer& tokenizer);

/// The spans of `text` that come out as they stand, and placeholders in it, which must not be taken
/// for others.
std::vector<TextSpan> spans_to_copy(std::string_view text, const KnowsCharacter& knows);

/// The text with the span in the place of placeholder 1, and so on.
std::string fill_placeholders(std::string_view text, std::span<const std::string_view> spans);

/// The pair with the same placeholders where both sides have the same span; other spans stay.
SentencePair mask_pair(const SentencePair& pair, const Tokenizer& source);

}  // namespace heed
