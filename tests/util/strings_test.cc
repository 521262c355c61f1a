#include "util/strings.h"

#include <gtest/gtest.h>

#include <limits>

namespace heed {
namespace {

std::string repaired(std::string text) {
  const bool valid = is_valid_utf8(text);
  EXPECT_EQ(repair_utf8(text), !valid);
  EXPECT_TRUE(is_valid_utf8(text));
  return text;
}

TEST(Utf8, ValidTextStays) {
  using namespace std::string_literals;
  for (const std::string& text : {"plain"s, ""s, "Grüße, 東京 — 😀"s, "a\0b"s,
                                  // first and last character of each length, around surrogates
                                  "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80"s,
                                  "\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"s}) {
    EXPECT_EQ(repaired(text), text);
  }
}

TEST(Utf8, AppendsWhatIsNoCharacterAsReplacement) {
  std::string text;
  for (const char32_t c : {U'a', U'é', U'東', U'😀', char32_t{0xd800}, char32_t{0x110000}}) {
    append_utf8(text, c);
  }
  EXPECT_EQ(text, "aé東😀\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Utf8, UnicodeStandardExamples) {
  const std::string r = "\xef\xbf\xbd";
  // Tables 3-8 to 3-11 of the Unicode Standard 15.
  EXPECT_EQ(repaired("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(repaired("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(repaired("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(repaired("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), r + r + r + r + "A");
}

TEST(Utf8, EveryTruncatedOrSwappedByteIsRepaired) {
  const std::string text = "aé東😀z";
  for (std::size_t i = 0; i < text.size(); ++i) {
    repaired(text.substr(0, i));
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      const std::string result = repaired(changed);
      if (i > 0) {
        EXPECT_EQ(result.front(), 'a');
      }
      if (i + 1 < text.size()) {
        EXPECT_EQ(result.back(), 'z');
      }
    }
  }
}

TEST(Text, TrimAndSplit) {
  EXPECT_EQ(trim(" \t\v\f\r\na b \n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split_words(" a \t bc\xc2\xa0"
                        "d\n"),
            (std::vector<std::string_view>{"a",
                                           "bc\xc2\xa0"
                                           "d"}));
  EXPECT_TRUE(split_words(" \n").empty());
  EXPECT_EQ(split_fields("a\t\tb\t", '\t'), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split_fields("", ','), std::vector<std::string_view>{""});
}

TEST(Text, Numbers) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(64000), "64,000");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(with_thousands(-123), "-123");
  EXPECT_EQ(with_thousands(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(human_size(1023), "1023 B");
  EXPECT_EQ(human_size(1536), "1.5 KiB");
  EXPECT_EQ(human_size((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(human_size(139ULL << 30), "139.0 GiB");
  EXPECT_EQ(human_duration(0.421), "0.42s");
  EXPECT_EQ(human_duration(9.999), "10.0s");
  EXPECT_EQ(human_duration(41.24), "41.2s");
  EXPECT_EQ(human_duration(59.97), "1m 00s");
  EXPECT_EQ(human_duration(185), "3m 05s");
  EXPECT_EQ(human_duration(3599.7), "1h 00m");
  EXPECT_EQ(human_duration(7500), "2h 05m");
  EXPECT_EQ(human_duration(86399), "1d 00h");
  EXPECT_EQ(human_duration(76 * 3600), "3d 04h");
}

TEST(Text, NearestName) {
  const std::vector<std::string> known{"--beam-size", "--seed", "--threads", "gru", "lstm"};
  EXPECT_EQ(nearest_name("--beam-sizes", known), "--beam-size");
  EXPECT_EQ(nearest_name("--maeb-size", known), "--beam-size");
  EXPECT_EQ(nearest_name("--thread", known), "--threads");
  EXPECT_EQ(nearest_name("rgu", known), "gru");
  EXPECT_EQ(nearest_name("gru", known), "gru");
  EXPECT_EQ(nearest_name("quadratic", known), "");
  EXPECT_EQ(nearest_name("xyz", known), "");
  EXPECT_EQ(nearest_name("", known), "");
}

}  // namespace
}  // namespace heed
