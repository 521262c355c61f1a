#include "text/marked_text.h"

#include <fmt/core.h>
#include <utility>

#include <algorithm>
#include <charconv>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

// Noncharacters (Unicode Standard, 23.7), which are never in text that is interchanged.
constexpr char32_t kOpens = 0xFDD0, kCloses = 0xFDD1;
constexpr std::size_t kBytes = 3;

std::string stand_in(std::size_t number) {
  std::string text;
  append_utf8(text, kOpens);
  text += std::to_string(number);
  append_utf8(text, kCloses);
  return text;
}

/// The number of the stand-in that the text begins with, and its size; size 0: of none.
std::pair<std::size_t, std::size_t> stand_in_at(std::string_view text) {
  std::size_t number = 0;
  if (text.size() < kBytes) return {0, 0};
  const char* const end = text.data() + text.size();
  const auto digits = std::from_chars(text.data() + kBytes, end, number);
  if (digits.ec != std::errc{}) return {0, 0};
  const std::string expected = stand_in(number);
  return {number, text.starts_with(expected) ? expected.size() : 0};
}

}  // namespace

void MarkedText::add_opaque(std::string_view bytes) {
  const std::size_t begin = text.size();
  text += stand_in(opaque.size());
  stand_ins.push_back({begin, text.size()});
  opaque.emplace_back(bytes);
}

void MarkedText::add_text(std::string_view bytes) {
  for (const char32_t c : decode_utf8(bytes)) {
    const bool is_space = c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\v';
    append_utf8(text, is_space ? U' ' : c == kOpens || c == kCloses ? U'\uFFFD' : c);
  }
}

void MarkedText::pair_tags(const std::vector<std::string>& names) {
  std::vector<std::size_t> open;  // tags
  std::map<std::string_view, int> counts;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string& name = names[i];
    if (name.empty()) continue;
    if (!tags[i].is_closing) {
      open.push_back(i);
      ++counts[name];
      continue;
    }
    if (counts[name] == 0) continue;
    while (names[open.back()] != name) {
      --counts[names[open.back()]];
      open.pop_back();
    }
    tags[i].partner = static_cast<int>(open.back());
    tags[open.back()].partner = static_cast<int>(i);
    --counts[name];
    open.pop_back();
  }
  free_single_tags(names);
}

void MarkedText::free_single_tags(const std::vector<std::string>& names) {
  std::vector<int> singles(tags.size() + 1);  // before each tag
  for (std::size_t i = 0; i < tags.size(); ++i) {
    tags[i].is_single = tags[i].partner < 0 && !names[i].empty();
    singles[i + 1] = singles[i] + (tags[i].is_single ? 1 : 0);
  }
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const int partner = tags[i].partner;
    if (partner < 0 || singles[i] == singles[static_cast<std::size_t>(partner)]) continue;
    for (MarkupTag* tag : {&tags[i], &tags[static_cast<std::size_t>(partner)]}) {
      tag->partner = -1;
      tag->is_single = true;
    }
  }
}

std::string MarkedText::written_text(std::string_view translated,
                                     std::vector<bool>& is_written) const {
  std::string result;
  while (!translated.empty()) {
    const char32_t c = decode_utf8(translated.substr(0, 4)).front();
    std::string own;
    append_utf8(own, c);
    std::size_t size = own.size();
    if (c == kOpens) {
      const auto [number, length] = stand_in_at(translated);
      if (length > 0 && number < opaque.size()) {
        size = length;
        own = is_written[number] ? "" : opaque[number];
        is_written[number] = true;
      }
    } else if (c == '\n') {
      own.clear();  // the tag there ends the block
    } else if (const auto other = written.find(c); other != written.end()) {
      own = other->second;
    }
    result += own;
    translated.remove_prefix(size);
  }
  return result;
}

}  // namespace heed
