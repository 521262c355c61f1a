#include "report/svg.h"

#include <fmt/core.h>
#include <algorithm>
#include <cstddef>

#include "text/text_width.h"
#include "text/xml.h"

namespace heed {

namespace {

constexpr std::size_t kColours = 7;
constexpr std::size_t kShapes = 5;
constexpr double kColumn = 8.2;  // a column of a terminal, in 15 pixel text

}  // namespace

std::string svg_text(SvgPoint at, std::string_view anchor, std::string_view text,
                     std::string_view classes) {
  const std::string attribute = classes.empty() ? "" : fmt::format(" class=\"{}\"", classes);
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", at.x, at.y,
                     anchor, attribute, xml_text(text));
}

std::string svg_line(SvgPoint from, SvgPoint to, std::string_view classes) {
  return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", classes, from.x,
                     from.y, to.x, to.y);
}

std::string series_classes(std::size_t series) {
  return fmt::format("s{} d{}", series % kColours, series / kColours % 3);
}

std::string svg_mark(SvgPoint at, std::size_t series, double r) {
  const auto [x, y] = at;
  std::string path;
  switch (series % kShapes) {
    case 0:
      return fmt::format("<circle class=\"mark\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", x, y,
                         r);
    case 1:
      path = fmt::format("M{0:.1f} {1:.1f}h{2:.1f}v{2:.1f}h-{2:.1f}z", x - r * 0.9, y - r * 0.9,
                         r * 1.8);
      break;
    case 2:
      path = fmt::format("M{:.1f} {:.1f}l{:.1f} {:.1f}h{:.1f}z", x, y - r * 1.2, r * 1.15, r * 2,
                         -r * 2.3);
      break;
    case 3:
      path = fmt::format("M{0:.1f} {1:.1f}l{2:.1f} {2:.1f}l-{2:.1f} {2:.1f}l-{2:.1f} -{2:.1f}z", x,
                         y - r * 1.3, r * 1.3);
      break;
    default:
      path = fmt::format("M{:.1f} {:.1f}h{:.1f}l{:.1f} {:.1f}z", x - r * 1.15, y - r * 0.9, r * 2.3,
                         -r * 1.15, r * 2);
  }
  return fmt::format("<path class=\"mark\" d=\"{}\"/>", path);
}

std::string svg_key(std::size_t series) {
  return fmt::format(
      "<svg class=\"chart key {}\" viewBox=\"0 0 26 12\" width=\"26\" height=\"12\" "
      "aria-hidden=\"true\"><path class=\"line\" d=\"M0 6h26\"/>{}</svg>",
      series_classes(series), svg_mark({13, 6}, series));
}

std::string svg_figure(double width, double height, std::string_view classes,
                       std::string_view title, std::string_view body) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{0}\" viewBox=\"0 0 {1:.0f} {2:.0f}\" "
      "width=\"{1:.0f}\" height=\"{2:.0f}\" role=\"img\">\n<title>{3}</title>\n"
      "<rect class=\"paper\" width=\"{1:.0f}\" height=\"{2:.0f}\"/>\n{4}</svg>\n",
      classes, width, height, xml_text(title), body);
}

std::string standalone(std::string_view figure) {
  const auto start = figure.find('>') + 1;
  return fmt::format("{}\n<style>\n{}</style>{}", figure.substr(0, start), figure_style(),
                     figure.substr(start));
}

std::string_view figure_style() {
  return R"(.chart text,.tree text{font:15px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#1f2328}
.chart .small{font-size:14px}.tree .small{font-size:13px}
.chart .small,.tree .small{fill:#59636e}
.chart .paper,.tree .paper{fill:#fff}
.chart path{fill:none}
.chart .grid{stroke:#e4e7eb}
.chart .axis{stroke:#818b98}
.chart .line{stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.chart .bar{stroke:currentColor;stroke-width:1.6}
.chart .lead{stroke:currentColor;stroke-opacity:.55}
.chart .mark{fill:currentColor}
.chart .dot{fill:currentColor;fill-opacity:.38}
.chart .band{fill:currentColor;fill-opacity:.13}
.s0{color:#0072b2}.s1{color:#d55e00}.s2{color:#009e73}.s3{color:#cc79a7}.s4{color:#e69f00}
.s5{color:#56b4e9}.s6{color:#1f2328}
.d1 .line{stroke-dasharray:7 4}.d2 .line{stroke-dasharray:2 3}
.tree path{fill:none;stroke:#818b98}
.tree .pruned{stroke:#c5ccd3;stroke-dasharray:3 3}
.tree text.pruned{fill:#818b98;stroke:none}
.tree .best{stroke:#0072b2;stroke-width:2.5}
.tree text.best{fill:#0072b2;stroke:none;font-weight:600}
@media(prefers-color-scheme:dark){
.chart text,.tree text{fill:#e2e5e9}
.chart .small,.tree .small{fill:#9aa3ad}
.chart .paper,.tree .paper{fill:#16181c}
.chart .grid{stroke:#2b2f36}
.chart .axis{stroke:#6e7781}
.s0{color:#3a9bdc}.s1{color:#f0763a}.s2{color:#17b890}.s6{color:#e2e5e9}
.tree .pruned{stroke:#444b54}
.tree text.pruned{fill:#8b949e}
.tree .best{stroke:#6cb2ff}
.tree text.best{fill:#6cb2ff}
}
)";
}

double text_width(std::string_view text) { return display_width(text) * kColumn; }

std::string fitted(std::string_view text, double width) {
  std::string result;
  const int columns = std::max(1, static_cast<int>(width / kColumn));
  for (const Glyph& glyph : shortened(glyphs(text), columns)) result += glyph.text;
  return result;
}

}  // namespace heed
