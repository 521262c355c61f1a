#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heed {

// Pieces of the report's figures. All lengths are in units of the view box, about pixels.

struct SvgPoint {
  double x = 0, y = 0;
};

/// Text with its baseline at a point; `anchor` is start, middle or end.
std::string svg_text(SvgPoint at, std::string_view anchor, std::string_view text,
                     std::string_view classes = "");

std::string svg_line(SvgPoint from, SvgPoint to, std::string_view classes);

/// The classes of the series with this number: its colour and its dashes. Colours repeat after
/// seven, and then lines are dashed.
std::string series_classes(std::size_t series);

/// The mark of a series, in the colour of the element around it. Shapes repeat after five, so
/// that shape and colour together tell 35 series apart.
std::string svg_mark(SvgPoint at, std::size_t series, double radius = 4.5);

/// A small picture of a series' line and mark, to stand beside its name in a page.
std::string svg_key(std::size_t series);

/// A whole figure on a background. `title` is for those who can't see it.
std::string svg_figure(double width, double height, std::string_view classes,
                       std::string_view title, std::string_view body);

/// A figure as a file of its own, with the style that the page has once.
std::string standalone(std::string_view figure);

/// Colours (Okabe and Ito's, which colour-blind people can tell apart) and lines of all figures,
/// for light and dark.
std::string_view figure_style();

/// Estimated width of text at 15 pixels.
double text_width(std::string_view text);

/// The text, cut with "…" to about this width.
std::string fitted(std::string_view text, double width);

}  // namespace heed
