#pragma once

#include <span>
#include <string>
#include <string_view>

#include "decoding/alignment.h"

namespace heed {

/// One translation's attention as a picture: target tokens are rows, source tokens columns. There
/// is a label for each token that the matrix has, </s> included.
struct Heatmap {
  const AttentionMatrix& attention;
  std::span<const std::string> source;
  std::span<const std::string> target;
};

/// Throws Error if labels and matrix don't fit, or if the model had no attention.
void check_labels(const Heatmap& map);

/// For a terminal: each weight as two block characters in one of five shades, source tokens written
/// downwards above their columns. Sentences that don't fit into `columns` are drawn in several
/// panels, one below the other. Throws as check_labels.
std::string terminal_heatmap(const Heatmap& map, int columns = 80);

/// Where an SVG is used: as a file of its own, or inside a page that has heatmap_style() once.
enum class SvgUse { kFile, kPage };

/// An SVG for light and dark pages; the weights are in the cells' tooltips. The difference of two
/// attentions can be drawn too: what is below 0 has another colour. Throws as check_labels.
std::string svg_heatmap(const Heatmap& map, SvgUse use = SvgUse::kFile);

/// The weights alone, without labels, for a page with many pictures; a cell has size 1.
std::string svg_thumbnail(const AttentionMatrix& attention);

/// The style sheet of both.
std::string_view heatmap_style();

}  // namespace heed
