#include "text/unicode.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "text/affixes.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

bool is_of(char32_t character, std::uint32_t categories) {
  return (U_MASK(u_charType(static_cast<UChar32>(character))) & categories) != 0;
}

}  // namespace

bool is_number(char32_t character) { return is_of(character, U_GC_N_MASK); }
bool is_punctuation(char32_t character) { return is_of(character, U_GC_P_MASK); }
bool is_symbol(char32_t character) { return is_of(character, U_GC_S_MASK); }

std::u32string decode_utf8(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  for (std::ptrdiff_t i = 0; i < size;) {
    const std::ptrdiff_t start = i;
    UChar32 character = 0;
    U8_NEXT(bytes, i, size, character);
    if (character < 0) {
      characters.append(static_cast<std::size_t>(i - start), U'\uFFFD');
    } else {
      characters.push_back(static_cast<char32_t>(character));
    }
  }
  return characters;
}

std::string encode_utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) append_utf8(text, c);
  return text;
}

std::string lowercase(std::string_view text) {
  std::string lower;
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; })) {
    for (char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    return lower;
  }
  UErrorCode error = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&lower, static_cast<int32_t>(text.size()));
  icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(text), sink, nullptr, error);
  if (U_FAILURE(error)) fail("expected text to lower-case, found {}", u_errorName(error));
  return lower;
}

std::string uppercase(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  std::string upper;
  icu::StringByteSink<std::string> sink(&upper, static_cast<int32_t>(text.size()));
  icu::CaseMap::utf8ToUpper("", 0, icu::StringPiece(text), sink, nullptr, error);
  if (U_FAILURE(error)) fail("expected text to put in capitals, found {}", u_errorName(error));
  return upper;
}

std::string titlecase(std::string_view text) {
  std::string title;
  bool is_first = true;
  for (const char32_t c : decode_utf8(text)) {
    append_utf8(title, is_first ? static_cast<char32_t>(u_totitle(static_cast<UChar32>(c))) : c);
    is_first = c < 0x80 && is_space(static_cast<char>(c));
  }
  return title;
}

bool is_letter(char32_t character) { return is_of(character, U_GC_L_MASK); }
bool is_mark(char32_t character) { return is_of(character, U_GC_M_MASK); }
bool is_capital(char32_t character) { return is_of(character, U_GC_LU_MASK | U_GC_LT_MASK); }
bool is_small(char32_t character) { return is_of(character, U_GC_LL_MASK); }

char32_t small_letter(char32_t character) {
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(character)));
}

int script_of(char32_t character) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(character), &error);
}

bool is_in_capitals(std::string_view text) {
  constexpr std::ptrdiff_t kLeast = 6;  // letters: shorter ones may be names
  if (std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  const std::u32string characters = decode_utf8(text);
  return unicode_words(text).size() > 1 &&
         std::ranges::count_if(characters, is_capital) >= kLeast &&
         std::ranges::none_of(characters, is_small);
}

std::size_t space_length(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) {
    return position + i < text.size() ? static_cast<unsigned char>(text[position + i]) : 0;
  };
  const int first = byte(0);
  if (first < 0x80) {
    return first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F);
  }
  if (first == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
  const int rest = byte(1) << 8 | byte(2);
  switch (first) {
    case 0xE1:
      return rest == 0x9A80 ? 3 : 0;  // U+1680
    case 0xE2:                        // U+2000..200A, 2028, 2029, 202F, 205F
      return (rest >= 0x8080 && rest <= 0x808A) || rest == 0x80A8 || rest == 0x80A9 ||
                     rest == 0x80AF || rest == 0x819F
                 ? 3
                 : 0;
    case 0xE3:
      return rest == 0x8080 ? 3 : 0;  // U+3000
    default:
      return 0;
  }
}

std::vector<std::string_view> unicode_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const bool plain = text[i] > ' ' && text[i] <= '~';  // most bytes, checked first for speed
    const std::size_t space = plain ? 0 : space_length(text, i);
    if (space == 0) {
      ++i;
      continue;
    }
    if (i > start) words.push_back(text.substr(start, i - start));
    i += space;
    start = i;
  }
  if (text.size() > start) words.push_back(text.substr(start));
  return words;
}

std::string join_words(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (std::string_view word : unicode_words(text)) {
    if (!joined.empty()) joined.push_back(' ');
    joined.append(word);
  }
  return joined;
}

bool has_words(std::string_view text) {
  return std::ranges::any_of(decode_utf8(text),
                             [](char32_t c) { return is_letter(c) || is_number(c); });
}

std::string_view strip_punctuation(std::string_view text) {
  const auto is_mark = [](UChar32 c) { return is_punctuation(static_cast<char32_t>(c)); };
  text.remove_prefix(prefix_of(text, is_mark));
  text.remove_suffix(suffix_of(text, is_mark));
  return text;
}

std::string_view strip_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && U8_IS_TRAIL(text[last])) --last;
    const std::size_t space = space_length(text, last);
    if (space == 0 || last + space != text.size()) break;
    text.remove_suffix(space);
  }
  return text;
}

}  // namespace heed
