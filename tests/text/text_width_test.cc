#include "text/text_width.h"
#include "text/xml.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

std::string joined(const std::vector<Glyph>& all) {
  std::string text;
  for (const Glyph& glyph : all) text += glyph.text;
  return text;
}

TEST(TextWidth, CountsColumnsOfATerminal) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("forty"), 5);
  EXPECT_EQ(display_width("▁größe"), 6);
  EXPECT_EQ(display_width("e\u0301te\u0301"), 3);  // combining accents
  EXPECT_EQ(display_width("日本語"), 6);
  EXPECT_EQ(display_width("Ａｂ"), 4);  // full width letters
  EXPECT_EQ(display_width("ｱｲ"), 2);    // half width katakana
  EXPECT_EQ(display_width("😀"), 2);
  EXPECT_EQ(display_width("नि"), 2);        // a spacing vowel sign
  EXPECT_EQ(display_width("a\u200bb"), 2);  // zero width space
}

TEST(TextWidth, MarksStayWithTheirBase) {
  const auto all = glyphs("e\u0301日");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].text, "e\u0301");
  EXPECT_EQ(all[1].text, "日");
  EXPECT_EQ(glyphs("\u0301").size(), 1U);
}

TEST(TextWidth, WhatATerminalMustNotGetIsReplaced) {
  EXPECT_EQ(joined(glyphs("a\x1b[1m\n\xff")), "a\uFFFD[1m\uFFFD\uFFFD");
}

TEST(TextWidth, ShortensByColumns) {
  EXPECT_EQ(joined(shortened(glyphs("forty"), 5)), "forty");
  EXPECT_EQ(joined(shortened(glyphs("forty"), 4)), "for…");
  EXPECT_EQ(joined(shortened(glyphs("日本語"), 4)), "日…");
  EXPECT_EQ(joined(shortened(glyphs("forty"), 1)), "…");
}

TEST(XmlText, HasNoMarkup) {
  EXPECT_EQ(xml_text("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(xml_text(std::string_view("\0\x1F\xFF\n日", 7)), "\uFFFD\uFFFD\uFFFD\uFFFD日");
}

}  // namespace
}  // namespace heed
