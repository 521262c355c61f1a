#include "metrics/ter_tokenizer.h"

#include <array>
#include <utility>

#include "metrics/text_rules.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {

namespace {

using Range = std::pair<char32_t, char32_t>;  // inclusive

// Asian and full-width punctuation.
constexpr std::array<Range, 11> kAsianPunctuation = {{
    {0x3001, 0x3002},
    {0x3008, 0x3011},
    {0x3014, 0x301F},
    {0x30FB, 0x30FB},
    {0xFF01, 0xFF02},
    {0xFF08, 0xFF09},
    {0xFF0C, 0xFF0C},
    {0xFF0E, 0xFF0E},
    {0xFF1A, 0xFF1B},
    {0xFF1F, 0xFF1F},
    {0xFF61, 0xFF65},
}};

// Ideographs, radicals and strokes. Hiragana and katakana stay together: Tercom's rules for them
// only apply at the very start of a line, where a space has been put before.
constexpr std::array<Range, 7> kIdeographs = {{
    {0x2E80, 0x2EFF},
    {0x31C0, 0x31EF},
    {0x3200, 0x3F22},
    {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE4F},
}};

template <std::size_t Count>
bool is_in(const std::array<Range, Count>& ranges, char32_t c) {
  for (const auto& [first, last] : ranges) {
    if (c >= first && c <= last) return true;
  }
  return false;
}

std::string normalize_western(std::string text) {
  replace_all(text, "\n-", "");
  replace_all(text, "\n", " ");
  replace_entities(text);
  text = split_ascii_punctuation(" " + text + " ");
  replace_all(text, "'s ", " 's ");
  return split_stops(text);
}

std::string split_ideographs(std::string_view text) {
  std::string out;
  for (char32_t c : decode_utf8(text)) {
    const bool alone = is_in(kIdeographs, c) || is_in(kAsianPunctuation, c);
    if (alone) out.push_back(' ');
    append_utf8(out, c);
    if (alone) out.push_back(' ');
  }
  return out;
}

std::string delete_punctuation(std::string_view text, bool asian) {
  std::string out;
  for (char32_t c : decode_utf8(text)) {
    const bool western = c < 0x80 && std::string_view(".,?:;!\"()").find(static_cast<char>(c)) !=
                                         std::string_view::npos;
    if (!western && !(asian && is_in(kAsianPunctuation, c))) append_utf8(out, c);
  }
  return out;
}

}  // namespace

std::string tokenize_tercom(std::string_view sentence, const TercomOptions& options) {
  std::string text = options.case_sensitive ? std::string(sentence) : lowercase(sentence);
  if (options.normalized && !text.empty()) {
    text = normalize_western(std::move(text));
    if (options.asian_support) text = split_ideographs(text);
  }
  if (options.no_punctuation) text = delete_punctuation(text, options.asian_support);
  return join_words(text);
}

}  // namespace heed
