#include <fmt/core.h>
#include <cstddef>

#include <algorithm>
#include <array>
#include <cmath>

#include "text/text_width.h"
#include "text/xml.h"
#include "translation/heatmap.h"

namespace heed {

namespace {

// All lengths in pixels.
constexpr int kSquare = 26;
constexpr int kColumn = 9;  // of a label's text, for each column that a terminal would give it
constexpr int kGap = 8;
constexpr float kLeast = 0.005F;  // weight that is drawn

/// A label that leaves room for the picture; whole words are in the tooltips.
std::string short_label(const std::string& label) {
  constexpr int kMostColumns = 24;
  std::string text;
  for (const Glyph& glyph : shortened(glyphs(label), kMostColumns)) text += glyph.text;
  return text;
}

/// Pixels of the longest label.
int longest(std::span<const std::string> labels) {
  int width = 0;
  for (const std::string& label : labels)
    width = std::max(width, display_width(short_label(label)));
  return width * kColumn;
}

/// Where the picture's parts lie.
struct Layout {
  int left, top, width, height;
  int columns, rows;

  explicit Layout(const Heatmap& map)
      : left(longest(map.target) + 2 * kGap),
        top(longest(map.source) * 5 / 7 + 2 * kGap),  // source labels rise by 45 degrees: 1/√2
        width(left + static_cast<int>(map.source.size()) * kSquare + top),
        height(top + static_cast<int>(map.target.size()) * kSquare + kGap),
        columns(static_cast<int>(map.source.size())),
        rows(static_cast<int>(map.target.size())) {}
  int x(int column) const { return left + column * kSquare; }
  int y(int row) const { return top + row * kSquare; }
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
                        at.x(c) + kSquare / 2, at.top - kGap, xml_text(short_label(map.source[c])));
  }
  for (int r = 0; r < at.rows; ++r) {
    text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", at.left - kGap,
                        at.y(r) + kSquare / 2 + 5, xml_text(short_label(map.target[r])));
  }
  return text;
}

std::string cells(const Heatmap& map, const Layout& at) {
  std::string text;
  for (int r = 0; r < at.rows; ++r) {
    for (int c = 0; c < at.columns; ++c) {
      const float weight = map.attention[r][c];
      if (!(std::abs(weight) >= kLeast)) continue;
      text += fmt::format(
          "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
          "fill-opacity=\"{:.2f}\"><title>{} → {}: {:.2f}</title></rect>\n",
          weight < 0 ? "less" : "cell", at.x(c), at.y(r), kSquare, kSquare,
          std::min(std::abs(weight), 1.0F), xml_text(map.source[c]), xml_text(map.target[r]),
          weight);
    }
  }
  return text;
}

}  // namespace

std::string_view heatmap_style() {
  return ".heatmap text{font:15px sans-serif;fill:#222}.heatmap .paper{fill:#fff}"
         ".heatmap .cell{fill:#0b5cad}.heatmap .less{fill:#c2500a}"
         ".heatmap .grid{fill:none;stroke:#ddd}.heatmap .small{fill:none;stroke:#0b5cad}\n"
         "@media(prefers-color-scheme:dark){.heatmap text{fill:#ddd}.heatmap .paper{fill:#16181c}"
         ".heatmap .cell{fill:#6cb2ff}.heatmap .less{fill:#ffa04d}.heatmap .grid{stroke:#3a3f47}"
         ".heatmap .small{stroke:#6cb2ff}}\n";
}

std::string svg_heatmap(const Heatmap& map, SvgUse use) {
  check_labels(map);
  const Layout at(map);
  const std::string style =
      use == SvgUse::kFile ? fmt::format("<style>{}</style>\n", heatmap_style()) : "";
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"heatmap\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" role=\"img\">\n<title>Attention</title>\n{2}"
      "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n{3}{4}{5}</svg>\n",
      at.width, at.height, style, cells(map, at), grid(at), labels(map, at));
}

std::string svg_thumbnail(const AttentionMatrix& attention) {
  // Cells of about the same weight are one path, each cell a line as thick as long: a page has
  // hundreds of such pictures.
  constexpr int kGrades = 20;
  std::array<std::string, kGrades + 1> paths;
  for (std::size_t r = 0; r < attention.size(); ++r) {
    for (std::size_t c = 0; c < attention[r].size(); ++c) {
      const float weight = attention[r][c];
      if (!(weight >= 0.5F / kGrades)) continue;
      const auto shade = std::lround(std::min(weight, 1.0F) * kGrades);
      paths[static_cast<std::size_t>(shade)] += fmt::format("M{} {}.5h1", c, r);
    }
  }
  std::string text = fmt::format(
      "<svg class=\"heatmap\" viewBox=\"0 0 {0} {1}\" role=\"img\"><title>Attention</title>"
      "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>",
      attention.empty() ? 0 : attention.front().size(), attention.size());
  for (int shade = 1; shade <= kGrades; ++shade) {
    const std::string& path = paths[static_cast<std::size_t>(shade)];
    if (path.empty()) continue;
    text += fmt::format("<path class=\"small\" stroke-opacity=\"{:.2f}\" d=\"{}\"/>",
                        static_cast<double>(shade) / kGrades, path);
  }
  return text + "</svg>\n";
}

}  // namespace heed
