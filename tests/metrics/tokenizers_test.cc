#include "metrics/tokenizers.h"

#include <gtest/gtest.h>

#include "util/error.h"

namespace heed {
namespace {

struct Case {
  const char* text;
  const char* t13a;
  const char* intl;
  const char* zh;
};

// What mteval-v13a, mteval-v14 and the Chinese tokenizer make of punctuation and digits.
constexpr Case kCases[] = {
    {"Hello, world!", "Hello , world !", "Hello , world !", "Hello , world !"},
    {"3.14, 1,000 and v2.", "3.14 , 1,000 and v2 .", "3.14 , 1,000 and v2.",
     "3.14 , 1,000 and v2."},
    {"10-20", "10 - 20", "10-20", "10 - 20"},
    {"well-known", "well-known", "well - known", "well-known"},
    {"don't", "don't", "don ' t", "don't"},
    {"&quot;a&quot; &amp; b", "\" a \" & b", "& quot ; a & quot ; & amp ; b",
     "& quot ; a & quot ; & amp ; b"},
    {"a &amp;lt; b", "a < b", "a & amp ; lt ; b", "a & amp ; lt ; b"},
    {"<skipped>gone", "gone", "< skipped > gone", "< skipped > gone"},
    {"end-\nof-line", "endof-line", "end - of - line", "end- of-line"},
    {"(x)[y]{z}/w", "( x ) [ y ] { z } / w", "( x ) [ y ] { z } / w", "( x ) [ y ] { z } / w"},
    {"U.S.A.", "U . S . A .", "U . S . A .", "U . S . A ."},
    {"...", ". . .", ". . .", ". . ."},
    {"5.", "5 .", "5.", "5."},
    {".5", ". 5", ".5", ".5"},
    {"$5.00", "$ 5.00", "$ 5.00", "$ 5.00"},
    {"naïve—dash", "naïve—dash", "naïve — dash", "naïve — dash"},
    {"“q”", "“q”", "“ q ”", "“ q ”"},
    {"3€ + 🙂", "3€ + 🙂", "3 € + 🙂", "3 € + 🙂"},
    {"تم، نعم؟", "تم، نعم؟", "تم ، نعم ؟", "تم، نعم؟"},
    {"我去了A1,好。", "我去了A1 , 好。", "我去了A1 , 好 。", "我 去 了 A1 , 好 。"},
    {"  a  \u00a0 b ", "a b", "a b", "a b"},
    {"", "", "", ""},
};

TEST(Tokenizers, SplitAsThePublishedScripts) {
  for (const Case& c : kCases) {
    EXPECT_EQ(tokenize_13a(c.text), c.t13a);
    EXPECT_EQ(tokenize_intl(c.text), c.intl);
    EXPECT_EQ(tokenize_zh(c.text), c.zh);
  }
}

TEST(Tokenizers, CharSplitsCodePoints) {
  EXPECT_EQ(tokenize_char("ab 中🙂"), "a b 中 🙂");
  EXPECT_EQ(tokenize_char("e\u0301"), "e \u0301");
}

TEST(Tokenizers, ZhKeepsTheRangesOfTheOriginal) {
  EXPECT_EQ(tokenize_zh("a\u2001"
                        "b"),
            "a b");                        // white space in the odd range
  EXPECT_EQ(tokenize_zh("x…y"), "x … y");  // U+2026 lies in it
  EXPECT_EQ(tokenize_zh("\U00020000\U00020001"), "\U00020000\U00020001");  // extension B doesn't
}

TEST(Tokenizers, AreFoundByName) {
  EXPECT_EQ(make_bleu_tokenizer("none")(" as  it is."), " as  it is.");
  for (std::string_view name : bleu_tokenizer_names()) EXPECT_TRUE(make_bleu_tokenizer(name));
  try {
    make_bleu_tokenizer("14a");
    FAIL() << "an unknown tokenizer must be refused";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("none, 13a, intl, char, zh"), std::string::npos);
  }
}

}  // namespace
}  // namespace heed
