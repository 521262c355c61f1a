#include "report/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "report/markup_check.h"
#include "report/search_tree_svg.h"
#include "report/svg.h"

namespace heed {
namespace {

int count(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  return static_cast<int>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()));
}

/// Where texts stand, by their content: x and y.
std::pair<double, double> place_of(const std::string& svg, const std::string& text) {
  std::smatch found;
  const std::regex regex("<text x=\"([0-9.-]+)\" y=\"([0-9.-]+)\"[^>]*>" + text + "</text>");
  EXPECT_TRUE(std::regex_search(svg, found, regex)) << text;
  return {std::stod(found[1]), std::stod(found[2])};
}

TEST(LineChartTest, LinesBreakWhereANumberIsMissing) {
  const std::string svg = svg_line_chart(
      {"t", "x", "y", {{"a", {{0, 1}, {1, 2}, {2, NAN}, {3, 3}, {4, 5}}}}, {}, kChartWidth});
  EXPECT_EQ(markup_errors(svg), "");
  EXPECT_EQ(count(svg, "class=\"line\" d=\"M[^ML]*L[^ML]*M[^ML]*L[^ML]*\""), 1) << svg;
  EXPECT_EQ(count(svg, "class=\"mark\""), 5);  // and one beside the name
}

TEST(LineChartTest, NamesStandApartAndInTheOrderOfTheLines) {
  LineChart chart{"t", "x", "y", {}};
  for (const std::string name : {"a", "b", "c"})
    chart.series.push_back({name, {{0, 0}, {1, 1 - 0.001 * static_cast<double>(name[0] - 'a')}}});
  const std::string svg = svg_line_chart(chart);
  const double a = place_of(svg, "a").second, b = place_of(svg, "b").second;
  EXPECT_GE(b - a, 17.9);
  EXPECT_GE(place_of(svg, "c").second - b, 17.9);
}

TEST(LineChartTest, SeriesStandSideBySideWithinACategory) {
  ChartPoint point;
  point.y = 2;
  point.low = 1;
  point.high = 4;
  point.dots = {1.5, 2.5};
  const std::string svg = svg_line_chart({"t",
                                          "words",
                                          "BLEU",
                                          {{"a", {point}}, {"b", {point}}},
                                          {{"1–10", "n=7"}, {"over 10", "n=0"}},
                                          kChartWidth});
  EXPECT_EQ(markup_errors(svg), "");
  EXPECT_EQ(count(svg, "class=\"dot\""), 4);
  EXPECT_EQ(count(svg, "class=\"bar\""), 2);
  EXPECT_EQ(count(svg, ">n=7<"), 1);
  const std::regex dots("class=\"dot\" cx=\"([0-9.]+)\"");
  std::vector<double> places;
  for (std::sregex_iterator i(svg.begin(), svg.end(), dots), end; i != end; ++i)
    places.push_back(std::stod((*i)[1]));
  EXPECT_EQ(places[0], places[1]);
  EXPECT_GT(places[2], places[0] + 20);
}

TEST(ScatterPlotTest, NamesOfOnePlaceStandApart) {
  ScatterPlot plot{"t", "x", "y", {}};
  for (const std::string name : {"a", "b", "c", "d", "e", "f"})
    plot.points.push_back({name, 10.0, 20.0, 0, 0});
  plot.points.push_back({"far", 11.0, 21.0, 0.1, 0.1});
  plot.points.push_back({"none", {}, {}, 0, 0});
  const std::string svg = svg_scatter_plot(plot);
  EXPECT_EQ(markup_errors(svg), "");
  EXPECT_EQ(count(svg, ">none<"), 0);
  std::vector<std::pair<double, double>> places;
  for (const std::string name : {"a", "b", "c", "d", "e", "f"}) {
    const auto [x, y] = place_of(svg, name);
    for (const auto& [other_x, other_y] : places)
      EXPECT_TRUE(std::abs(x - other_x) >= 8 || std::abs(y - other_y) >= 16.9) << name;
    places.emplace_back(x, y);
  }
}

TEST(Figures, HaveAStyleOfTheirOwnAsFiles) {
  const std::string figure = svg_dot_plot({"t", "x", {{"a", {1, 2}, 1.5, 1, 2}}});
  EXPECT_EQ(figure.find("<style>"), std::string::npos);
  const std::string file = standalone(figure);
  EXPECT_EQ(markup_errors(file), "");
  EXPECT_NE(file.find("prefers-color-scheme:dark"), std::string::npos);
}

TEST(SearchTreeSvg, ShowsBeamBestPathAndTheLikeliestPruned) {
  SearchTree tree;
  tree.nodes.push_back({-1, 0, "first", -0.1F, true, true});
  for (int i = 0; i < 9; ++i)
    tree.nodes.push_back({0, 1, "p" + std::to_string(i), -9 + static_cast<float>(i), false, false});
  tree.nodes.push_back({0, 1, "best", -0.5F, true, true});
  tree.nodes.push_back({0, 1, "kept", -20, true, false});
  tree.nodes.push_back({99, 2, "lost", -21, true, false});  // of a parent that isn't there
  const std::string svg = svg_search_tree(tree);
  EXPECT_EQ(markup_errors(svg), "");
  EXPECT_EQ(count(svg, "<text class=\"best\""), 2);
  EXPECT_EQ(count(svg, "<path class=\"best\""), 2);
  EXPECT_EQ(count(svg, "<text class=\"kept\""), 2);
  EXPECT_EQ(count(svg, "<path class=\"kept\""), 1);
  EXPECT_EQ(count(svg, "<text class=\"pruned\""), 4);
  EXPECT_EQ(count(svg, ">p8<"), 1);
  EXPECT_EQ(count(svg, ">p4<"), 0);
  EXPECT_EQ(search_tree_summary(tree), "13 partial translations, 4 of them kept");
  EXPECT_EQ(svg_search_tree({}), "");
}

}  // namespace
}  // namespace heed
