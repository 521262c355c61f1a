#include "text/text_width.h"

#include <unicode/uchar.h>

#include <numeric>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {

namespace {

bool is_zero_width(char32_t character) {
  const auto mask = U_MASK(u_charType(static_cast<UChar32>(character)));
  return (mask & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0;
}

bool is_wide(char32_t character) {
  const int width = u_getIntPropertyValue(static_cast<UChar32>(character), UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

/// Control characters, and those that no text may have (U+FFFE, U+FFFF and their like).
bool is_unprintable(char32_t character) {
  return u_charType(static_cast<UChar32>(character)) == U_CONTROL_CHAR ||
         (character & 0xFFFE) == 0xFFFE;
}

int total_width(const std::vector<Glyph>& all) {
  return std::accumulate(all.begin(), all.end(), 0,
                         [](int sum, const Glyph& g) { return sum + g.width; });
}

}  // namespace

std::vector<Glyph> glyphs(std::string_view text) {
  std::vector<Glyph> result;
  for (const char32_t given : decode_utf8(text)) {
    const char32_t character = is_unprintable(given) ? U'\uFFFD' : given;
    const bool joins = is_zero_width(character);
    if (!joins || result.empty()) result.push_back({});
    append_utf8(result.back().text, character);
    if (!joins) result.back().width = is_wide(character) ? 2 : 1;
  }
  return result;
}

int display_width(std::string_view text) { return total_width(glyphs(text)); }

std::vector<Glyph> shortened(std::vector<Glyph> all, int width) {
  if (total_width(all) <= width) return all;
  while (total_width(all) > width - 1) all.pop_back();
  all.push_back({"…", 1});
  return all;
}

}  // namespace heed
