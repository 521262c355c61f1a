#include "metrics/tokenizers.h"

#include <array>
#include <span>
#include <utility>

#include "metrics/text_rules.h"
#include "text/unicode.h"
#include "util/strings.h"
#include "util/table.h"

namespace heed {

namespace {

// The inclusive ranges of the WMT 2017 script for Chinese, as sacreBLEU reads them. Its two ranges
// beyond the basic plane are written with four hexadecimal digits and a spare one, so that they
// come to mean U+2001..2A6D (with the general punctuation) and U+2F81..2FA1; published scores
// depend on it.
constexpr std::array<std::pair<char32_t, char32_t>, 22> kChineseRanges = {{
    {0x3400, 0x4DB5}, {0x4E00, 0x9FA5}, {0x9FA6, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
    {0xFA70, 0xFAD9}, {0x2001, 0x2A6D}, {0x2F81, 0x2FA1}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF},
    {0x3000, 0x303F}, {0x31C0, 0x31EF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F},
    {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x2600, 0x26FF}, {0x2700, 0x27BF},
    {0x3200, 0x32FF}, {0x3300, 0x33FF},
}};

bool is_chinese(char32_t c) {
  for (const auto& [first, last] : kChineseRanges) {
    if (c >= first && c <= last) return true;
  }
  return false;
}

// The two rules of mteval-v14 about punctuation: off the character before it unless that is a
// number, then off the character after it unless that is a number. As with a regular expression,
// a character that took part in a match takes part in no other.
std::u32string split_punctuation(std::u32string_view in, bool after_other) {
  std::u32string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool pair =
        i + 1 < in.size() && (after_other ? !is_number(in[i]) && is_punctuation(in[i + 1])
                                          : is_punctuation(in[i]) && !is_number(in[i + 1]));
    if (!pair) {
      out.push_back(in[i]);
      continue;
    }
    if (!after_other) out.push_back(U' ');
    out.append({in[i], U' ', in[i + 1]});
    if (after_other) out.push_back(U' ');
    ++i;
  }
  return out;
}

std::string tokenize_none(std::string_view sentence) { return std::string(sentence); }

struct TokenizerEntry {
  std::string_view name;
  std::string (*tokenize)(std::string_view) = nullptr;
};

constexpr std::array<TokenizerEntry, 5> kTokenizers = {{{"none", tokenize_none},
                                                        {"13a", tokenize_13a},
                                                        {"intl", tokenize_intl},
                                                        {"char", tokenize_char},
                                                        {"zh", tokenize_zh}}};

}  // namespace

std::string tokenize_13a(std::string_view sentence) {
  std::string text(sentence);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_entities(text);
  return join_words(split_western(" " + text + " "));
}

std::string tokenize_intl(std::string_view sentence) {
  const std::u32string pairs =
      split_punctuation(split_punctuation(decode_utf8(sentence), true), false);
  std::string tokens;
  for (char32_t c : pairs) {
    const bool symbol = is_symbol(c);
    if (symbol) tokens.push_back(' ');
    append_utf8(tokens, c);
    if (symbol) tokens.push_back(' ');
  }
  return join_words(tokens);
}

std::string tokenize_char(std::string_view sentence) {
  std::string tokens;
  for (char32_t c : decode_utf8(sentence)) {
    append_utf8(tokens, c);
    tokens.push_back(' ');
  }
  return join_words(tokens);
}

std::string tokenize_zh(std::string_view sentence) {
  std::string spaced;
  for (char32_t c : decode_utf8(join_words(sentence))) {
    const bool chinese = is_chinese(c);
    if (chinese) spaced.push_back(' ');
    append_utf8(spaced, c);
    if (chinese) spaced.push_back(' ');
  }
  return join_words(split_western(spaced));
}

BleuTokenizer make_bleu_tokenizer(std::string_view name) {
  return find_entry(kTokenizers, "tokenizer", name).tokenize;
}

std::vector<std::string_view> bleu_tokenizer_names() {
  std::vector<std::string_view> names;
  for (const TokenizerEntry& entry : kTokenizers) names.push_back(entry.name);
  return names;
}

}  // namespace heed
