#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// A character as a reader sees it: a base with its combining marks.
struct Glyph {
  std::string text;  ///< UTF-8. Control characters and invalid bytes have become U+FFFD.
  int width = 0;     ///< Columns of a terminal: 2 for East Asian wide characters and emoji.
};

std::vector<Glyph> glyphs(std::string_view text);

/// The columns that `text` takes in a terminal.
int display_width(std::string_view text);

/// The glyphs, or their beginning and "…" where they take more than `width` columns (at least 1).
std::vector<Glyph> shortened(std::vector<Glyph> all, int width);

}  // namespace heed
