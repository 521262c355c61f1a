#include "heed/comparator.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/expect_error.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"
#include "util/process.h"

namespace heed {
namespace {

/// A comparison of tiny models on number words.
class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() {
    std::string source, target, gold;
    for (int i = 0; i < 120; ++i) {
      source += german_number(i * 37 % 1000) + " " + german_number(i) + "\n";
      target += english_number(i * 37 % 1000) + "\n";
      gold += "0-0 1p0\n";
    }
    const std::string de = directory_.write("a.de", source), en = directory_.write("a.en", target);
    options_.comparison.vary = {"attention=none,additive", "seed=1,2"};
    options_.comparison.test_sets = options_.train.data.valid_sets =
        options_.train.data.train_sets = {de, en};
    options_.comparison.output = directory_.path("out");
    options_.comparison.samples = 1;
    options_.comparison.gold_alignment = directory_.write("gold", gold);
    options_.comparison.length_bounds = {1};
    options_.search.beam_size = 2;
    options_.train.data.vocab_size = 120;
    options_.train.data.byte_fallback = false;
    options_.train.data.mini_batch_words = 200;
    options_.train.architecture.dim_emb = options_.train.architecture.dim_rnn = 8;
    options_.train.training.after = "12u";
    options_.train.training.valid_freq = "6u";
    options_.train.training.valid_beam_size = 1;
    options_.train.training.threads = 1;
  }

  ComparisonEnd compare(const CompareOptions& options) const {
    // All but what is chosen for the kind of model and the corpus is as the test says.
    Comparator comparator([&](CompareOptions& given) { given = options; },
                          {"heed compare", "heed-test", true});
    return comparator.run();
  }
  CompareOptions to(const std::string& folder) const {
    CompareOptions options = options_;
    options.comparison.output = directory_.path(folder);
    return options;
  }
  std::string read(const std::string& name) const { return directory_.read(name); }
  bool exists(const std::string& name) const {
    return std::filesystem::exists(directory_.path(name));
  }
  std::size_t count(const std::string& text, const std::string& part) const {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
  }

  TemporaryDirectory directory_;
  CompareOptions options_;
};

TEST_F(ComparisonTest, GivesTheSameBytesTwiceAndForAnyNumberOfJobs) {
  EXPECT_EQ(compare(to("one")), ComparisonEnd::kDone);
  CompareOptions two = to("two");
  two.comparison.jobs = 2;
  EXPECT_EQ(compare(two), ComparisonEnd::kDone);
  const std::string results = read("one/results.tsv");
  EXPECT_EQ(results, read("two/results.tsv"));
  EXPECT_EQ(count(results, "\n"), 5U) << results;
  EXPECT_EQ(count(results, "\tdone\t"), 4U) << results;
  EXPECT_LT(results.find("attention=none,seed=2"), results.find("attention=additive,seed=1"));
  EXPECT_FALSE(exists("one/runs/attention=none,seed=1/model.safetensors.state"));
  EXPECT_EQ(count(read("one/results.json"), "\"p_value\""), 3U);  // additive: BLEU, chrF, TER
}

TEST_F(ComparisonTest, MeasuresAttentionWhereThereIsSome) {
  options_.comparison.vary = {"attention=none,additive"};
  ASSERT_EQ(compare(options_), ComparisonEnd::kDone);
  EXPECT_EQ(count(read("out/runs/attention=none/result.json"), "\"entropy\":"), 0U);
  const std::string additive = read("out/runs/attention=additive/result.json");
  EXPECT_EQ(count(additive, "\"entropy\":"), 1U) << additive;
  EXPECT_EQ(count(additive, "\"alignment_error\":"), 1U) << additive;
}

TEST_F(ComparisonTest, ShowsHowAttentionIsLearnt) {
  options_.comparison.vary = {"attention=additive"};
  options_.train.training.valid_metrics = {"cross-entropy", "attention"};
  ASSERT_EQ(compare(options_), ComparisonEnd::kDone);
  const std::string run = "out/runs/attention=additive/";
  EXPECT_EQ(count(read(run + "log.jsonl"), "\"attention-sharpness\":"), 2U);
  const std::string result = read(run + "result.json");
  const std::size_t curve = result.find("\"curve\":[");
  EXPECT_EQ(count(result.substr(curve, result.find(']', curve) - curve), "\"updates\":"), 2U);
}

TEST_F(ComparisonTest, GrowsWithoutRepeatingWhatIsFinished) {
  options_.comparison.vary = {"attention=none", "seed=1"};
  ASSERT_EQ(compare(options_), ComparisonEnd::kDone);
  const auto time = [&] {
    return std::filesystem::last_write_time(
        directory_.path("out/runs/attention=none,seed=1/result.json"));
  };
  const auto before = time();
  options_.comparison.vary = {"attention=none,additive", "seed=1"};
  ASSERT_EQ(compare(options_), ComparisonEnd::kDone);
  EXPECT_EQ(time(), before);
  EXPECT_EQ(count(read("out/results.tsv"), "\tdone\t"), 2U);
}

TEST_F(ComparisonTest, AFailedRunDoesNotStopTheOthers) {
  options_.comparison.vary = {"learn-rate=1e30,0.001"};
  EXPECT_EQ(compare(options_), ComparisonEnd::kSomeFailed);
  const std::string results = read("out/results.tsv");
  EXPECT_EQ(count(results, "\tfailed\t"), 1U) << results;
  EXPECT_EQ(count(results, "\tdone\t"), 1U) << results;
  EXPECT_EQ(count(read("out/results.json"), "finite loss"), 1U);
}

TEST_F(ComparisonTest, RefusesAnotherComparison) {
  options_.comparison.vary = {"attention=none"};
  ASSERT_EQ(compare(options_), ComparisonEnd::kDone);
  options_.train.training.after = "13u";
  expect_error([&] { compare(options_); }, "option.after is \"12u\", not \"13u\"");
  options_.train.training.after = "12u";
  options_.comparison.vary = {"attention=none", "seed=1"};
  expect_error([&] { compare(options_); }, "flags that vary is [\"attention\"], not");
}

TEST_F(ComparisonTest, AllRunsAreCheckedBeforeTheFirst) {
  const auto expect_usage = [&](const std::string& vary, const std::string& part) {
    options_.comparison.vary = {vary};
    expect_error<UsageError>([&] { compare(options_); }, part);
    EXPECT_FALSE(exists("out"));
  };
  expect_usage("attention=none,additve", "run attention=additve: unknown attention 'additve'");
  expect_usage("attention=none,dot", "run attention=dot: expected");
  expect_usage("valid-freq=1e,1x", "valid-freq");
  expect_usage("lr-schedule=inverse-sqrt,steps", "lr-schedule");
  expect_usage("backend=eigen,cuda", "cuda");
  expect_usage("attntion=none", "'attention'");
  expect_usage("enc-cell=gru,grru", "run enc-cell=grru: unknown enc-cell 'grru'");
  expect_usage("dim-emb=8,9x", "run dim-emb=9x: expected a whole number for dim-emb, found '9x'");
  options_.train.training.valid_metrics = {"cross-entropy", "attention"};
  expect_usage("attention=additive,none", "run attention=none: --valid-metrics attention needs");
  options_.train.training.valid_metrics = {"cross-entropy"};
  options_.comparison.baseline = "attention=mean";
  expect_usage("attention=none,additive",
               "expected one of this comparison's groups for --baseline, attention=none or "
               "attention=additive, found 'attention=mean'");
}

TEST_F(ComparisonTest, GoesOnAfterKill9) {
  ASSERT_EQ(compare(to("whole")), ComparisonEnd::kDone);
  options_.train.training.save_freq = "1u";
  const CompareOptions options = to("killed");
  for (const char* file : {"attention=none,seed=1/model.safetensors.state",
                           "attention=additive,seed=1/model.safetensors.state"}) {
    ChildProcess child([&] { return static_cast<int>(compare(options)); });
    while (!exists(std::string("killed/runs/") + file) && !child.poll()) usleep(1000);
    child.signal(9);
    child.wait();
  }
  EXPECT_EQ(compare(options), ComparisonEnd::kDone);
  EXPECT_EQ(read("killed/results.tsv"), read("whole/results.tsv"));
}

TEST_F(ComparisonTest, AnInterruptionIsTakenUpLater) {
  ASSERT_EQ(compare(to("whole")), ComparisonEnd::kDone);
  const CompareOptions options = to("stopped");
  const auto give = [&](CompareOptions& given) { given = options; };
  {
    Comparator comparator(give, {"", "heed-test", true});
    int asked = 0;
    EXPECT_EQ(comparator.run([&] { return ++asked > 4; }), ComparisonEnd::kInterrupted);
  }
  EXPECT_FALSE(exists("stopped/results.tsv"));
  EXPECT_EQ(compare(options), ComparisonEnd::kDone);
  EXPECT_EQ(read("stopped/results.tsv"), read("whole/results.tsv"));
}

}  // namespace
}  // namespace heed
