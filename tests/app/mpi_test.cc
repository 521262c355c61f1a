#include <gtest/gtest.h>

#include <string>

#include "app/shell.h"
#include "support/number_words.h"

namespace heed {
namespace {

/// `train` trains a tiny model with further flags, in as many processes of mpirun as $np says;
/// `one` is what one process makes of it.
class MpiTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = new Shell;
    std::string source, target;
    for (int i = 0; i < 200; ++i) {
      source += german_number(i * 7919 % 1000) + "\n";
      target += english_number(i * 7919 % 1000) + "\n";
    }
    shell_->directory().write("de", source);
    shell_->directory().write("en", target);
    EXPECT_EQ(run("np=1 train --after 24u -m one").code, 0);
  }
  static void TearDownTestSuite() { delete shell_; }

  static Shell::Result run(const std::string& script) { return shell_->run(kTrain + script); }

  static void expect_failure(const std::string& script, const std::string& message) {
    const Shell::Result result = run(script);
    EXPECT_NE(result.code, 0) << script;
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  }

  static int signal_one(const std::string& signal);

  static const std::string kTrain;
  static inline Shell* shell_ = nullptr;
};

const std::string MpiTest::kTrain =
    "mpi='mpirun --allow-run-as-root --oversubscribe --bind-to none'\n"
    "flags='--type transformer --dim-emb 16 --enc-depth 1 --dec-depth 1 --transformer-dim-ffn 32 "
    "--dropout 0.1 --subword-sampling 0.2 --exponential-smoothing 0.01 --vocab-size 120 "
    "--byte-fallback false --mini-batch-words 300 --shards 4 --threads 1 --valid-freq 10u "
    "--save-freq 5u --valid-metrics perplexity --quiet --valid-sets de en'\n"
    "train() { $mpi -np $np '" HEED_PROGRAM
    "' train $flags -t de en \"$@\"; }\n"
    "last_process() { pgrep -P \"$(pgrep -P $job -x mpirun)\" -x heed | tail -n 1; }\n";

TEST_F(MpiTest, AnyNumberOfProcessesMakesTheSameBytes) {
  for (const std::string np : {"2", "3", "4"}) {
    const Shell::Result result = run("np=" + np + " train --after 24u -m m" + np + " --threads 2");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(shell_->directory().read("m" + np), shell_->directory().read("one")) << np;
  }
}

TEST_F(MpiTest, LittleMemoryMakesTheSameBytes) {
  const Shell::Result result =
      run("np=2 train --after 24u -m little --threads 2 --workspace 1 --recompute");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(shell_->directory().read("little"), shell_->directory().read("one"));
}

TEST_F(MpiTest, MinimumRiskMakesTheSameBytes) {
  const std::string flags = "train --pretrained-model one --minimum-risk 3 --after 6u -m risk";
  const Shell::Result result = run("np=1 " + flags + "1 && np=3 " + flags + "3 --threads 2");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(shell_->directory().read("risk3"), shell_->directory().read("risk1"));
}

TEST_F(MpiTest, AnotherNumberOfProcessesGoesOn) {
  const Shell::Result result =
      run("np=2 train --after 7u -m parts && np=4 train --after 16u -m parts && "
          "np=1 train --after 24u -m parts");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(shell_->directory().read("parts"), shell_->directory().read("one"));
}

TEST_F(MpiTest, RefusesStandardInput) {
  expect_failure("paste de en | $mpi -np 2 '" HEED_PROGRAM "' train --tsv -t - -m piped --quiet",
                 "gives to its first process alone");
}

/// Signals one of two processes once there is a state, from which training must be able to go on.
/// Returns mpirun's exit status.
int MpiTest::signal_one(const std::string& signal) {
  const std::string model = "stopped." + signal;
  const Shell::Result result = run("np=2 train --after 100000u --early-stopping 0 -m " + model +
                                   " & job=$!\n"
                                   "while [[ ! -e " +
                                   model +
                                   ".state ]]; do sleep 0.05; done\n"
                                   "kill -" +
                                   signal +
                                   " $(last_process)\n"
                                   "wait $job; echo $?");
  EXPECT_EQ(run("np=1 train --after 1u -m " + model).code, 0) << result.err;
  return std::stoi(result.out);
}

TEST_F(MpiTest, ASignalToOneProcessStopsAll) { EXPECT_EQ(signal_one("TERM"), 143); }

TEST_F(MpiTest, AProcessThatDiesEndsAllAndTheStateStays) { EXPECT_NE(signal_one("KILL"), 0); }

TEST_F(MpiTest, ProcessesThatDifferAreErrors) {
  const auto two = [](const std::string& first, const std::string& second) {
    const std::string heed = "-np 1 '" HEED_PROGRAM "' train $flags --after 3u -m other ";
    return "head -n 100 de > de100; head -n 100 en > en100; $mpi " + heed + first + " : " + heed +
           second;
  };
  expect_failure(two("-t de en --seed 1", "-t de en --seed 2"),
                 "expected the same --seed in all processes, found 1 in process 0 and 2 in process "
                 "1");
  expect_failure(two("-t de en --dim-emb 16", "-t de en --dim-emb 32"), "the same --dim-emb");
  expect_failure(two("-t de en", "-t de100 en100"), "the same --train-sets");
  expect_failure(two("-t de en", "-t none en"), "process 1 of 2: could not read none");
  expect_failure("np=5 train --after 3u -m other",
                 "expected at most 4 processes (--shards), found 5");
}

TEST_F(MpiTest, WhatOneProcessDoesRefusesMore) {
  expect_failure("np=2 train --dry-run -m other", "start it without mpirun");
  expect_failure("$mpi -np 2 '" HEED_PROGRAM
                 "' compare --vary seed=1,2 -t de en --test-sets de en -o compared",
                 "found 2 processes of mpirun");
}

}  // namespace
}  // namespace heed
