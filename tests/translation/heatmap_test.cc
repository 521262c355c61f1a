#include "translation/heatmap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/expect_error.h"
#include "text/text_width.h"
#include "util/strings.h"

namespace heed {
namespace {

const std::vector<std::string> kSource{"drei", "日本", "e\u0301t", "</s>"};
const std::vector<std::string> kTarget{"forty", "語", "</s>"};
const AttentionMatrix kAttention{
    {0.7F, 0.2F, 0.04F, 0.06F}, {0, 1, 0, 0}, {0.1F, 0.1F, 0.4F, 0.4F}};

TEST(Heatmap, IsDrawnWithBlocks) {
  EXPECT_EQ(terminal_heatmap({kAttention, kSource, kTarget}),
            "      d     <\n"
            "      r     /\n"
            "      e 日e\u0301 s\n"
            "      i 本t >\n"
            "forty ██▒▒  ░░\n"
            "   語   ██\n"
            " </s> ░░░░▓▓▓▓\n"
            "from 5 % ░  15 % ▒  35 % ▓  65 % █\n");
}

TEST(Heatmap, LongSentencesAreCutIntoPanels) {
  EXPECT_EQ(terminal_heatmap({kAttention, kSource, kTarget}, 12),
            "      d\n"
            "      r\n"
            "      e 日e\u0301\n"
            "      i 本t\n"
            "forty ██▒▒\n"
            "   語   ██\n"
            " </s> ░░░░▓▓\n"
            "\n"
            "      <\n"
            "      /\n"
            "      s\n"
            "      >\n"
            "forty ░░\n"
            "   語\n"
            " </s> ▓▓\n"
            "from 5 % ░  15 % ▒  35 % ▓  65 % █\n");
}

TEST(Heatmap, NeverIsWiderThanTheTerminal) {
  const std::string long_word(100, 'x');
  const std::vector<std::string> source(90, "Donaudampfschiff"), target{long_word, "</s>"};
  const AttentionMatrix attention(2, std::vector<float>(90, 0.3F));
  for (const int columns : {80, 40, 10}) {
    const std::string picture = terminal_heatmap({attention, source, target}, columns);
    for (const std::string_view line : split_fields(picture, '\n')) {
      if (line.starts_with("from")) continue;
      EXPECT_LE(display_width(line), columns) << line;
    }
    EXPECT_NE(picture.find("x…"), std::string::npos);
    EXPECT_NE(picture.find("…"), std::string::npos);
  }
}

TEST(Heatmap, SvgEscapesItsText) {
  const std::vector<std::string> source{"a<b", "\x01&"}, target{"\"c\">"};
  const std::string svg = svg_heatmap({{{0.25F, 0.75F}}, source, target});
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find(">a&lt;b</text>"), std::string::npos);
  EXPECT_NE(svg.find(">\uFFFD&amp;</text>"), std::string::npos);
  EXPECT_NE(svg.find("<title>a&lt;b → &quot;c&quot;&gt;: 0.25</title>"), std::string::npos);
  EXPECT_NE(svg.find("fill-opacity=\"0.75\""), std::string::npos);
  EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
}

TEST(Heatmap, SvgDrawsDifferencesInTwoColours) {
  const std::string svg =
      svg_heatmap({{{-0.25F, 0.75F, 0.001F, std::nanf("")}}, kSource, std::span(kTarget).first(1)},
                  SvgUse::kPage);
  EXPECT_NE(svg.find("class=\"less\" x=\"61\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("fill-opacity=\"0.25\"><title>drei → forty: -0.25"), std::string::npos);
  EXPECT_NE(svg.find("class=\"cell\""), std::string::npos);
  EXPECT_EQ(svg.find("<style>"), std::string::npos);
  EXPECT_EQ(svg.find("0.00"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Heatmap, SvgShortensLongWords) {
  const std::string word(300, 'w');
  const std::vector<std::string> source{word}, target{word};
  const std::string svg = svg_heatmap({{{1}}, source, target});
  EXPECT_NE(svg.find(">" + std::string(23, 'w') + "…</text>"), std::string::npos);
  EXPECT_NE(svg.find("<title>" + word + " → " + word), std::string::npos);
  EXPECT_NE(svg.find("viewBox=\"0 0 428 "), std::string::npos) << svg.substr(0, 150);
}

TEST(Heatmap, ThumbnailsJoinCellsOfAShade) {
  const std::string svg = svg_thumbnail({{0.51F, 0}, {0.02F, 0.49F}, {0, 1}});
  EXPECT_NE(svg.find("viewBox=\"0 0 2 3\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("stroke-opacity=\"0.50\" d=\"M0 0.5h1M1 1.5h1\""), std::string::npos);
  EXPECT_NE(svg.find("stroke-opacity=\"1.00\" d=\"M1 2.5h1\""), std::string::npos);
}

TEST(Heatmap, NeedsAttentionAndAllLabels) {
  expect_error([] { terminal_heatmap({AttentionMatrix(3), kSource, kTarget}); }, "found none");
  expect_error(
      [] {
        svg_heatmap({kAttention, kTarget, kTarget});
      },
      "3 target on 3 source tokens, found 3 rows of 4");
}

}  // namespace
}  // namespace heed
