#include "text/scripts.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace heed {
namespace {

TEST(Scripts, TellTheShareOfLetters) {
  const Scripts latin("Latin"), cyrillic("cyrl"), japanese("Han+Hiragana+Katakana");
  EXPECT_EQ(latin.share("Stra\u00dfe 12!"), 1);
  EXPECT_EQ(latin.share("12 %"), 1) << "no letters";
  EXPECT_EQ(cyrillic.share("abc \u0434"), 0.25);
  EXPECT_EQ(japanese.share("\u30b3\u30fc\u30d2\u30fc\u3092\u98f2\u3080"), 1) << "with U+30FC";
  EXPECT_EQ(latin.share("\u00b5m"), 1) << "a sign of all scripts";
  expect_error<UsageError>([] { Scripts("Latim"); }, "found 'Latim'");
  expect_error<UsageError>([] { Scripts("Latin+"); }, "found ''");
}

}  // namespace
}  // namespace heed
