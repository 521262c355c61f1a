#include "metrics/text_rules.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(TextRules, ReplacesFromLeftToRight) {
  std::string text = "aaa";
  replace_all(text, "aa", "a");
  EXPECT_EQ(text, "aa");
  text = "none here";
  replace_all(text, "x", "y");
  EXPECT_EQ(text, "none here");
}

TEST(TextRules, EntitiesAreReplacedOneAfterTheOther) {
  std::string text = "&quot;&lt;b&gt;&quot; &amp; &amp;lt; &apos;";
  replace_entities(text);
  EXPECT_EQ(text, "\"<b>\" & < &apos;");
}

TEST(TextRules, PunctuationIsSpacedOut) {
  EXPECT_EQ(split_ascii_punctuation("a(b)c'd-e.f"), "a ( b ) c'd-e.f");
}

TEST(TextRules, StopsBetweenDigitsStay) {
  EXPECT_EQ(split_stops("1,000.5"), "1,000.5");
  EXPECT_EQ(split_stops("a.b"), "a  .  b");  // more spaces than needed do no harm
  EXPECT_EQ(split_stops("5-6"), "5 - 6");
  EXPECT_EQ(split_stops("a-b"), "a-b");
}

}  // namespace
}  // namespace heed
