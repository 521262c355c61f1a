#include "text/copied_spans.h"

#include <gtest/gtest.h>

#include <string>

namespace heed {
namespace {

/// Spans with a bar between them, for a vocabulary of Latin letters up to ÿ.
std::string found(std::string_view text) {
  std::string result;
  for (const TextSpan& span :
       copied_spans(text, [](char32_t c) { return c <= 0xFF || c == U'’'; })) {
    if (!result.empty()) result += '|';
    result += span.of(text);
  }
  return result;
}

TEST(CopiedSpans, AreAddressesOfAllKinds) {
  EXPECT_EQ(found("See https://a.example/b?c=d#e, or www.b.example."),
            "https://a.example/b?c=d#e|www.b.example");
  EXPECT_EQ(found("(http://a.example/x_(y))"), "http://a.example/x_(y))");
  EXPECT_EQ(found("Write to <me.too@mail.example>!"), "me.too@mail.example");
  EXPECT_EQ(found("in /usr/share/x, ~/notes.txt, ../up or C:\\dir\\f.txt"),
            "/usr/share/x|~/notes.txt|../up|C:\\dir\\f.txt");
  EXPECT_EQ(found("commit 0123456789abcdef and 550e8400-e29b-41d4-a716-446655440000."),
            "0123456789abcdef|550e8400-e29b-41d4-a716-446655440000");
}

TEST(CopiedSpans, AreWhatTheVocabularyDoesNotKnow) {
  EXPECT_EQ(found("A man 😀 sleeps 👩\u200d💻👍🏽."), "😀|👩\u200d💻👍🏽");
  EXPECT_EQ(found("Hello❤\ufe0f you"), "❤\ufe0f");
  EXPECT_EQ(found("In Москва and Łódź, 你好 (Ωμέγα)."), "Москва|Łódź|你好|Ωμέγα");
  EXPECT_EQ(found("5 → 6 ≥ 3"), "→|≥");
}

TEST(CopiedSpans, AreNothingElse) {
  for (const char* text :
       {"", "A man, a plan: don’t! 3.50 $ – and/or “so” 50 % e.g. 12:30", "naïve café", "a@b",
        "1234567890123", "deadbeefcafe", "x/y", "http://", "10/12/2016", "\u0301"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

TEST(CopiedSpans, TakeTheirBrackets) {
  const std::string text = "a («x») (x y) \"x\"";
  const auto wider = [&](std::size_t at) {
    return std::string(with_brackets(text, {at, at + 1}).of(text));
  };
  EXPECT_EQ(wider(text.find('x')), "(«x»)");
  EXPECT_EQ(wider(text.find("x y")), "x");
  EXPECT_EQ(wider(text.rfind('x')), "\"x\"");
}

TEST(CopiedSpans, AreJoined) {
  const auto joined = joined_spans({{7, 9}, {1, 3}, {2, 5}, {5, 5}, {5, 6}});
  ASSERT_EQ(joined.size(), 3U);
  EXPECT_EQ(joined[0].end, 5U);
  EXPECT_EQ(joined[1].begin, 5U);
}

}  // namespace
}  // namespace heed
