#include "text/protected_patterns.h"

#include <gtest/gtest.h>

#include <chrono>

#include "heed/error.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::string found(const std::vector<std::string>& expressions, std::string_view text) {
  const auto spans = ProtectedPatterns(expressions).find(text);
  if (!spans) return "(gave up)";
  std::string result;
  for (const TextSpan& span : *spans) {
    if (!result.empty()) result += '|';
    result += span.of(text);
  }
  return result;
}

TEST(ProtectedPatterns, AreFoundInOrder) {
  EXPECT_EQ(found({}, "a {b} c"), "");
  EXPECT_EQ(found({"\\{\\w+\\}", "%[sd]"}, "%s Häuser {name}, {größe}%d"), "%s|{name}|{größe}|%d");
  EXPECT_EQ(found({"New York"}, "in New York, New Yorker"), "New York|New York");
  EXPECT_EQ(found({"\\bNew York\\b"}, "in New York, New Yorker"), "New York");
}

TEST(ProtectedPatterns, OverlapsAreOneAndBlankEndsAreNone) {
  EXPECT_EQ(found({"abc", "cde", "x"}, "abcde"), "abcde");
  EXPECT_EQ(found({"\\s*<\\d>\\s*"}, "ein <0> Haus <1>\u3000"), "<0>|<1>");
  EXPECT_EQ(found({"x*", "\\s+", "^", "$"}, "a xx  b"), "xx") << "none is empty";
}

TEST(ProtectedPatterns, AnchorsAreTheLines) {
  EXPECT_EQ(found({"^\\w+", "\\w+$"}, "ab cd ef"), "ab|ef");
  const std::string words = [] {
    std::string text = "first";
    for (int i = 0; i < 5000; ++i) text += " word";
    return text + " last";
  }();
  EXPECT_EQ(found({"^\\w+", "\\w+$"}, words), "first|last");
}

/// A long text is looked through part by part, which must not show.
TEST(ProtectedPatterns, AreFoundWhereverTheyStand) {
  const std::string match = "{" + std::string(ProtectedPatterns::kLongestMatch - 2, 'x') + "}";
  for (std::size_t before = 1200; before < 2300; before += 7) {
    std::string text;
    while (text.size() < before) text += "ü";
    const std::string expected = match + "|{a}";
    EXPECT_EQ(found({"\\{\\w+\\}"}, text + match + text + "{a}"), expected) << before;
    EXPECT_EQ(found({"(?<=ü)\\{\\w+\\}(?=ü|$)"}, text + match + text + "{a}"), expected) << before;
  }
}

TEST(ProtectedPatterns, BadOnesAreNamedWithTheirPlace) {
  expect_error<UsageError>(
      [] {
        found({"ok", "a(b"}, "");
      },
      "expected a regular expression for --protect, found 'a(b': "
      "U_REGEX_MISMATCHED_PAREN at character 3");
  expect_error<UsageError>([] { found({"[a"}, ""); }, "at character");
  expect_error<UsageError>([] { found({"\\p{Nonsense}"}, ""); }, "at character");
}

/// Neither what takes exponential time, nor the square of a line's length, goes on for long.
TEST(ProtectedPatterns, GiveUpInsteadOfHanging) {
  EXPECT_EQ(found({"(a+)+b"}, std::string(60, 'a')), "(gave up)");
  EXPECT_EQ(found({"(a|b|ab)*c"}, std::string(200'000, 'a')), "(gave up)");
  const auto start = std::chrono::steady_clock::now();
  for (const char* expression : {"[^x]*x", "a(?=.*x)", ".*x", "a*"}) {
    found({expression}, std::string(20'000, 'a'));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

}  // namespace
}  // namespace heed
