#include "text/normalization.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

std::string utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) append_utf8(text, c);
  return text;
}

TEST(Blank, IsWhatShowsNothing) {
  for (const std::u32string_view text :
       {U"", U" \t\r\f", U"\u00a0\u2003\u3000\u2028", U"\u200b\ufeff\u00ad\u2060\u200d",
        U"\u0001\u007f", U"\u3164\ufe0f"}) {
    EXPECT_TRUE(is_blank(utf8(text))) << utf8(text);
    EXPECT_EQ(strip_blank(utf8(text)).empty() || text.back() == U'\ufe0f', true);
  }
  for (const char* text : {"a", " . ", "\u0301", "😀", "\xff", "\xc2"}) {
    EXPECT_FALSE(is_blank(text)) << text;
  }
}

TEST(Blank, IsStrippedAtTheEnds) {
  EXPECT_EQ(strip_blank("\ufeff\u00a0a  b\u200b\t \u3000"), "a  b");
  EXPECT_EQ(strip_blank("a❤\ufe0f "), "a❤\ufe0f");
  EXPECT_EQ(strip_blank("\xff \xc3"), "\xff \xc3");  // invalid bytes are text
}

TEST(Composition, JoinsMarks) {
  EXPECT_EQ(compose("schla\u0308ft"), "schläft");
  EXPECT_EQ(compose("e\u0302\u0323"), "ệ");
  EXPECT_EQ(compose("\u1112\u1161\u11ab"), "한");
  EXPECT_EQ(compose("q\u0307\u0323"), "q\u0323\u0307");
  EXPECT_TRUE(is_composed("schläft, q\u0323\u0307"));
  EXPECT_FALSE(is_composed("schla\u0308ft"));
  EXPECT_TRUE(is_decomposable("aä"));
  EXPECT_FALSE(is_decomposable("aß \u0308"));
  EXPECT_TRUE(is_diacritic("\u0308"));
  EXPECT_FALSE(is_diacritic("a\u0308"));
}

/// The rules as SentencePiece follows them: the longest first.
class RuleBook {
 public:
  explicit RuleBook(const std::string& lines) {
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
      const std::size_t tab = line.find('\t');
      rules_[characters(line.substr(0, tab))] = characters(line.substr(tab + 1));
    }
  }

  std::string apply(std::string_view text) const {
    const std::u32string from = decode_utf8(text);
    std::u32string to;
    for (std::size_t i = 0; i < from.size();) {
      std::size_t length = std::min<std::size_t>(3, from.size() - i);
      while (length > 0 && !rules_.contains(from.substr(i, length))) --length;
      to += length > 0 ? rules_.at(from.substr(i, length)) : from.substr(i, 1);
      i += std::max<std::size_t>(length, 1);
    }
    return utf8(to);
  }

  const std::map<std::u32string, std::u32string>& all() const { return rules_; }

 private:
  static std::u32string characters(const std::string& hexadecimal) {
    std::u32string result;
    for (const std::string_view word : split_words(hexadecimal)) {
      result += static_cast<char32_t>(std::stoul(std::string(word), nullptr, 16));
    }
    return result;
  }

  std::map<std::u32string, std::u32string> rules_;
};

const RuleBook& heed_rules() {
  static const RuleBook rules(normalization_rules(Normalizer::kHeed));
  return rules;
}

TEST(NormalizationRules, TakeSpellingsForOne) {
  const std::pair<const char*, const char*> cases[] = {
      {"Ｗｉｄｅ　１２", "Wide 12"},
      {"ﬁnd ﬂoor ﬃ", "find floor ffi"},
      {"a\u00a0b\u202fc\td", "a b c d"},
      {"Do\u00adnau\u200bdampf\u2060", "Donaudampf"},
      {"𝐁𝐨𝐥𝐝 𝟒𝟐", "Bold 42"},
      {"ｶﾞｷﾞ ﾊﾟﾝ｡", "ガギ パン。"},
      {"a\u200cb\u200d c", "ab c"},
      {"non\u2011breaking", "non-breaking"},
      {"\u202bשלום\u202c", "שלום"},
      {"\ufefbﻻ", "لالا"},
      {"ſein Ⅳ ĳ", "sein IV ij"},
      {"\u0007bell", "bell"}};
  for (const auto& [from, to] : cases) EXPECT_EQ(heed_rules().apply(from), to) << from;
}

TEST(NormalizationRules, KeepWhatMeansSomething) {
  for (const char* text :
       {"می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "❤\ufe0f 🏴\U000e0067\U000e007f",
        "x² ½ ① ㎏ ™ №", "你好，世界。", "น้ำ", "ㅋㅋㅋ", "„so“ – ‘it’…", "q\u0323\u0307", "ﷺ",
        "Straße 25 °C €"}) {
    EXPECT_EQ(heed_rules().apply(text), text);
  }
}

/// What the rules make is composed, and nothing that they would change.
TEST(NormalizationRules, AreDone) {
  EXPECT_GT(heed_rules().all().size(), 5000U);
  for (const auto& [from, to] : heed_rules().all()) {
    const std::string made = utf8(to);
    EXPECT_EQ(heed_rules().apply(made), made);
    EXPECT_TRUE(is_composed(made)) << made;
  }
}

TEST(NormalizationRules, AreHeedsAlone) {
  for (const Normalizer named : {Normalizer::kIdentity, Normalizer::kNfc, Normalizer::kNmtNfkc}) {
    EXPECT_EQ(normalization_rules(named), "");
  }
}

}  // namespace
}  // namespace heed
