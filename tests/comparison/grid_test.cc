#include "comparison/grid.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace heed {
namespace {

std::vector<std::string> names(const std::vector<PlannedRun>& runs) {
  std::vector<std::string> result;
  for (const PlannedRun& run : runs) result.push_back(run.name);
  return result;
}

using Names = std::vector<std::string>;

TEST(Grid, LastFlagVariesFastest) {
  const auto runs = plan_runs({"attention=none,dot", "seed=1,2"}, {}, "");
  EXPECT_EQ(names(runs), (Names{"attention=none,seed=1", "attention=none,seed=2",
                                "attention=dot,seed=1", "attention=dot,seed=2"}));
  EXPECT_EQ(runs[3].group, "attention=dot");
  ASSERT_EQ(runs[3].settings.size(), 2U);
  EXPECT_EQ(runs[3].settings[1].flag, "seed");
  EXPECT_EQ(runs[3].settings[1].value, "2");
  EXPECT_EQ(varied_flags(runs), (Names{"attention", "seed"}));
}

TEST(Grid, RunsThatDifferInTheSeedAloneAreOneGroup) {
  for (const PlannedRun& run : plan_runs({"seed=1,2,3"}, {}, "")) EXPECT_EQ(run.group, "all");
}

TEST(Grid, NamedRunsMayVaryToo) {
  const Names lines{"# a comment", "", "global: attention=dot attention-window=none # why",
                    "local-p: attention=general attention-window=predictive"};
  const auto runs = plan_runs({"seed=1,2"}, lines, "runs");
  EXPECT_EQ(names(runs),
            (Names{"global,seed=1", "global,seed=2", "local-p,seed=1", "local-p,seed=2"}));
  EXPECT_EQ(runs[2].group, "local-p");
  EXPECT_EQ(runs[2].settings.size(), 3U);
}

TEST(Grid, NamesAreFoldersOnAnySystem) {
  EXPECT_EQ(folder_name("vocab=/a b/c:d"), "vocab=_a_b_c_d");
  EXPECT_EQ(folder_name("..seed=1"), "_.seed=1");
}

TEST(Grid, ExplainsWhatIsWrong) {
  const auto expect_usage = [](const Names& vary, const Names& lines, const std::string& part) {
    expect_error<UsageError>([&] { plan_runs(vary, lines, lines.empty() ? "" : "file"); }, part);
  };
  expect_usage({}, {}, "found none");
  expect_usage({"seed="}, {}, "--vary FLAG=VALUE");
  expect_usage({"seed"}, {}, "--vary FLAG=VALUE");
  expect_usage({"=1"}, {}, "--vary FLAG=VALUE");
  expect_usage({"seed=1,,2"}, {}, "between commas");
  expect_usage({"seed=1,2,1"}, {}, "1 twice");
  expect_usage({"seed=1", "seed=2"}, {}, "--vary seed once");
  expect_usage({}, {"# nothing"}, "found none");
  expect_usage({"seed=1"}, {"# nothing"}, "found none");
  expect_usage({}, {"a: seed=1", "b seed=1"}, "file:2");
  expect_usage({}, {"a: seed"}, "flag=value");
  expect_usage({}, {"a: seed=1 seed=2"}, "seed twice");
  expect_usage({"seed=1"}, {"a: seed=1"}, "seed twice");
  expect_usage({}, {"a: seed=1", "a: seed=2"}, "a twice");
  expect_usage({"user-symbols=" + std::string(300, 'x')}, {}, "at most 200");
}

TEST(Grid, SetsAnyFlagOfTraining) {
  TrainOptions options;
  apply_setting({"attention", "none"}, options);
  apply_setting({"valid-metrics", "bleu,perplexity"}, options);
  EXPECT_EQ(options.architecture.attention, "none");
  EXPECT_EQ(options.training.valid_metrics, (Names{"bleu", "perplexity"}));
  EXPECT_EQ(setting_value(options, "valid-metrics"), "bleu,perplexity");
  expect_error<UsageError>([&] { apply_setting({"atention", "none"}, options); }, "'attention'");
  expect_error<UsageError>([&] { apply_setting({"model", "x"}, options); }, "unknown option");
  expect_error<UsageError>([&] { apply_setting({"seed", "one"}, options); }, "seed");
}

}  // namespace
}  // namespace heed
