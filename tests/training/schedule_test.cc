#include "training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heed {
namespace {

TEST(Schedule, RisesLinearlyInTheWarmUp) {
  for (const Schedule kind :
       {Schedule::kInverseSqrt, Schedule::kCosine, Schedule::kConstant, Schedule::kPlateau}) {
    const ScheduleShape shape{kind, 0.01, 100, 1000};
    EXPECT_DOUBLE_EQ(learning_rate(shape, 1, 1), 0.0001);
    EXPECT_DOUBLE_EQ(learning_rate(shape, 50, 1), 0.005);
    EXPECT_DOUBLE_EQ(learning_rate(shape, 100, 1), 0.01);
  }
}

TEST(Schedule, FallsAsItsNameSays) {
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kInverseSqrt, 0.01, 100, 0}, 400, 1), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kCosine, 0.01, 100, 1100}, 600, 1), 0.005);
  EXPECT_NEAR(learning_rate({Schedule::kCosine, 0.01, 100, 1100}, 1100, 1), 0, 1e-12);
  EXPECT_NEAR(learning_rate({Schedule::kCosine, 0.01, 100, 1100}, 5000, 1), 0, 1e-12);
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kConstant, 0.01, 100, 0}, 100'000, 1), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kPlateau, 0.01, 100, 0}, 100'000, 0.25), 0.0025);
}

TEST(Schedule, WorksWithoutWarmUp) {
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kInverseSqrt, 0.01, 0, 0}, 1, 1), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate({Schedule::kInverseSqrt, 0.01, 0, 0}, 4, 1), 0.005);
}

}  // namespace
}  // namespace heed
