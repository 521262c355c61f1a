#include "util/durations.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(Durations, QuantilesAreRightToTwoPerCent) {
  Durations durations;
  EXPECT_EQ(durations.quantile(0.5), 0);
  for (int i = 1000; i > 0; --i) durations.add(0.001 * i);
  for (const double share : {0.001, 0.5, 0.95, 1.0}) {
    EXPECT_NEAR(durations.quantile(share) / share, 1, 0.021) << share;
  }
}

TEST(Durations, WhatIsTooShortOrLongCountsAtTheEnds) {
  Durations durations;
  durations.add(0);
  durations.add(1e9);
  EXPECT_EQ(durations.quantile(0.5), 1e-6);
  EXPECT_GT(durations.quantile(1), 4 * 3600);
}

}  // namespace
}  // namespace heed
