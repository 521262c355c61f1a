#include "report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/axis.h"
#include "report/numbers.h"
#include "report/table.h"

namespace heed {
namespace {

TEST(Spread, IsMeanAndSampleDeviation) {
  const Spread spread = spread_of(std::vector<double>{2, 4, 9});
  EXPECT_EQ(spread.count, 3U);
  EXPECT_DOUBLE_EQ(spread.mean, 5);
  EXPECT_DOUBLE_EQ(spread.deviation.value(), std::sqrt((9 + 1 + 16) / 2.0));
  EXPECT_FALSE(spread_of(std::vector<double>{7}).deviation.has_value());
  EXPECT_EQ(spread_of({}).count, 0U);
}

TEST(Labels, LeaveOutWhatAllGroupsVary) {
  const std::vector<std::string> same{"attention=dot,window=none",
                                      "attention=general,window=local"};
  EXPECT_EQ(short_labels(same), (std::vector<std::string>{"dot · none", "general · local"}));
  EXPECT_EQ(varied_flags(same), "attention · window");
  const std::vector<std::string> named{"big model", "attention=dot"};
  EXPECT_EQ(short_labels(named), named);
  EXPECT_EQ(varied_flags(named), "group");
}

RunResult run(const std::string& group, std::vector<CurvePoint> curve, std::string error = "") {
  return {.name = group, .group = group, .settings = {}, .error = error, .curve = curve};
}

TEST(Groups, KeepFailedRunsApart) {
  Comparison comparison;
  comparison.groups = {"a", "b"};
  comparison.runs = {run("a", {}), run("b", {}, "broke"), run("a", {})};
  const std::vector<RunGroup> groups = group_runs(comparison);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].finished.size(), 2U);
  EXPECT_TRUE(groups[1].finished.empty());
  EXPECT_EQ(groups[1].failed.front()->error, "broke");
}

TEST(Curves, HoldWhatAllRunsReached) {
  Comparison comparison;
  comparison.groups = {"a"};
  comparison.runs = {run("a", {{10, 1, 5, 1.0}, {20, 2, 4, 3.0}, {30, 3, 3, 4.0}}),
                     run("a", {{12, 3, 7, 2.0}, {20, 4, 6, {}}})};
  const std::vector<MeanCurvePoint> curve = mean_curve(group_runs(comparison).front());
  ASSERT_EQ(curve.size(), 2U);
  EXPECT_DOUBLE_EQ(curve[0].updates, 11);
  EXPECT_DOUBLE_EQ(curve[0].seconds, 2);
  EXPECT_DOUBLE_EQ(curve[0].cross_entropy.mean, 6);
  EXPECT_DOUBLE_EQ(curve[0].cross_entropy.deviation.value(), std::sqrt(2));
  EXPECT_DOUBLE_EQ(curve[0].bleu.mean, 1.5);
  EXPECT_EQ(curve[1].bleu.count, 1U);
}

TEST(Lengths, AverageScoresAndBounds) {
  Comparison comparison;
  comparison.groups = {"a"};
  comparison.runs = {run("a", {}), run("a", {})};
  comparison.runs[0].by_length = {{10, 5, 20, 18, 23}, {0, 0, 0, 0, 0}};
  comparison.runs[1].by_length = {{10, 5, 30, 28, 35}, {0, 0, 0, 0, 0}};
  const std::vector<LengthScore> ranges = length_ranges(comparison);
  const auto scores = mean_by_length(group_runs(comparison).front(), ranges);
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_DOUBLE_EQ(scores[0].bleu.mean, 25);
  EXPECT_DOUBLE_EQ(scores[0].low, 23);
  EXPECT_DOUBLE_EQ(scores[0].high, 29);
  EXPECT_EQ(scores[1].bleu.count, 0U);
  EXPECT_EQ(range_label(ranges, 0), "1–10");
  EXPECT_EQ(range_label(ranges, 1), "over 10");
}

TEST(Numbers, AreWrittenForReaders) {
  EXPECT_EQ(format_fixed(1234567.891, 1), "1,234,567.9");
  EXPECT_EQ(format_fixed(-999.5, 0), "−1,000");
  EXPECT_EQ(format_fixed(-0.001, 2), "0.00");
  EXPECT_EQ(format_fixed(NAN, 2), "–");
  EXPECT_EQ(format_fixed(INFINITY, 2), "∞");
  EXPECT_EQ(format_signed(1.25, 1), "+1.2");
  EXPECT_EQ(format_signed(-1.25, 2), "−1.25");
  EXPECT_EQ(format_signed(0.001, 2), "±0.00");
  EXPECT_EQ(format_spread({2, 27.31, 0.42}, 1), "27.3 ± 0.4");
  EXPECT_EQ(format_spread({1, 27.31, {}}, 1), "27.3");
  EXPECT_EQ(format_spread({}, 1), "–");
  EXPECT_EQ(format_p_value(0.0002), "p < 0.001");
  EXPECT_EQ(format_p_value(0.0321), "p = 0.032");
}

std::vector<std::string> labels_of(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Tick& tick : axis.ticks()) labels.push_back(tick.label);
  return labels;
}

Extent extent(std::initializer_list<double> values) {
  Extent result;
  for (const double value : values) result.add(value);
  return result;
}

TEST(AxisTest, HasRoundTicksAroundItsValues) {
  const Axis axis(extent({0.13, NAN, 0.87, INFINITY}), 100, 200);
  EXPECT_EQ(labels_of(axis), (std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_DOUBLE_EQ(axis.at(0), 100);
  EXPECT_DOUBLE_EQ(axis.at(0.5), 150);
  EXPECT_EQ(labels_of(Axis(extent({250, 3000}), 0, 1)),
            (std::vector<std::string>{"0", "500", "1,000", "1,500", "2,000", "2,500", "3,000"}));
}

TEST(AxisTest, IsLogarithmicForWideRanges) {
  const Axis axis(extent({100, 10000}), 0, 108, true);
  EXPECT_TRUE(axis.is_logarithmic());
  EXPECT_NEAR(axis.at(100), 4, 1e-9);
  EXPECT_NEAR(axis.at(1000), 54, 1e-9);
  EXPECT_FALSE(Axis(extent({0, 10000}), 0, 1, true).is_logarithmic());
  EXPECT_FALSE(Axis(extent({100, 1500}), 0, 1, true).is_logarithmic());
}

TEST(AxisTest, HasRoomAroundEqualValues) {
  for (const double value : {0.0, 1e-9, 5.0, -3.0, 1e9}) {
    const Axis axis(extent({value, value}), 0, 100);
    EXPECT_GE(axis.at(value), 0) << value;
    EXPECT_LE(axis.at(value), 100) << value;
    EXPECT_GE(axis.ticks().size(), 2U) << value;
    EXPECT_LE(axis.ticks().size(), 12U) << value;
  }
  EXPECT_GE(Axis(Extent(), 0, 100).ticks().size(), 2U);
}

TEST(Places, AreSpreadAsLittleAsCanBe) {
  using Places = std::vector<double>;
  EXPECT_EQ(spread_places({50, 10}, 10, 0, 100), (Places{50, 10}));
  EXPECT_EQ(spread_places({50, 52, 51}, 10, 0, 100), (Places{41, 61, 51}));
  EXPECT_EQ(spread_places({0, 0, 95}, 10, 0, 100), (Places{0, 10, 95}));
  EXPECT_EQ(spread_places({99, 100, 91}, 10, 0, 100), (Places{90, 100, 80}));
  EXPECT_EQ(spread_places({5, 5, 5}, 100, 0, 100), (Places{0, 50, 100}));
  EXPECT_EQ(spread_places({}, 10, 0, 100), Places{});
}

TEST(Tables, MarkTheBestAndEscape) {
  ReportTable table{"T", {{"name", "", true}, {"loss", "nats"}}};
  table.rows = {{{"a|<b>"}, {"2", "note", 2.0}}, {{"c"}, {"–", "", NAN}}, {{"d"}, {"3", "", 3.0}}};
  mark_best(table, 1, Better::kLower);
  EXPECT_EQ(markdown_table(table),
            "| name | loss (nats) |\n|:--|--:|\n| a\\|&lt;b&gt; | **2** (note) |\n| c | – |\n"
            "| d | 3 |\n");
  mark_best(table, 1, Better::kHigher);
  EXPECT_TRUE(table.rows[2][1].is_best);
  EXPECT_FALSE(table.rows[0][1].is_best);
}

}  // namespace
}  // namespace heed
