#include "data/word_alignment.h"

#include <gtest/gtest.h>

#include "util/error.h"

namespace heed {
namespace {

TEST(WordAlignment, ReadsSureAndPossibleLinks) {
  const GoldAlignment gold = parse_gold_alignment("1-2 0-0  3p1 2?2 0-0");
  EXPECT_EQ(gold.sure, (HardAlignment{{0, 0}, {1, 2}}));
  EXPECT_EQ(gold.possible, (HardAlignment{{0, 0}, {1, 2}, {2, 2}, {3, 1}}));
  EXPECT_TRUE(parse_alignment("").empty());
  EXPECT_TRUE(parse_alignment("  ").empty());
}

TEST(WordAlignment, CountsFromOneIfToldTo) {
  EXPECT_EQ(parse_alignment("1-1 2-3", 1), (HardAlignment{{0, 0}, {1, 2}}));
  EXPECT_THROW(parse_alignment("0-1", 1), Error);
}

TEST(WordAlignment, RefusesWhatIsNoLink) {
  for (const char* text :
       {"1", "1-", "-1", "1-2-3", "a-b", "1:2", "1--2", "1 - 2", "99999999999-0"}) {
    EXPECT_THROW(parse_alignment(text), Error) << text;
  }
}

TEST(WordAlignment, WritesWhatItReads) {
  EXPECT_EQ(format_alignment(parse_alignment("10-2 1-1 1-0")), "1-0 1-1 10-2");
  EXPECT_EQ(format_alignment({}), "");
}

}  // namespace
}  // namespace heed
