#include "decoding/alignment.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace heed {
namespace {

TEST(Alignment, WordsSumTheirSourcePiecesAndAverageTheirTargetPieces) {
  // Source pieces a b | c, target pieces x | y z, and </s> on both sides.
  const AttentionMatrix pieces{
      {0.5F, 0.25F, 0.125F, 0.125F}, {0.25F, 0, 0.5F, 0.25F}, {0, 0.25F, 0.75F, 0}, {0, 0, 0, 1}};
  const std::vector<int> source{0, 0, 1}, target{0, 1, 1};
  const AttentionMatrix words{{0.75F, 0.125F, 0.125F}, {0.25F, 0.625F, 0.125F}, {0, 0, 1}};
  EXPECT_EQ(attention_by_word(pieces, source, target), words);
}

TEST(Alignment, EmptySentencesHaveOnlyTheirEnd) {
  EXPECT_EQ(attention_by_word({{1}}, {}, {}), (AttentionMatrix{{1}}));
  EXPECT_TRUE(hard_alignment(AttentionMatrix{{1}}).empty());
  EXPECT_TRUE(hard_alignment(AttentionMatrix{}).empty());
}

TEST(Alignment, ModelsWithoutAttentionAlignNothing) {
  const std::vector<int> source{0, 1}, target{0, 0};
  const AttentionMatrix words = attention_by_word({{}, {}, {}}, source, target);
  EXPECT_EQ(words, AttentionMatrix(2));
  EXPECT_TRUE(hard_alignment(words).empty());
  EXPECT_TRUE(hard_alignment(words, 0).empty());
}

TEST(Alignment, EachTargetWordHasItsBestSourceWordBesidesTheEnd) {
  const AttentionMatrix words{{0.1F, 0.3F, 0.6F}, {0.4F, 0.4F, 0.2F}, {0, 1, 0}, {0, 0, 1}};
  EXPECT_EQ(hard_alignment(words), (HardAlignment{{0, 1}, {1, 0}, {1, 2}}));
}

TEST(Alignment, ThresholdTakesAllThatReachIt) {
  const AttentionMatrix words{{0.1F, 0.5F, 0.4F}, {0.4F, 0.4F, 0.2F}, {0, 0, 1}};
  EXPECT_EQ(hard_alignment(words, 0.4F), (HardAlignment{{0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(hard_alignment(words, 0.05F).size(), 4U);
  EXPECT_TRUE(hard_alignment(words, 0.9F).empty());
}

TEST(Alignment, RefusesMapsThatDoNotFit) {
  const std::vector<int> one{0}, two{0, 1};
  expect_error([&] { attention_by_word({{1, 0}, {0, 1}}, one, two); }, "3 target pieces, found 2");
  expect_error([&] { attention_by_word({{1, 0}, {0, 1}}, two, one); }, "3 source pieces, found 2");
}

}  // namespace
}  // namespace heed
