#include "text/unicode.h"

#include <gtest/gtest.h>

#include "util/strings.h"

namespace heed {
namespace {

using WordViews = std::vector<std::string_view>;

TEST(Unicode, DecodesAndEncodesEveryLength) {
  const std::string text = "aß中🙂";
  const std::u32string characters = decode_utf8(text);
  EXPECT_EQ(characters, U"aß中🙂");
  std::string again;
  for (char32_t c : characters) append_utf8(again, c);
  EXPECT_EQ(again, text);
}

TEST(Unicode, InvalidBytesBecomeReplacementCharacters) {
  EXPECT_EQ(decode_utf8("a\xFFz"), U"a\uFFFDz");
  EXPECT_EQ(decode_utf8("\x80"), U"\uFFFD");
  EXPECT_EQ(decode_utf8("x\xE4\xB8").front(), U'x');
}

TEST(Unicode, SplitsWhereUnicodeHasWhiteSpace) {
  EXPECT_EQ(unicode_words("  a\tb\u00a0c\u3000d\u2028e\x1c"
                          "f\u1680g\u205fh \n"),
            (WordViews{"a", "b", "c", "d", "e", "f", "g", "h"}));
  EXPECT_EQ(unicode_words("a\u200bb é\u2010x"), (WordViews{"a\u200bb", "é\u2010x"}));
  EXPECT_TRUE(unicode_words(" \u2003 ").empty());
  EXPECT_TRUE(unicode_words("").empty());
}

TEST(Unicode, JoinsWithOneSpaceAndStripsTheEnd) {
  EXPECT_EQ(join_words("  a \u00a0 b "), "a b");
  EXPECT_EQ(strip_end(" a b\u3000 \r\n"), " a b");
  EXPECT_EQ(strip_end(" \u00a0"), "");
  EXPECT_EQ(strip_end("中"), "中");
}

TEST(Unicode, LowercasesByUnicodeRules) {
  EXPECT_EQ(lowercase("ABC-xyz"), "abc-xyz");
  EXPECT_EQ(lowercase("ÄÖÜẞ"), "äöüß");
  EXPECT_EQ(lowercase("ЖЁ"), "жё");
  EXPECT_EQ(lowercase("İ"), "i\u0307");
  EXPECT_EQ(lowercase("ΟΔΟΣ ΣΑΣ"), "οδος σας");
}

}  // namespace
}  // namespace heed
