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

/// All of them, for DataOptions::user_symbols.
std::vector<std::string> placeholders();

/// Whether models with this vocabulary know them.
bool has_placeholders(const Tokenizer& tokenizer);

/// A text with placeholders, and what they stand for.
struct MaskedText {
  std::string text;
  std::vector<std::string> copied;  ///< Of placeholder 1 and so on.
};

/// The spans of `text` that come out as they stand, and placeholders in it, which must not be taken
/// for others.
std::vector<TextSpan> spans_to_copy(std::string_view text, const Tokenizer& tokenizer);

/// The text with placeholders for the spans, at most kPlaceholders of them.
MaskedText mask(std::string_view text, std::span<const TextSpan> spans);

/// The pair with the same placeholders where both sides have the same span; other spans stay.
SentencePair mask_pair(const SentencePair& pair, const Tokenizer& source);

}  // namespace heed
