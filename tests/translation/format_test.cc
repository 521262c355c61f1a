#include "translation/format.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

Hypothesis hypothesis() {
  Hypothesis h;
  h.log_probability = -2.31;
  h.score = -0.77F;
  h.word_scores = {-0.1F, -0.25F};
  return h;
}

TEST(Format, SoftAlignments) {
  EXPECT_EQ(soft_alignment({{0.5F, 0.5F}, {0, 1}}), "0.5000,0.5000 0.0000,1.0000");
  EXPECT_EQ(soft_alignment({}), "");
}

TEST(Format, WordScores) {
  const Hypothesis h = hypothesis();
  EXPECT_EQ(word_scores(h.word_scores), "WordScores= -0.1000 -0.2500");
}

TEST(Format, OneBestLines) {
  const Hypothesis h = hypothesis();
  EXPECT_EQ(best_line({"a b", h, {}}, false), "a b");
  EXPECT_EQ(best_line({"a b", h, {}}, true), "a b ||| -0.7700");
  EXPECT_EQ(best_line({"a b", h, {"0-0", "WordScores= -0.1"}}, false),
            "a b ||| 0-0 ||| WordScores= -0.1");
  EXPECT_EQ(best_line({"", h, {""}}, false), " ||| ");
}

TEST(Format, NBestLinesHaveTheTotalBeforeTheExtras) {
  const Hypothesis h = hypothesis();
  EXPECT_EQ(n_best_line(3, {"a b", h, {}}), "3 ||| a b ||| F0= -2.3100 ||| -0.7700");
  EXPECT_EQ(n_best_line(0, {"a", h, {"0-0", "WordScores= -1"}}),
            "0 ||| a ||| F0= -2.3100 ||| -0.7700 ||| 0-0 ||| WordScores= -1");
}

}  // namespace
}  // namespace heed
