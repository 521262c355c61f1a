#pragma once

#include <span>
#include <string>

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

/// A self-contained SVG, for light and dark pages; the weights are in the cells' tooltips. Throws
/// as check_labels.
std::string svg_heatmap(const Heatmap& map);

}  // namespace heed
