#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "decoding/heatmap.h"
#include "decoding/text_width.h"

namespace heed {

namespace {

// All lengths in pixels.
constexpr int kCell = 26;
constexpr int kColumn = 9;  // of a label's text, for each column that a terminal would give it
constexpr int kGap = 8;
constexpr std::string_view kStyle =
    "<style>text{font:15px sans-serif;fill:#222}.paper{fill:#fff}.cell{fill:#0b5cad}"
    ".grid{fill:none;stroke:#ddd}@media(prefers-color-scheme:dark){text{fill:#ddd}.paper{fill:#"
    "16181c}"
    ".cell{fill:#6cb2ff}.grid{stroke:#3a3f47}}</style>\n";

/// Text for XML; characters that XML can't hold become U+FFFD.
std::string escaped(std::string_view text) {
  std::string result;
  for (const Glyph& glyph : glyphs(text)) {
    for (const char byte : glyph.text) {
      switch (byte) {
        case '&':
          result += "&amp;";
          break;
        case '<':
          result += "&lt;";
          break;
        case '>':
          result += "&gt;";
          break;
        default:
          result += byte;
      }
    }
  }
  return result;
}

/// Pixels of the longest label.
int longest(std::span<const std::string> labels) {
  int width = 0;
  for (const std::string& label : labels) width = std::max(width, display_width(label));
  return width * kColumn;
}

/// Where the picture's parts lie.
struct Layout {
  int left, top, width, height;
  int columns, rows;

  explicit Layout(const Heatmap& map)
      : left(longest(map.target) + 2 * kGap),
        top(longest(map.source) * 5 / 7 + 2 * kGap),  // source labels rise by 45 degrees: 1/√2
        width(left + static_cast<int>(map.source.size()) * kCell + top),
        height(top + static_cast<int>(map.target.size()) * kCell + kGap),
        columns(static_cast<int>(map.source.size())),
        rows(static_cast<int>(map.target.size())) {}
  int x(int column) const { return left + column * kCell; }
  int y(int row) const { return top + row * kCell; }
};

std::string grid(const Layout& at) {
  std::string path;
  for (int c = 0; c <= at.columns; ++c)
    path += fmt::format("M{} {}V{}", at.x(c), at.top, at.y(at.rows));
  for (int r = 0; r <= at.rows; ++r)
    path += fmt::format("M{} {}H{}", at.left, at.y(r), at.x(at.columns));
  return fmt::format("<path class=\"grid\" d=\"{}\"/>\n", path);
}

std::string labels(const Heatmap& map, const Layout& at) {
  std::string text;
  for (int c = 0; c < at.columns; ++c) {
    text += fmt::format("<text transform=\"translate({} {})rotate(-45)\">{}</text>\n",
                        at.x(c) + kCell / 2, at.top - kGap, escaped(map.source[c]));
  }
  for (int r = 0; r < at.rows; ++r) {
    text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", at.left - kGap,
                        at.y(r) + kCell / 2 + 5, escaped(map.target[r]));
  }
  return text;
}

std::string cells(const Heatmap& map, const Layout& at) {
  std::string text;
  for (int r = 0; r < at.rows; ++r) {
    for (int c = 0; c < at.columns; ++c) {
      const float weight = map.attention[r][c];
      if (weight < 0.005F) continue;
      text += fmt::format(
          "<rect class=\"cell\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
          "fill-opacity=\"{:.2f}\"><title>{} → {}: {:.2f}</title></rect>\n",
          at.x(c), at.y(r), kCell, kCell, std::clamp(weight, 0.0F, 1.0F), escaped(map.source[c]),
          escaped(map.target[r]), weight);
    }
  }
  return text;
}

}  // namespace

std::string svg_heatmap(const Heatmap& map) {
  check_labels(map);
  const Layout at(map);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" role=\"img\">\n<title>Attention</title>\n{2}"
      "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n{3}{4}{5}</svg>\n",
      at.width, at.height, kStyle, cells(map, at), grid(at), labels(map, at));
}

}  // namespace heed
