#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"

namespace heed {
namespace {

/// `heed compare` on number words; $compare takes what varies.
class CompareCommandTest : public testing::Test {
 protected:
  CompareCommandTest() {
    std::string source, target;
    for (int i = 0; i < 120; ++i) {
      source += german_number(i * 37 % 1000) + "\n";
      target += english_number(i * 37 % 1000) + "\n";
    }
    shell_.directory().write("a.de", source);
    shell_.directory().write("a.en", target);
    shell_.directory().write("c.yml",
                             "train-sets: [a.de, a.en]\n"
                             "test-sets: [a.de, a.en]\n"
                             "vocab-size: 120\n"
                             "byte-fallback: false\n"
                             "dim-emb: 8\n"
                             "dim-rnn: 8\n"
                             "after: 8u\n"
                             "beam-size: 1\n"
                             "vary:\n"
                             "  - attention=none,additive\n");
  }

  Shell shell_;
};

TEST_F(CompareCommandTest, ReadsWhatVariesFromAConfiguration) {
  const Shell::Result result =
      shell_.run("heed compare -c c.yml -o folder && cat folder/results.tsv");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("attention=additive\t"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("[run 2/2] attention=additive: BLEU"), std::string::npos) << result.err;
}

TEST_F(CompareCommandTest, TheConfigurationIsThatOfAllRuns) {
  const Shell::Result result = shell_.run("heed compare -c c.yml -o folder --dump-config minimal");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("early-stopping: 0"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("vary: [\"attention=none,additive\"]"), std::string::npos)
      << result.out;
}

TEST_F(CompareCommandTest, ListsEveryKindOfAttention) {
  const Shell::Result result = shell_.run("heed compare --list-attention --dim-rnn 8");
  EXPECT_EQ(result.code, 0) << result.err;
  for (const char* part : {"\n  none\n", "\n  additive\n", "Bahdanau", " parameters\n",
                           "--attention-normalizer sparsemax", "\n  average\n",
                           "not with these options: expected decoder and encoder states"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << "\n" << result.out;
  }
}

TEST_F(CompareCommandTest, AFailedRunIsExitCode1) {
  const Shell::Result result =
      shell_.run("heed compare -c c.yml -o folder --vary learn-rate=1e30,0.001 --jobs 2");
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_NE(result.err.find("[error] [run 1/2]"), std::string::npos) << result.err;
}

TEST_F(CompareCommandTest, SavesItsStateAtASignal) {
  const Shell::Result result = shell_.run(
      "set -m; '" HEED_PROGRAM
      "' compare -c c.yml -o folder --after 100Ku --quiet & pid=$!\n"
      "for t in {1..500}; do [[ -s folder/runs/attention=none/log ]] && break; sleep 0.02; done\n"
      "sleep 0.2; kill -INT $pid; wait $pid");
  EXPECT_EQ(result.code, 130) << result.err;
  EXPECT_NE(shell_.directory().read("folder/runs/attention=none/model.safetensors.state"), "");
}

TEST_F(CompareCommandTest, ExplainsWrongFlags) {
  const auto expect_failure = [&](const std::string& flags, int code, const std::string& part) {
    const Shell::Result result = shell_.run("heed compare -c c.yml -o folder " + flags);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  };
  expect_failure("--vary seed=", 2, "seed=");
  expect_failure("--vary attention=none,additve", 2, "did you mean 'additive'");
  expect_failure("--vary dim-embb=3", 2, "did you mean 'dim-emb'");
  expect_failure("--baseline attention=dot", 2, "for --baseline, attention=none or attention=add");
  expect_failure("-m model", 2, "-m");
  expect_failure("--jobs 0", 2, "--jobs");
  expect_failure("--runs none", 1, "none");
  expect_failure("--test-sets a.de", 2, "a source and a target file");
  expect_failure("-o c.yml", 1, "c.yml");
  expect_failure("-o .", 1, "other files");
}

}  // namespace
}  // namespace heed
