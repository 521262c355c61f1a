#include "decoding/policies.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heed {
namespace {

TEST(Policies, FindWhatWouldRepeatAnNgram) {
  const std::vector<int> tokens{5, 6, 7, 5, 6, 8, 5, 6};
  EXPECT_EQ(repeated_ngram_ends(tokens, 3), (std::vector<int>{7, 8}));
  EXPECT_EQ(repeated_ngram_ends(tokens, 2), (std::vector<int>{7, 8}));
  EXPECT_EQ(repeated_ngram_ends(tokens, 1), tokens);
  EXPECT_TRUE(repeated_ngram_ends(tokens, 4).empty());
  EXPECT_TRUE(repeated_ngram_ends(tokens, 20).empty());
  EXPECT_TRUE(repeated_ngram_ends({}, 1).empty());
}

TEST(Policies, DrawInProportion) {
  const std::vector<Choice> choices{{3, std::log(0.1F)}, {4, std::log(0.3F)}};  // a quarter
  Random random(1);
  int threes = 0;
  for (int i = 0; i < 10000; ++i) threes += draw(choices, 1, random).token == 3;
  EXPECT_NEAR(threes, 2500, 4 * 43);
}

}  // namespace
}  // namespace heed
