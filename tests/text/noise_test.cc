#include "text/noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "text/normalization.h"

namespace heed {
namespace {

TEST(Noise, TyposChangeAboutSoManyLetters) {
  const std::string text = "Der schnelle braune Fuchs springt über den faulen Hund.";
  std::size_t changed = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed), same(seed);
    const std::string noisy = with_typos(text, 0.05, random);
    EXPECT_EQ(noisy, with_typos(text, 0.05, same));
    EXPECT_LE(std::max(noisy.size(), text.size()) - std::min(noisy.size(), text.size()), 6U);
    changed += noisy != text ? 1 : 0;
  }
  EXPECT_GT(changed, 180U);
  Random random(1);
  EXPECT_EQ(with_typos("12 – 34", 0.5, random), "12 – 34");
  EXPECT_EQ(with_typos("", 0.5, random), "");
}

TEST(Noise, LeavesTheLetters) {
  EXPECT_EQ(without_diacritics("Übung é ñ ß Łódź ệ"), "Ubung e n ß Łodz e");
  EXPECT_EQ(decomposed("schläft"), "schla\u0308ft");
  EXPECT_EQ(compose(decomposed("Übung ệ 한")), "Übung ệ 한");
  Random random(3);
  const std::string doubled = with_doubled_spaces("a b c d e f g", random);
  EXPECT_GT(doubled.size(), 13U);
  EXPECT_EQ(doubled.find("   "), std::string::npos);
}

TEST(Noise, ChangesTheMarks) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    seen.insert(with_other_punctuation("Ja, er schläft。", random));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"Ja er schläft。", "Ja, er schläft", "Ja, er schläft。。",
                                         "Ja, er schläft 。"}));
  Random random(1);
  EXPECT_EQ(with_other_punctuation("", random), "");
}

}  // namespace
}  // namespace heed
