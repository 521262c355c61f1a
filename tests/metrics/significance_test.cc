#include "metrics/significance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/ter.h"
#include "util/error.h"
#include "util/random.h"

namespace heed {
namespace {

// Sentences of 10 words each with random edits, from which TER is their mean.
Statistics random_edits(std::size_t sentences, int most, std::uint64_t seed) {
  Random random(seed);
  Statistics statistics{2, {}, 1};
  for (std::size_t i = 0; i < sentences; ++i) {
    statistics.values.push_back(
        static_cast<double>(random.below(static_cast<std::uint64_t>(most) + 1)));
    statistics.values.push_back(10);
  }
  return statistics;
}

TEST(Significance, IntervalIsThatOfTheMean) {
  const Statistics statistics = random_edits(1000, 9, 1);
  const Ter ter;
  const ConfidenceInterval interval = bootstrap_interval(ter, statistics, 2000, 12345);
  EXPECT_NEAR(interval.mean, corpus_score(ter, statistics), 0.1);
  // 1.96 standard errors: the edits are uniform on 0 to 9, in percent of 10 words.
  const double standard_error = 10 * std::sqrt(99 / 12.) / std::sqrt(1000.);
  EXPECT_NEAR(interval.half_width, 1.96 * standard_error, 0.15);
}

TEST(Significance, SeedsMakeItReproducible) {
  const std::vector<Statistics> systems = {random_edits(50, 9, 1), random_edits(50, 8, 2)};
  const Ter ter;
  const auto once = paired_bootstrap(ter, systems, 100, 5);
  const auto again = paired_bootstrap(ter, systems, 100, 5);
  EXPECT_EQ(once[1].interval->mean, again[1].interval->mean);
  EXPECT_EQ(*once[1].p_value, *again[1].p_value);
  EXPECT_NE(once[1].interval->mean, paired_bootstrap(ter, systems, 100, 6)[1].interval->mean);
  EXPECT_EQ(*paired_randomization(ter, systems, 100, 5)[1].p_value,
            *paired_randomization(ter, systems, 100, 5)[1].p_value);
}

TEST(Significance, BaselineHasNoPValue) {
  const std::vector<Statistics> systems = {random_edits(50, 9, 1), random_edits(50, 9, 2)};
  const auto bootstrap = paired_bootstrap(Ter(), systems, 100, 5);
  EXPECT_FALSE(bootstrap[0].p_value);
  EXPECT_TRUE(bootstrap[0].interval && bootstrap[1].interval && bootstrap[1].p_value);
  EXPECT_FALSE(paired_randomization(Ter(), systems, 100, 5)[0].p_value);
}

TEST(Significance, ClearDifferencesAreSignificant) {
  const std::vector<Statistics> systems = {random_edits(500, 9, 1), random_edits(500, 5, 2)};
  EXPECT_DOUBLE_EQ(*paired_bootstrap(Ter(), systems, 999, 5)[1].p_value, 0.001);
  EXPECT_DOUBLE_EQ(*paired_randomization(Ter(), systems, 999, 5)[1].p_value, 0.001);
}

TEST(Significance, EqualSystemsAreNot) {
  const std::vector<Statistics> systems = {random_edits(100, 9, 1), random_edits(100, 9, 1)};
  EXPECT_EQ(*paired_randomization(Ter(), systems, 99, 5)[1].p_value, 1);
  EXPECT_EQ(*paired_bootstrap(Ter(), systems, 99, 5)[1].p_value, 1);
  const std::vector<Statistics> alike = {random_edits(400, 9, 1), random_edits(400, 9, 7)};
  EXPECT_GT(*paired_randomization(Ter(), alike, 999, 5)[1].p_value, 0.05);
  EXPECT_GT(*paired_bootstrap(Ter(), alike, 999, 5)[1].p_value, 0.05);
}

// Under the null hypothesis p-values are uniform: about 5 % of them lie below 0.05.
TEST(Significance, RandomizationRejectsAsOftenAsItSays) {
  int rejected = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const std::vector<Statistics> systems = {random_edits(60, 9, 2 * i + 1000),
                                             random_edits(60, 9, 2 * i + 1001)};
    rejected += *paired_randomization(Ter(), systems, 199, i)[1].p_value <= 0.05;
  }
  EXPECT_NEAR(rejected, 20, 13);
}

TEST(Significance, RefusesWhatItCannotTest) {
  const std::vector<Statistics> systems = {random_edits(5, 9, 1), random_edits(4, 9, 1)};
  EXPECT_THROW(paired_bootstrap(Ter(), systems, 10, 1), Error);
  EXPECT_THROW(paired_randomization(Ter(), systems, 10, 1), Error);
  EXPECT_THROW(bootstrap_interval(Ter(), systems[0], 0, 1), UsageError);
  EXPECT_THROW(bootstrap_interval(Ter(), Statistics{2, {}, 1}, 10, 1), Error);
}

}  // namespace
}  // namespace heed
