#include "data/word_alignment.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

struct ParsedLink {
  AlignmentLink link{};
  bool sure = false;
};

ParsedLink parse_link(std::string_view text, int first) {
  ParsedLink parsed;
  const char* const end = text.data() + text.size();
  const auto source = std::from_chars(text.data(), end, parsed.link.source);
  char kind = 0;
  if (source.ec == std::errc() && source.ptr != end) kind = *source.ptr;
  if (kind == '-' || kind == 'p' || kind == '?') {
    const auto target = std::from_chars(source.ptr + 1, end, parsed.link.target);
    if (target.ec == std::errc() && target.ptr == end && parsed.link.source >= first &&
        parsed.link.target >= first) {
      parsed.sure = kind == '-';
      parsed.link.source -= first;
      parsed.link.target -= first;
      return parsed;
    }
  }
  fail("expected a link such as {0}-{0}, {0}p{0} or {0}?{0} (words counted from {0}), found '{1}'",
       first, text);
}

void sort_unique(HardAlignment& alignment) {
  std::sort(alignment.begin(), alignment.end());
  alignment.erase(std::unique(alignment.begin(), alignment.end()), alignment.end());
}

}  // namespace

GoldAlignment parse_gold_alignment(std::string_view line, int first) {
  GoldAlignment gold;
  for (std::string_view text : split_words(line)) {
    const ParsedLink parsed = parse_link(text, first);
    if (parsed.sure) gold.sure.push_back(parsed.link);
    gold.possible.push_back(parsed.link);
  }
  sort_unique(gold.sure);
  sort_unique(gold.possible);
  return gold;
}

HardAlignment parse_alignment(std::string_view line, int first) {
  return parse_gold_alignment(line, first).possible;
}

std::string format_alignment(const HardAlignment& alignment) {
  std::string text;
  for (const AlignmentLink& link : alignment) {
    if (!text.empty()) text.push_back(' ');
    text += fmt::format("{}-{}", link.source, link.target);
  }
  return text;
}

HardAlignment links_of(std::span<const std::pair<int, int>> pairs) {
  HardAlignment links;
  for (const auto& [source, target] : pairs) links.push_back({source, target});
  return links;
}

}  // namespace heed
