#include "data/cooccurrences.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(CooccurrencesTest, ListsTheLikeliestTargetsFirst) {
  Cooccurrences counts(3, 5);
  counts.add(0, 4, 1);
  counts.add(0, 2, 3);
  counts.add(0, 4, 1);
  counts.add(2, 3, 0.5F);
  counts.add(2, 1, 0.5F);
  const Shortlist found = counts.shortlist({0, 10, 0});
  EXPECT_EQ(found.ends, (std::vector<int>{2, 2, 4}));
  EXPECT_EQ(found.targets, (std::vector<int>{2, 4, 1, 3}));  // of equals the first token
  EXPECT_EQ(found.probabilities, (std::vector<float>{0.6F, 0.4F, 0.5F, 0.5F}));
  EXPECT_EQ(found.longest(), 2);
  EXPECT_TRUE(found.of(1).empty());
}

TEST(CooccurrencesTest, KeepsNoMoreThanItShall) {
  Cooccurrences counts(1, 5);
  for (int target = 0; target < 5; ++target) {
    for (int times = 0; times <= target; ++times) {
      counts.add(0, target, 1);
      counts.add_target(target);
    }
  }
  const Shortlist found = counts.shortlist({2, 3, 0.25F});
  EXPECT_EQ(found.frequent, (std::vector<int>{4, 3}));
  EXPECT_EQ(found.targets, (std::vector<int>{4, 3}));  // 5/15, 4/15, but 3/15
  EXPECT_EQ(counts.shortlist({0, 3, 0}).targets, (std::vector<int>{4, 3, 2}));
}

TEST(CooccurrencesTest, ForgetsWhatIsRareWhereThereIsTooMuch) {
  Cooccurrences counts(1000, 1000, 100);
  for (int i = 0; i < 1000; ++i) {
    counts.add(i, i, 0.4F);
    counts.add(7, 8, 1);
  }
  const Shortlist found = counts.shortlist({0, 10, 0});
  EXPECT_LE(found.targets.size(), 100U);
  ASSERT_FALSE(found.of(7).empty());
  EXPECT_EQ(found.of(7)[0], 8);
}

}  // namespace
}  // namespace heed
