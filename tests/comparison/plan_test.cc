#include "comparison/plan.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    const std::string source = directory_.write("a", "eins\nzwei\n");
    const std::string target = directory_.write("b", "one\ntwo\n");
    options_.train.data.train_sets = options_.comparison.test_sets = {source, target};
    options_.comparison.output = directory_.path("out");
    options_.comparison.vary = {"attention=none,additive", "seed=1,2"};
    options_.train.architecture.dim_emb = options_.train.architecture.dim_rnn = 8;
    options_.train.data.vocab_size = 10;
  }

  ComparisonPlan plan(int threads = 3) const {
    return make_plan([&](CompareOptions& given) { given = options_; }, threads);
  }

  TemporaryDirectory directory_;
  CompareOptions options_;
};

TEST_F(PlanTest, RunsThatDifferInTheirSeedAloneAreAGroup) {
  const ComparisonPlan plan = this->plan();
  EXPECT_EQ(plan.groups, (std::vector<std::string>{"attention=none", "attention=additive"}));
  EXPECT_EQ(plan.baseline, "attention=none");
  ASSERT_EQ(plan.runs.size(), 4U);
  EXPECT_EQ(plan.runs[1].options.training.seed, 2U);
  EXPECT_EQ(plan.runs[2].options.architecture.attention, "additive");
  EXPECT_EQ(plan.runs[2].options.training.seed, 1U);
}

TEST_F(PlanTest, NoThreadsAreThoseOfTheCaller) {
  EXPECT_EQ(plan(5).runs[0].options.training.threads, 5);
  options_.train.training.threads = 2;
  EXPECT_EQ(plan(5).runs[0].options.training.threads, 2);
}

TEST_F(PlanTest, ARunThatLeavesAFlagOutHasItsValueInEffect) {
  options_.comparison.vary.clear();
  options_.comparison.runs = directory_.write("runs", "big: dim-emb=16\nplain: seed=7\n");
  const ComparisonPlan plan = this->plan();
  EXPECT_EQ(plan.varied, (std::vector<std::string>{"dim-emb", "seed"}));
  ASSERT_EQ(plan.runs[1].run.settings.size(), 2U);
  EXPECT_EQ(plan.runs[1].run.settings[0].value, "8");
  EXPECT_EQ(plan.runs[1].run.settings[1].value, "7");
}

TEST_F(PlanTest, TheBaselineIsAGroup) {
  options_.comparison.baseline = "attention=additive";
  EXPECT_EQ(plan().baseline, "attention=additive");
  options_.comparison.baseline = "attention=dot";
  expect_error<UsageError>([&] { plan(); }, "--baseline, attention=none or attention=additive");
  options_.comparison.vary = {"seed=1,2"};
  EXPECT_EQ(plan().baseline, "all");  // of a preset that varied something else
}

TEST_F(PlanTest, TheIdentityIsTheTextAndWhatResultsDependOn) {
  const nlohmann::json identity = plan().identity;
  options_.comparison.output = directory_.path("elsewhere");
  options_.comparison.jobs = 2;
  options_.comparison.samples = 9;
  options_.comparison.vary = {"attention=none", "seed=1,2,3"};
  options_.comparison.test_sets[0] = directory_.write("other name", "eins\nzwei\n");
  EXPECT_EQ(plan().identity, identity);
  options_.comparison.test_sets[0] = directory_.write("other text", "eins\ndrei\n");
  EXPECT_NE(plan().identity, identity);
}

TEST_F(PlanTest, ARunIsKnownByWhatItsModelDependsOn) {
  TrainOptions options = options_.train;
  const nlohmann::json identity = run_identity(options);
  options.model = "m";
  options.training.save_freq = "7u";
  EXPECT_EQ(run_identity(options), identity);
  options.training.seed = 9;
  EXPECT_NE(run_identity(options), identity);
}

}  // namespace
}  // namespace heed
