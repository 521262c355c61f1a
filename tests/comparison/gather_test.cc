#include "comparison/gather.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "comparison/result_file.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {
namespace {

/// Finished runs, made up; no sentences are shown, so that no model is needed.
class GatherTest : public testing::Test {
 protected:
  GatherTest() {
    plan_.shared.comparison.samples = 0;
    plan_.varied = {"attention", "seed"};
    plan_.groups = {"none", "dot"};
    plan_.baseline = "none";
    for (int i = 0; i < 8; ++i) {
      test_.source.push_back("ein Satz");
      test_.reference.push_back("one small sentence of five words");
    }
  }

  void add_run(const std::string& group, int seed, RunState state, const std::string& output = "") {
    const std::string name = fmt::format("{},seed={}", group, seed);
    plan_.runs.push_back({{name, group, {{"seed", fmt::format("{}", seed)}}}, {}});
    statuses_.push_back({state, state == RunState::kFailed ? "out of memory" : ""});
    if (state != RunState::kDone) return;
    const RunFolder folder = folder_.run(name);
    std::filesystem::create_directories(folder.path);
    RunResult result{name, "an older name", {}};
    result.bleu = seed;
    write_file(folder.result(), json_text(result_to_json(result)));
    std::string lines;
    for (std::size_t i = 0; i < test_.source.size(); ++i) lines += output + "\n";
    write_file(folder.output(), lines);
  }
  Comparison gathered() const {
    return gather({plan_, folder_, test_, "heed compare", "heed-1"}, statuses_);
  }

  const std::string good_ = "one small sentence of five words", bad_ = "a word";
  TemporaryDirectory directory_;
  ComparisonFolder folder_{directory_.path("out")};
  ComparisonPlan plan_;
  TestSet test_;
  std::vector<RunStatus> statuses_;
};

TEST_F(GatherTest, ReadsRunsInTheirOrderWithTheGroupsOfToday) {
  add_run("none", 1, RunState::kDone, bad_);
  add_run("dot", 1, RunState::kFailed);
  add_run("dot", 2, RunState::kDone, good_);
  const Comparison comparison = gathered();
  ASSERT_EQ(comparison.runs.size(), 3U);
  EXPECT_EQ(comparison.title, "attention, seed");
  EXPECT_EQ(comparison.runs[1].error, "out of memory");
  EXPECT_EQ(comparison.runs[2].bleu, 2);
  EXPECT_EQ(comparison.runs[2].group, "dot");
  EXPECT_EQ(comparison.runs[2].settings.front().value, "2");
  ASSERT_EQ(comparison.signatures.size(), 3U);
  EXPECT_NE(comparison.signatures[0].find("version:heed-1"), std::string::npos);
}

TEST_F(GatherTest, TestsTheFirstFinishedRunOfAGroupAgainstTheBaselines) {
  add_run("none", 1, RunState::kDone, bad_);
  add_run("none", 2, RunState::kDone, good_);
  add_run("dot", 1, RunState::kFailed);
  add_run("dot", 2, RunState::kDone, good_);
  const std::vector<PairedTest> tests = gathered().tests;
  ASSERT_EQ(tests.size(), 3U);
  EXPECT_EQ(tests[0].group, "dot");
  EXPECT_EQ(tests[0].metric, "BLEU");
  EXPECT_NEAR(tests[0].difference, 100, 1);
  EXPECT_LT(tests[0].p_value, 0.05);
  EXPECT_LT(tests[2].difference, 0) << tests[2].metric;
}

TEST_F(GatherTest, WithoutAFinishedBaselineThereIsNoTest) {
  add_run("none", 1, RunState::kFailed);
  add_run("dot", 1, RunState::kDone, good_);
  EXPECT_TRUE(gathered().tests.empty());
}

}  // namespace
}  // namespace heed
