#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"

namespace heed {
namespace {

/// `heed train` on number words; $train is a command that makes 4000 updates of a small model m.
class TrainCommandTest : public testing::Test {
 protected:
  TrainCommandTest() {
    std::string source, target;
    for (int i = 0; i < 300; ++i) {
      source += german_number(i * 37 % 1000) + "\n";
      target += english_number(i * 37 % 1000) + "\n";
    }
    shell_.directory().write("a.de", source);
    shell_.directory().write("a.en", target);
  }

  Shell::Result run(const std::string& script) const {
    return shell_.run(
        "train='" HEED_PROGRAM
        " train -t a.de a.en --valid-sets a.de a.en --vocab-size 120 --byte-fallback "
        "false --dim-emb 16 --dim-rnn 16 --mini-batch-words 200 --valid-beam-size 1 --after 4000u "
        "--valid-freq 90u --save-freq 20u --threads 2 --quiet'\n"
        "await() { for t in {1..500}; do [[ -e $1 ]] && break; sleep 0.02; done; }\n" +
        script);
  }
  bool exists(const std::string& name) const {
    return std::filesystem::exists(shell_.directory().path(name));
  }

  Shell shell_;
};

TEST_F(TrainCommandTest, GoesOnExactlyAfterKill9) {
  const Shell::Result result =
      run("train+=' --after 400u'; $train -m whole || exit 9\n"
          "for i in 1 2; do\n"
          "  $train -m m & pid=$!\n"
          "  await m.state\n"
          "  sleep 0.1; kill -9 $pid; wait $pid\n"
          "done 2>/dev/null\n"
          "$train -m m && cmp whole m");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
}

TEST_F(TrainCommandTest, SavesItsStateAtASignal) {
  for (const auto& [signal, code] : {std::pair("HUP", 129), {"INT", 130}, {"TERM", 143}}) {
    // Jobs in the background ignore SIGINT unless the shell watches its jobs (set -m).
    const Shell::Result result =
        run("set -m; rm -f m m.state; $train --save-freq 1000u --valid-freq 1000u -m m & pid=$!\n"
            "await m.lock; sleep 0.5; kill -" +
            std::string(signal) + " $pid; wait $pid");
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_TRUE(exists("m.state"));
    EXPECT_FALSE(exists("m.lock"));
  }
}

TEST_F(TrainCommandTest, HearsASignalWhileItValidates) {
  const Shell::Result result =
      run("set -m; $train --valid-freq 1u --valid-beam-size 64 --log log -m m & pid=$!\n"
          "await m.state; sleep 0.2; kill -TERM $pid; wait $pid; code=$?; cat log; exit $code");
  EXPECT_EQ(result.code, 143) << result.err;
  EXPECT_NE(result.out.find("stopped at update 1: "), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("[valid]"), std::string::npos) << "the validation did not end";
}

TEST_F(TrainCommandTest, TwoSignalsAtOnceAreOne) {
  const Shell::Result result = run("timeout 1.5 $train --save-freq 1h --valid-freq 1h -m m");
  EXPECT_EQ(result.code, 124) << result.err;  // timeout's own
  EXPECT_TRUE(exists("m.state"));
  EXPECT_FALSE(exists("m.lock"));
}

TEST_F(TrainCommandTest, ASecondSignalEndsItAtOnce) {
  // It hangs: nobody reads the log, which is a pipe.
  const Shell::Result result =
      run("mkfifo log; exec 3<>log; head -c 64000 /dev/zero >&3; set -m\n"
          "$train --disp-freq 1 --save-freq 1 --log log -m m & pid=$!\n"
          "await m.state; sleep 0.5; kill -TERM $pid; sleep 0.1; kill -HUP $pid  # as one\n"
          "sleep 0.7; kill -0 $pid || exit 9\n"
          "kill -INT $pid; wait $pid");
  EXPECT_EQ(result.code, 130) << result.err;
}

TEST_F(TrainCommandTest, NohupKeepsItAlive) {
  const Shell::Result result =
      run("(trap '' HUP; exec $train --after 200u -m m) & pid=$!\n"
          "await m.lock; sleep 0.1; kill -HUP $pid; wait $pid");
  EXPECT_EQ(result.code, 0) << result.err;
}

TEST_F(TrainCommandTest, ASignalEndsTheTrainingOfAVocabularyAtOnce) {
  const Shell::Result result =
      run("for i in {1..60000}; do echo \"$RANDOM$RANDOM $RANDOM$i\"; done > big; ls > before\n"
          "heed train -t big big --vocab-size 8000 --quiet -m m & pid=$!\n"
          "sleep 0.6; kill -TERM $pid; begin=${EPOCHREALTIME/./}; wait $pid; code=$?\n"
          "echo $(( ${EPOCHREALTIME/./} - begin )); ls | diff before - >&2; exit $code");
  EXPECT_EQ(result.code, 143) << result.err;
  EXPECT_LT(std::stol(result.out), 5'000'000) << "microseconds";
  EXPECT_EQ(result.err, "");
}

TEST_F(TrainCommandTest, RefusesASecondTrainingOfOneModel) {
  const Shell::Result result =
      run("$train -m m & pid=$!; await m.state\n"
          "$train -m m; echo $? $pid; kill $pid; wait $pid");
  const std::string pid = result.out.substr(2, result.out.find('\n') - 2);
  EXPECT_TRUE(result.out.starts_with("1 ")) << result.out;
  expect_failure(result, 143, "found process " + pid + " at work on it");
}

TEST_F(TrainCommandTest, DumpsItsConfigurationWithoutAVocabulary) {
  const Shell::Result result =
      run("heed train -t a.de a.en --vocab-size 5 --byte-fallback false -m none/m --dump-config");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("vocab-size: 5\n"), std::string::npos) << result.out;
  EXPECT_EQ(result.err, "");
}

TEST_F(TrainCommandTest, KeepsTheLastStateWhenTheDiskIsFull) {
  ASSERT_EQ(run("$train --after 40u -m m").code, 0);
  const std::string state = shell_.directory().read("m.state");
  const Shell::Result result = run("ulimit -f 8; $train -m m");  // no file over 8 KiB
  expect_failure(result, 1, "m.state");
  EXPECT_EQ(shell_.directory().read("m.state"), state);
  EXPECT_EQ(run("$train --after 80u -m m").code, 0);
}

TEST_F(TrainCommandTest, RefusesALogThatIsReadOrIsTheModel) {
  const std::string before = shell_.directory().read("a.de");
  for (const char* log : {"--log a.de", "--log-json ./a.de"}) {
    expect_failure(run(std::string("$train -m m ") + log), 1, "which is read");
    EXPECT_EQ(shell_.directory().read("a.de"), before);
  }
  ASSERT_EQ(run("$train --after 20u -m m").code, 0);
  expect_failure(run("$train -m m --log m"), 1, "write to a new file");
}

TEST_F(TrainCommandTest, WritesAConfigurationThatGivesTheSameModel) {
  const Shell::Result result =
      run("$train --after 20u -m m || exit 9\n"
          "$train --after 20u -m n --dump-config minimal > c.yml || exit 9\n"
          "heed train -c c.yml --quiet && cmp m n");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
}

TEST_F(TrainCommandTest, RehearsesWithoutWriting) {
  const Shell::Result result = run("$train -m m --dry-run");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("memory of training"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("dim-emb: 16"), std::string::npos) << result.out;
  EXPECT_FALSE(exists("m"));
  EXPECT_FALSE(exists("m.state"));
}

TEST_F(TrainCommandTest, TrainsAModelFurther) {
  const std::string further =
      "heed train --quiet -t a.en a.de --pretrained-model m -m n --after 2u ";
  EXPECT_EQ(run("$train --after 20u -m m && " + further).code, 0);
  EXPECT_NE(run("heed info n").out.find("dim-emb: 16\n"), std::string::npos);
  expect_failure(run("rm n*; " + further + "--dim-emb 32"), 2, "expected --dim-emb 16 as m has it");
  expect_failure(run(further + "--type transformer"), 2, "--type");
  expect_failure(run(further + "--pretrained-model a.de"), 1, "a.de");
}

TEST_F(TrainCommandTest, ReadsStandardInputAndTsv) {
  const std::string flags =
      " --vocab-size 120 --byte-fallback false --dim-emb 8 --dim-rnn 8 --mini-batch-words 200 "
      "--threads 1 --quiet ";
  const Shell::Result result = run(
      "paste a.de a.en > a.tsv; gzip -k a.tsv; from='heed train --tsv -t -" + flags +
      "'\n"
      "heed train -t a.de a.en" +
      flags +
      "--after 6u -m files || exit 9\n"
      "$from -m parts --after 2u < a.tsv && cat a.tsv.gz | $from -m parts --after 6u || exit 8\n"
      "cmp files parts || exit 7\n"
      "head -n 40 a.tsv | $from a.tsv --mix 2 1 --filter-identical -m mixed --after 2u");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  expect_failure(run("heed train --tsv -t - a.tsv - --quiet -m none < a.tsv"), 2, "read once only");
  expect_failure(run("heed train --tsv -t - --quiet -m none < /dev/null"), 1,
                 "found no line in standard input");
  expect_failure(run("printf 'a\tb\nc\n' | heed train --tsv -t - --quiet -m none"), 1,
                 "found 0 tabs in standard input:2");
}

TEST_F(TrainCommandTest, ExplainsMixturesThatHaveNone) {
  const std::string two = "heed train -t a.de a.en a.de a.en --quiet -m none ";
  expect_failure(run(two + "--mix 3"), 2, "found 1 for 2 texts");
  expect_failure(run(two + "--mix 1 0"), 2, "--mix, found 0");
  expect_failure(run(two + "--mix 1 -1"), 2, "--mix, found -1");
  expect_failure(run(two + "--mix 0.5 0.5"), 2, "found 0.5 0.5; divide");
  expect_failure(run("heed train -t a.de a.en a.de --quiet -m none"), 2, "found 3 files");
}

TEST_F(TrainCommandTest, ExplainsWrongFlags) {
  expect_failure(run("heed train --beam-sizes 3"), 2, "unknown option --beam-sizes");
  expect_failure(run("heed train --dim-embb 3"), 2, "did you mean --dim-emb?");
  expect_failure(run("heed trian"), 2, "did you mean train?");
  expect_failure(run("$train -m m --attention additve"), 2, "did you mean 'additive'");
  expect_failure(run("$train -m m --type rnnn"), 2, "rnn");
  expect_failure(run("$train -m m --attention dot"), 2, "--dim-rnn-encoder");
  expect_failure(run("$train -m m --dim-emb many"), 2, "dim-emb");
  expect_failure(run("$train -m m --after 3x"), 2, "--after");
  expect_failure(run("$train -m m -c none.yml"), 1, "none.yml");
  expect_failure(run("heed train -t a.de a.en --quiet"), 2, "--model");
  expect_failure(run("heed train -m m --quiet"), 2, "train-sets");
  expect_failure(run("heed train -t a.de none.en --quiet -m m"), 1, "none.en");
  expect_failure(run("mkdir d; heed train -t a.de d --quiet -m m"), 1, "directory");
}

TEST_F(TrainCommandTest, SeveralProcessesWithoutMpiAreSaid) {
  const Shell::Result result =
      run("mkdir bin lib; cp '" HEED_PROGRAM "' bin; cp -P $(dirname '" HEED_PROGRAM
          "')/../lib/libheed-kernels* lib\n"
          "OMPI_COMM_WORLD_SIZE=2 bin/heed train -t a.de a.en -m alone");
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("found 2 processes that mpirun started and no libheed-mpi.so"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace heed
