#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// The code points of UTF-8 text. Each invalid byte becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);

/// The text in UTF-8.
std::string encode_utf8(std::u32string_view characters);

/// General categories: numbers (N), punctuation (P), symbols (S).
bool is_number(char32_t character);
bool is_punctuation(char32_t character);
bool is_symbol(char32_t character);

/// Lower case by the Unicode rules of no particular language (as Python's str.lower).
std::string lowercase(std::string_view text);

/// Capitals, of any language (ß becomes SS).
std::string uppercase(std::string_view text);

/// Each word, as ASCII white space separates them, with a capital first.
std::string titlecase(std::string_view text);

bool is_letter(char32_t character);
bool is_mark(char32_t character);
bool is_capital(char32_t character);
bool is_small(char32_t character);
char32_t small_letter(char32_t character);

/// A number for the script that the character belongs to (Unicode Standard Annex #24).
int script_of(char32_t character);

/// Whether the text has two words or more, six letters or more, and no small one.
bool is_in_capitals(std::string_view text);

/// The number of bytes of the white space character that starts at `position`, or 0 if another
/// character stands there. White space is what Python's str.isspace says, so that text is split
/// as the published metrics split it: U+00A0 and U+3000 separate words, U+200B doesn't.
std::size_t space_length(std::string_view text, std::size_t position);

/// The words between white space. The views point into `text`.
std::vector<std::string_view> unicode_words(std::string_view text);

/// The words of `text` with one space between them.
std::string join_words(std::string_view text);

/// Whether the text has a letter or a number.
bool has_words(std::string_view text);

/// `text` without the punctuation at both ends.
std::string_view strip_punctuation(std::string_view text);

/// `text` without the white space at its end.
std::string_view strip_end(std::string_view text);

}  // namespace heed
