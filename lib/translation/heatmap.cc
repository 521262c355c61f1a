#include "translation/heatmap.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "text/text_width.h"
#include "util/error.h"

namespace heed {

namespace {

using Label = std::vector<Glyph>;

constexpr int kCell = 2;          // columns of a terminal's cell; a wide glyph fits
constexpr int kLabelHeight = 12;  // glyphs of a source token
constexpr int kLabelWidth = 24;   // columns of a target token

/// Finer for small weights, which the eye tells apart better.
struct Shade {
  float from;
  std::string_view block;
};
constexpr std::array kShades{Shade{0.65F, "█"}, Shade{0.35F, "▓"}, Shade{0.15F, "▒"},
                             Shade{0.05F, "░"}, Shade{0, " "}};
constexpr std::string_view kLegend = "from 5 % ░  15 % ▒  35 % ▓  65 % █\n";

/// One cell.
std::string shade(float weight) {
  for (const Shade& s : kShades) {
    if (weight >= s.from) return std::string(s.block) + std::string(s.block);
  }
  return "??";  // not a weight
}

/// Adds `line` without the blanks at its end.
void add_line(std::string& picture, std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  picture += line + '\n';
}

/// Source tokens [first, last) written downwards, ending at the same line.
void add_header(std::string& picture, std::span<const Label> source, int margin) {
  std::size_t height = 0;
  for (const Label& label : source) height = std::max(height, label.size());
  for (std::size_t line = 0; line < height; ++line) {
    std::string text(margin, ' ');
    for (const Label& label : source) {
      const std::size_t empty = height - label.size();
      const Glyph glyph = line < empty ? Glyph{} : label[line - empty];
      text += glyph.text + std::string(kCell - glyph.width, ' ');
    }
    add_line(picture, text);
  }
}

std::string right_aligned(const std::string& token, int width) {
  std::string text;
  for (const Glyph& glyph : shortened(glyphs(token), width)) {
    text += glyph.text;
    width -= glyph.width;
  }
  return std::string(width, ' ') + text;
}

/// As many glyphs as a column's label may have, however wide they are.
Label column_label(const std::string& token) {
  Label label = glyphs(token);
  if (label.size() <= kLabelHeight) return label;
  label.resize(kLabelHeight - 1);
  label.push_back({"…", 1});
  return label;
}

}  // namespace

void check_labels(const Heatmap& map) {
  const std::size_t rows = map.attention.size(), columns = map.source.size();
  if (rows > 0 && map.attention.front().empty()) {
    fail("expected attention to draw, found none; choose a model with attention");
  }
  bool fits = rows == map.target.size();
  for (const std::vector<float>& row : map.attention) fits &= row.size() == columns;
  if (!fits) {
    fail("expected attention of {} target on {} source tokens, found {} rows of {}",
         map.target.size(), columns, rows, rows == 0 ? 0 : map.attention.front().size());
  }
}

std::string terminal_heatmap(const Heatmap& map, int columns) {
  check_labels(map);
  int width = 0;
  for (const std::string& token : map.target) width = std::max(width, display_width(token));
  width = std::min({width, kLabelWidth, std::max(1, columns / 2)});
  std::vector<Label> labels;
  for (const std::string& token : map.source) labels.push_back(column_label(token));

  std::string picture;
  const std::size_t panel = std::max(1, (columns - width - 1) / kCell);
  for (std::size_t first = 0; first < labels.size(); first += panel) {
    const std::size_t count = std::min(panel, labels.size() - first);
    if (first > 0) picture += '\n';
    add_header(picture, std::span(labels).subspan(first, count), width + 1);
    for (std::size_t t = 0; t < map.target.size(); ++t) {
      std::string line = right_aligned(map.target[t], width) + ' ';
      for (std::size_t s = first; s < first + count; ++s) line += shade(map.attention[t][s]);
      add_line(picture, line);
    }
  }
  picture += kLegend;
  return picture;
}

}  // namespace heed
