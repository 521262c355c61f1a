#include "translation/doubts.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

using Doubts = std::vector<std::string>;

/// So many tokens, each with this log p and this share of attention on the source's </s>.
Hypothesis hypothesis(std::size_t tokens, float log_probability, float on_end) {
  Hypothesis result;
  result.tokens.assign(tokens, 5);
  result.word_scores.assign(tokens + 1, log_probability);
  result.log_probability = static_cast<double>(log_probability) * static_cast<double>(tokens + 1);
  result.attention.assign(tokens + 1, {1 - on_end, on_end});
  return result;
}

TEST(Doubts, ThereAreNoneOfAnOrdinaryTranslation) {
  for (const std::size_t tokens : {8U, 10U, 20U}) {
    EXPECT_EQ(find_doubts(hypothesis(tokens, -0.5F, 0.2F), 12), Doubts());
  }
  EXPECT_EQ(find_doubts(Hypothesis(), 1), Doubts());
}

TEST(Doubts, EachHasItsCause) {
  EXPECT_EQ(find_doubts(hypothesis(33, -0.5F, 0.2F), 12), Doubts{"length"});
  EXPECT_EQ(find_doubts(hypothesis(32, -0.5F, 0.2F), 12), Doubts());
  EXPECT_EQ(find_doubts(hypothesis(31, -0.5F, 0.2F), 100), Doubts{"length"});
  EXPECT_EQ(find_doubts(hypothesis(32, -0.5F, 0.2F), 100), Doubts());
  EXPECT_EQ(find_doubts(hypothesis(12, -0.5F, 0.6F), 12), Doubts{"attention"});
  EXPECT_EQ(find_doubts(hypothesis(12, -1.9F, 0.2F), 12), Doubts{"probability"});
}

TEST(Doubts, SeveralStandInOneOrder) {
  Hypothesis worst = hypothesis(50, -3, 0.9F);
  worst.is_loop = true;
  EXPECT_EQ(find_doubts(worst, 1), (Doubts{"loop", "length", "attention", "probability"}));
}

TEST(Doubts, AttentionMayBeUnknown) {
  Hypothesis unknown = hypothesis(12, -0.5F, 0.9F);
  unknown.attention.clear();
  EXPECT_EQ(find_doubts(unknown, 12), Doubts());
  unknown.attention.assign(13, {});
  EXPECT_EQ(find_doubts(unknown, 12), Doubts());
}

}  // namespace
}  // namespace heed
