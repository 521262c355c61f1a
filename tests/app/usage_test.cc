#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/shell.h"

namespace heed {
namespace {

/// What people type who don't know the program yet, or know another.
class UsageTest : public testing::Test {
 protected:
  void expect_usage(const std::string& arguments, const std::string& message) const {
    const Shell::Result result = shell_.run("heed " + arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_EQ(result.err, "heed: " + message + "\n") << arguments;
  }

  Shell shell_;
};

TEST_F(UsageTest, HelpAndVersionAreWordsToo) {
  EXPECT_EQ(shell_.run("heed help").out, shell_.run("heed --help").out);
  EXPECT_EQ(shell_.run("heed help train").out, shell_.run("heed train --help").out);
  EXPECT_EQ(shell_.run("heed version").out, shell_.run("heed --version").out);
  EXPECT_EQ(shell_.run("heed help").code, 0);
  expect_usage("help trian", "unknown argument trian, did you mean train?; see heed --help");
}

TEST_F(UsageTest, HelpFitsATerminal) {
  for (const char* command :
       {"", "train", "translate", "score", "align", "evaluate", "info", "average", "convert",
        "shortlist", "compare", "serve", "completion", "manual"}) {
    const Shell::Result result =
        shell_.run(std::string("heed ") + command + " --help | awk 'length > 80'");
    EXPECT_EQ(result.out, "") << command;
  }
}

TEST_F(UsageTest, NamesWhatIsMissing) {
  expect_usage("",
               "expected a subcommand: train, translate, score, align, evaluate, info, average, "
               "convert, shortlist, compare, serve, completion, manual; see heed --help");
  expect_usage("--model x", "unknown option --model; see heed --help");
  expect_usage("translate --model",
               "expected a value for --model, found none; see heed translate --help");
  expect_usage("translate -i",
               "expected a value for --input, found none; see heed translate --help");
  expect_usage("average --half=maybe",
               "expected a value for --half, found one it can't take; see heed average --help");
}

TEST_F(UsageTest, SaysHowTextIsNamed) {
  expect_usage("translate file",
               "unknown argument file, name the text with --input FILE (-i), or give it by < FILE; "
               "see heed translate --help");
  expect_usage("score a b",
               "unknown argument a, name the texts with --input SOURCE TARGET (-i); see heed score "
               "--help");
  expect_usage("train a b",
               "unknown argument a, name the texts with --train-sets SOURCE TARGET (-t); see heed "
               "train --help");
}

TEST_F(UsageTest, KnowsFlagsOfOtherTools) {
  for (const auto& [arguments, advice] : std::vector<std::pair<std::string, std::string>>{
           {"translate -w 9000", "--mini-batch-words"},
           {"translate --workspace=9000", "--mini-batch-words"},
           {"train --mini-batch-fit", "--mini-batch-words"},
           {"translate --cpu-threads 4", "--threads N"},
           {"translate --src x", "--input FILE"},
           {"translate --batch_size 8", "--mini-batch N sentences"},
           {"translate --tsv 1", "cut -f 1 FILE | heed translate"},
           {"train --early-stopping-on first", "--valid-metrics"}}) {
    const Shell::Result result = shell_.run("heed " + arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find("in Heed: "), std::string::npos) << result.err;
    EXPECT_NE(result.err.find(advice), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace heed
