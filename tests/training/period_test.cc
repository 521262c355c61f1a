#include "training/period.h"

#include <gtest/gtest.h>

#include "heed/error.h"

namespace heed {
namespace {

TEST(Period, ReadsAmountsWithUnits) {
  EXPECT_EQ(parse_period("after", "100e").unit, Period::Unit::kEpochs);
  EXPECT_EQ(parse_period("after", "100e").amount, 100);
  EXPECT_EQ(parse_period("after", "1.5Gt").amount, 1.5e9);
  EXPECT_EQ(parse_period("after", "10Ku").amount, 10'000);
  EXPECT_EQ(parse_period("time-budget", "2h").amount, 7200);
}

TEST(Period, ABareNumberIsUpdatesAsInMarian) {
  for (const auto& [text, updates] : {std::pair("100", 100.0), {"10K", 1e4}, {"2M", 2e6}}) {
    EXPECT_EQ(parse_period("after", text).unit, Period::Unit::kUpdates) << text;
    EXPECT_EQ(parse_period("after", text).amount, updates) << text;
  }
}

TEST(Period, RefusesWhatIsNone) {
  for (const char* text : {"", "e", "-1", "0", "-1e", "0u", "5x", "1e3u", "nan", "nanu", "infe", "10 u", "1ee",
                           "10Ke", "1k"}) {
    EXPECT_THROW(parse_period("after", text), UsageError) << text;
  }
}

TEST(Period, ReadsSeveralWithCommas) {
  EXPECT_EQ(parse_periods("after", "").size(), 0U);
  const std::vector<Period> both = parse_periods("after", "3e,90s");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].unit, Period::Unit::kSeconds);
  EXPECT_THROW(parse_periods("after", "3e,,90s"), UsageError);
}

TEST(Period, CountsWholePeriods) {
  const Period period = parse_period("valid-freq", "100u");
  Progressed progress;
  progress.updates = 99;
  EXPECT_EQ(period.passed(progress), 0U);
  progress.updates = 100;
  EXPECT_EQ(period.passed(progress), 1U);
  progress.updates = 299;
  EXPECT_EQ(period.passed(progress), 2U);
}

}  // namespace
}  // namespace heed
