#include "metrics/attention_measures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "util/error.h"

namespace heed {
namespace {

using Matrix = std::vector<std::vector<float>>;

AttentionMeasures measure(const std::vector<Matrix>& sentences) {
  AttentionStatistics statistics;
  for (const Matrix& weights : sentences) statistics.add(weights);
  return statistics.means();
}

TEST(AttentionMeasures, OneToOne) {
  const AttentionMeasures m = measure({{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
  EXPECT_EQ(m.entropy, 0);
  EXPECT_EQ(m.normalized_entropy, 0);
  EXPECT_EQ(m.sharpness, 1);
  EXPECT_EQ(m.coverage, 0);
  EXPECT_EQ(m.monotonicity, 1);
  EXPECT_NEAR(m.end_mass, 1 / 3., 1e-12) << "the row of </s>";
}

TEST(AttentionMeasures, AllAlike) {
  const AttentionMeasures m = measure({Matrix(2, std::vector<float>(4, 0.25F))});
  EXPECT_NEAR(m.entropy, std::log(4), 1e-12);
  EXPECT_NEAR(m.normalized_entropy, 1, 1e-12);
  EXPECT_EQ(m.sharpness, 0.25);
  EXPECT_EQ(m.coverage, 0.5) << "each source token gets 2 · 0.25";
  EXPECT_EQ(m.end_mass, 0.25);
}

TEST(AttentionMeasures, ByHand) {
  const AttentionMeasures m = measure({{{0.5F, 0.25F, 0.25F}, {0, 0.75F, 0.25F}, {1, 0, 0}}});
  const double h0 = 0.5 * std::log(2) + 0.5 * std::log(4);
  const double h1 = 0.25 * std::log(4) - 0.75 * std::log(0.75);
  EXPECT_NEAR(m.entropy, (h0 + h1) / 3, 1e-9);
  EXPECT_NEAR(m.normalized_entropy, (h0 + h1) / 3 / std::log(3), 1e-9);
  EXPECT_NEAR(m.sharpness, 2.25 / 3, 1e-9);
  EXPECT_NEAR(m.coverage, (0.5 + 0) / 2, 1e-9) << "columns sum to 1.5, 1; </s> is left out";
  EXPECT_EQ(m.monotonicity, 0.5) << "one step forward, one back";
  EXPECT_NEAR(m.end_mass, 0.5 / 3, 1e-9);
}

TEST(AttentionMeasures, StayingIsNotMovingBack) {
  EXPECT_EQ(measure({{{0, 1}, {0, 1}}}).monotonicity, 1);
  EXPECT_EQ(measure({{{0.5F, 0.5F}, {1, 0}}}).monotonicity, 1) << "the first of equals counts";
}

TEST(AttentionMeasures, MeansAreOverTokensNotSentences) {
  const AttentionMeasures m = measure({{{1, 0}}, {{0.5F, 0.5F}, {0.5F, 0.5F}, {0.5F, 0.5F}}});
  EXPECT_NEAR(m.sharpness, (1 + 3 * 0.5) / 4, 1e-12);
  EXPECT_NEAR(m.coverage, (0 + 0.5) / 2, 1e-12);
  EXPECT_EQ(m.monotonicity, 1) << "sentences don't continue each other";
}

TEST(AttentionMeasures, NothingToMeasure) {
  const AttentionMeasures none = measure({{}, {{}, {}}});
  EXPECT_EQ(none.sharpness, 0);
  EXPECT_EQ(none.monotonicity, 0);
  const AttentionMeasures one = measure({{{}, {1}}});  // a source that is empty but for </s>
  EXPECT_EQ(one.normalized_entropy, 0);
  EXPECT_EQ(one.end_mass, 1);
  EXPECT_EQ(one.coverage, 0);
  EXPECT_EQ(one.monotonicity, 1);
}

TEST(AttentionMeasures, RefusesRaggedRows) {
  AttentionStatistics statistics;
  EXPECT_THROW(statistics.add({{1, 0}, {1, 0, 0}}), Error);
}

}  // namespace
}  // namespace heed
