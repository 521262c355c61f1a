#include "text/copied_spans.h"

#include <algorithm>
#include <string>
#include <utility>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The word without the punctuation that a sentence puts around it.
TextSpan bare(std::string_view text, std::string_view word) {
  constexpr std::string_view kOpening = "([{<\"'", kClosing = ".,;:!?)]}>\"'";
  while (!word.empty() && kOpening.find(word.front()) != std::string_view::npos) {
    word.remove_prefix(1);
  }
  const bool opens = word.find('(') != std::string_view::npos;  // as in …/wiki/Haus_(Bau)
  while (!word.empty() && kClosing.find(word.back()) != std::string_view::npos) {
    if (word.back() == ')' && opens) break;
    word.remove_suffix(1);
  }
  const auto begin = static_cast<std::size_t>(word.data() - text.data());
  return {begin, begin + word.size()};
}

/// A scheme and "://" (RFC 3986, 3.1), or www. and a name.
bool is_url(std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme != std::string_view::npos && scheme > 0 && scheme + 3 < word.size()) {
    return std::ranges::all_of(word.substr(0, scheme), [](char c) {
      return is_ascii_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
  }
  return word.starts_with("www.") && word.find('.', 4) != std::string_view::npos;
}

bool is_address(std::string_view word) {
  const std::size_t at = word.find('@');
  if (at == 0 || at == std::string_view::npos || at != word.rfind('@')) return false;
  const std::size_t dot = word.find('.', at + 2);
  return dot != std::string_view::npos && dot + 1 < word.size();
}

/// /usr/bin, ~/x, ./x, ../x, C:\x, \\host\x.
bool is_path(std::string_view word) {
  const auto has = [&](std::string_view part, std::size_t from) {
    return word.find(part, from) != std::string_view::npos;
  };
  for (const std::string_view start : {"~/", "./", "../", "\\\\"}) {
    if (word.starts_with(start) && word.size() > start.size()) return true;
  }
  if (word.size() > 3 && is_ascii_letter(word[0]) && word[1] == ':') {
    return word[2] == '\\' || (word[2] == '/' && word[3] != '/');
  }
  return word.starts_with('/') && has("/", 1) && !has("//", 0);
}

/// 12 hexadecimal digits or more, with or without dashes, letters and digits mixed.
bool is_hash(std::string_view word) {
  constexpr std::ptrdiff_t kLeast = 12;
  const auto digits = std::ranges::count_if(word, is_hexadecimal);
  const auto dashes = std::ranges::count(word, '-');
  return digits >= kLeast && digits + dashes == std::ssize(word) &&
         std::ranges::any_of(word, is_digit) && std::ranges::any_of(word, is_ascii_letter);
}

constexpr char32_t kEmojiJoiner = 0x200D;

bool is_emoji_part(char32_t c) {
  return c == kEmojiJoiner || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) ||
         (c >= 0xE0020 && c <= 0xE007F) || c == 0x20E3;
}
bool is_word_part(char32_t c) {
  return is_letter(c) || is_mark(c) || c == 0x200C || c == kEmojiJoiner;
}
bool is_sign(char32_t c) {
  return !is_word_part(c) && !is_number(c) && !is_punctuation(c) && c > 0x9F;
}

/// A character and where its bytes end.
struct Character {
  char32_t value = 0;
  std::size_t end = 0;
};

std::vector<Character> characters_of(std::string_view word) {
  std::vector<Character> characters;
  std::string bytes;
  std::size_t end = 0;
  for (const char32_t c : decode_utf8(word)) {
    bytes.clear();
    append_utf8(bytes, c);
    characters.push_back({c, end += bytes.size()});
  }
  return characters;
}

/// The runs of one word that the vocabulary does not know.
void add_unknown(std::string_view text, std::string_view word, const KnowsCharacter& knows,
                 std::vector<TextSpan>& spans) {
  const auto offset = static_cast<std::size_t>(word.data() - text.data());
  const std::vector<Character> characters = characters_of(word);
  const auto begin_of = [&](std::size_t i) {
    return offset + (i == 0 ? 0 : characters[i - 1].end);
  };
  const auto is_part = [&](std::size_t i, bool is_word) {
    const char32_t c = characters[i].value;
    return is_word ? is_word_part(c) : is_emoji_part(c) || (is_sign(c) && !knows(c));
  };
  for (std::size_t i = 0; i < characters.size();) {
    const bool is_word = is_word_part(characters[i].value);
    std::size_t end = i;
    bool is_unknown = false;
    while (end < characters.size() && is_part(end, is_word)) {
      const char32_t c = characters[end++].value;
      is_unknown = is_unknown || (is_word ? is_letter(c) && !knows(c) : is_sign(c));
    }
    if (is_unknown && end > i) spans.push_back({begin_of(i), begin_of(end)});
    i = std::max(end, i + 1);
  }
}

}  // namespace

std::vector<TextSpan> joined_spans(std::vector<TextSpan> spans) {
  std::erase_if(spans, [](const TextSpan& span) { return span.begin >= span.end; });
  std::ranges::sort(spans, {}, &TextSpan::begin);
  std::vector<TextSpan> joined;
  for (const TextSpan& span : spans) {
    if (joined.empty() || span.begin >= joined.back().end) {
      joined.push_back(span);
    } else {
      joined.back().end = std::max(joined.back().end, span.end);
    }
  }
  return joined;
}

TextSpan with_brackets(std::string_view text, TextSpan span) {
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"(", ")"}, {"[", "]"}, {"{", "}"}, {"<", ">"}, {"\"", "\""}, {"'", "'"},
      {"„", "“"}, {"“", "”"}, {"‚", "‘"}, {"‘", "’"}, {"«", "»"},   {"»", "«"}};
  for (bool is_wider = true; is_wider;) {
    is_wider = false;
    for (const auto& [opening, closing] : kPairs) {
      if (!text.substr(0, span.begin).ends_with(opening)) continue;
      if (!text.substr(span.end).starts_with(closing)) continue;
      span = {span.begin - opening.size(), span.end + closing.size()};
      is_wider = true;
    }
  }
  return span;
}

std::vector<TextSpan> copied_spans(std::string_view text, const KnowsCharacter& knows) {
  std::vector<TextSpan> spans;
  for (const std::string_view word : unicode_words(text)) {
    const TextSpan core = bare(text, word);
    const std::string_view inner = core.of(text);
    if (is_url(inner) || is_address(inner) || is_path(inner) || is_hash(inner)) {
      spans.push_back(core);
    } else if (std::ranges::any_of(word,
                                   [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) {
      add_unknown(text, word, knows, spans);
    }
  }
  return spans;
}

}  // namespace heed
