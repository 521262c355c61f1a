#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace heed {

/// A part of a text, in bytes.
struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// The spans in order, without empty ones; those that overlap are one.
std::vector<TextSpan> joined_spans(std::vector<TextSpan> spans);

/// The span with brackets and quotation marks right around it, which mean nothing without it.
TextSpan with_brackets(std::string_view text, TextSpan span);

/// Whether a model's vocabulary has the character.
using KnowsCharacter = std::function<bool(char32_t)>;

/// What of a text in valid UTF-8 comes out of a translation as it stands: URLs, e-mail addresses,
/// file paths, hashes, and of what the vocabulary does not know words and runs of symbols, emoji
/// above all. In order, without white space inside; punctuation around them is not part of them.
std::vector<TextSpan> copied_spans(std::string_view text, const KnowsCharacter& knows);

}  // namespace heed
