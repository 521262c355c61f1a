#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

/// A model `m`, a text `in`, and the program in PATH.
class TranslateArrayTest : public testing::Test {
 protected:
  TranslateArrayTest() {
    save_lively_model(shell_.directory().path("m"), ModelType::kTransformer);
    std::string text;
    for (int i = 0; i < 40; ++i) text += (i % 7 == 0 ? "" : german_number(i * i)) + "\n";
    shell_.directory().write("in", text);
    std::filesystem::create_directory(shell_.directory().path("bin"));
    std::filesystem::create_symlink(HEED_PROGRAM, shell_.directory().path("bin/heed"));
  }

  Shell::Result run(const std::string& script) const {
    return shell_.run("export PATH=\"$PWD/bin:$PATH\"\n" + script);
  }

  Shell shell_;
};

TEST_F(TranslateArrayTest, PartsConcatenateToTheWhole) {
  for (const std::string flags : {"-b 1", "-b 2 --n-best 2", "-b 1 --json --alignment soft"}) {
    const Shell::Result whole = run("heed translate -m m -i in " + flags);
    const Shell::Result parts =
        run("for k in 1 2 3 4 5; do heed translate -m m -i in --part $k/5 " + flags + "; done");
    EXPECT_EQ(whole.code, 0) << whole.err;
    EXPECT_GT(whole.out.size(), 400U);
    EXPECT_EQ(parts.out, whole.out);
  }
}

TEST_F(TranslateArrayTest, APartThatWasCutOffGoesOn) {
  for (const std::string flags : {" -b 1", " -b 2 --n-best 2"}) {
    const std::string part = "heed translate -m m -i in --part 2/3 -o cut --quiet" + flags;
    const Shell::Result result =
        run(part + "; cp cut whole; head -c $(($(wc -c < cut) / 2)) whole > cut; " + part +
            " --resume; cmp cut whole");
    EXPECT_EQ(result.code, 0) << result.out << result.err;
  }
}

/// What sbatch does here: it runs the tasks of an array backwards, then what depends on them.
TEST_F(TranslateArrayTest, ASlurmArrayTranslatesAFile) {
  const Shell::Result whole = run("heed translate -m m -i in -b 1");
  shell_.directory().write("bin/sbatch", R"(#!/usr/bin/env bash
tasks=
while [[ $1 == --* ]]; do [[ $1 != --array=1-* ]] || tasks=${1#*-*-*-}; shift; done
if [[ -z $tasks ]]; then "$@"; exit; fi
for ((task = tasks; task > 0; task--)); do SLURM_ARRAY_TASK_ID=$task "$@" || exit; done
echo 17
)");
  const Shell::Result result =
      run("chmod +x bin/sbatch; '" HEED_SCRIPTS "/translate-array.sh' 3 m in out -b 1; ls");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(shell_.directory().read("out"), whole.out);
  EXPECT_EQ(result.out.find("part"), std::string::npos) << "parts are removed";
  EXPECT_NE(run("'" HEED_SCRIPTS "/translate-array.sh' 0 m in out").err.find("found '0'"),
            std::string::npos);
}

TEST_F(TranslateArrayTest, WrongPartsAreUsageErrors) {
  const auto expect_usage = [&](const std::string& flags, const std::string& message, int code) {
    const Shell::Result result = run("heed translate -m m " + flags + " < in");
    EXPECT_EQ(result.code, code) << flags;
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  };
  expect_usage("-i in --part 0/4", "found '0/4'", 2);
  expect_usage("-i in --part 5/4", "found '5/4'", 2);
  expect_usage("--part 1/4", "found standard input", 2);
  expect_usage("-i - --part 1/4", "found standard input", 2);
  expect_usage("-i in in --part 1/4", "found 2", 2);
  run("gzip -k in");
  expect_usage("-i in.gz --part 1/4 < m", "which is compressed", 1);
}

}  // namespace
}  // namespace heed
