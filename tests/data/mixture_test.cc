#include "data/mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"

namespace heed {
namespace {

/// How often each pair is drawn in an epoch; each of its draws must have a number of its own.
std::vector<std::size_t> counts(const Mixture& mixture, std::uint64_t epoch) {
  std::vector<std::size_t> counts(mixture.size());
  std::vector<std::uint32_t> draws = mixture.draws(epoch, 1);
  for (const std::uint32_t draw : draws) ++counts.at(draw % mixture.size());
  std::sort(draws.begin(), draws.end());
  EXPECT_EQ(std::adjacent_find(draws.begin(), draws.end()), draws.end());
  return counts;
}

TEST(Mixture, HasEachPairOnceWithoutWeights) {
  const Mixture mixture({3, 2}, {});
  EXPECT_EQ(mixture.draws(7, 1), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(mixture.share(0), 0.6);
}

TEST(Mixture, RepeatsPairsByWholeWeights) {
  const Mixture mixture({3, 2}, {1, 3});
  for (const std::uint64_t epoch : {0U, 5U}) {
    EXPECT_EQ(counts(mixture, epoch), (std::vector<std::size_t>{1, 1, 1, 3, 3}));
  }
  EXPECT_EQ(mixture.share(1), 6.0 / 9);
}

TEST(Mixture, HasEachPairAsOftenAsFractionsSayOverEpochs) {
  const std::vector<float> weights{2.3F, 0.05F};
  const Mixture mixture({400, 1000}, weights);
  std::vector<std::size_t> sums(mixture.size());
  for (std::uint64_t epoch = 0; epoch < 50; ++epoch) {
    const std::vector<std::size_t> now = counts(mixture, epoch);
    std::size_t second = 0;
    for (std::size_t pair = 0; pair < sums.size(); ++pair) {
      sums[pair] += now[pair];
      const double due = static_cast<double>(epoch + 1) * weights[pair < 400 ? 0 : 1];
      ASSERT_LT(std::abs(static_cast<double>(sums[pair]) - due), 1) << pair << " " << epoch;
      second += pair < 400 ? 0 : now[pair];
    }
    EXPECT_NEAR(static_cast<double>(second), 50, 35) << "spread over epochs";
  }
  EXPECT_NE(mixture.draws(0, 1), mixture.draws(0, 2));
}

TEST(Mixture, RefusesWhatIsNone) {
  EXPECT_NO_THROW(Mixture::check({}, 3));
  expect_error<UsageError>([] { Mixture::check({1, 2}, 1); }, "found 2 for 1 text");
  expect_error<UsageError>([] { Mixture::check({0.5F, 0.25F}, 2); }, "found 0.5 0.25; divide");
  expect_error([] { Mixture({1U << 31U, 5}, {1, 2}); }, "found 2147483653 of weight 2");
}

}  // namespace
}  // namespace heed
