#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

class ScoreCommandTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = std::make_unique<Shell>();
    save_lively_model(shell_->directory().path("m"), ModelType::kRnn);
    shell_->directory().write("source", "zwei\n\nsiebzehn\nacht\n");
    shell_->directory().write("target", "two\n\nseventeen\n\n");
  }
  static void TearDownTestSuite() { shell_.reset(); }

  static Shell::Result run(const std::string& script) { return shell_->run(script); }

  static std::unique_ptr<Shell> shell_;
};

std::unique_ptr<Shell> ScoreCommandTest::shell_;

TEST_F(ScoreCommandTest, ANumberALine) {
  const Shell::Result files = run("heed score -m m -i source target");
  EXPECT_EQ(files.code, 0) << files.err;
  EXPECT_EQ(std::count(files.out.begin(), files.out.end(), '-'), 3) << files.out;
  EXPECT_EQ(std::count(files.out.begin(), files.out.end(), '\n'), 4) << files.out;
  EXPECT_NE(files.out.find("\n0.0000\n"), std::string::npos) << "a blank pair: " << files.out;
  EXPECT_EQ(run("paste source target | heed score -m m --tsv").out, files.out);
  EXPECT_EQ(run("heed score -m m -i source - < target").out, files.out);
}

TEST_F(ScoreCommandTest, EachPairHasAllFields) {
  const Shell::Result result =
      run("heed score -m m -i source target --word-scores --alignment | awk -F ' \\|\\|\\| ' "
          "'{print NF}' | uniq");
  EXPECT_EQ(result.out, "3\n") << result.err;
}

TEST_F(ScoreCommandTest, AgreesWithTheSearch) {
  // The search may choose pieces that the tokenizer would not, so some scores may differ.
  const Shell::Result result =
      run("heed translate -m m -i source --n-best 4 > list\n"
          "heed score -m m -i source --n-best-list list > scored\n"
          "cut -d'|' -f1-4 list | cmp - <(cut -d'|' -f1-4 scored) && grep -cFxf list scored");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_GE(std::stoi(result.out), 2) << shell_->directory().read("scored");
}

TEST_F(ScoreCommandTest, OtherNormalization) {
  const Shell::Result result =
      run("heed score -m m -i source target -n 0 --word-scores | head -n 1 |"
          "awk '{for (i = 4; i <= NF; ++i) sum += $i; print sum - $1}'");
  EXPECT_NEAR(std::stod(result.out), 0, 3e-4);
}

TEST_F(ScoreCommandTest, SidesOfDifferentLength) {
  shell_->directory().write("short", "two\n");
  expect_failure(run("heed score -m m -i source short"), 1, "found 4 and 1");
  expect_failure(run("heed score -m m -i short source"), 1, "found 1 and 4");
}

TEST_F(ScoreCommandTest, BadInput) {
  expect_failure(run("echo 'no tab' | heed score -m m --tsv"), 1, "no tab");
  expect_failure(run("heed score -m m -i source"), 2, "SOURCE TARGET");
  expect_failure(run("heed score -m m -i - - -o old < source"), 2, "standard input (-) once");
  EXPECT_EQ(run("ls old").out, "") << "nothing is written";
  expect_failure(run("heed score -m m -i - --n-best-list - < source"), 2,
                 "standard input (-) once");
  expect_failure(run("heed score -m m --tsv --n-best-list x"), 2, "exclude each other");
  expect_failure(run("heed score -i source target"), 2, "--model");
  expect_failure(run("heed score -m m -i source missing"), 1, "missing");
  for (const char* line : {"two", "x ||| two ||| F0= 1", "4 ||| two ||| F0= 1", "0 ||| two"}) {
    shell_->directory().write("list", std::string("0 ||| two |||\n") + line);
    expect_failure(run("heed score -m m -i source --n-best-list list"), 1, "line 2");
  }
}

TEST_F(ScoreCommandTest, LongSidesAreCroppedAndNamed) {
  const Shell::Result result = run("heed score -m m -i source target --max-length 2");
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.err.find("cropped: "), std::string::npos) << result.err;
}

TEST_F(ScoreCommandTest, InfoShowsTheModel) {
  const Shell::Result result = run("heed info m; heed info --system");
  EXPECT_EQ(result.code, 0);
  for (const char* part : {"checksum ", "61 pieces, joint", "  dim-emb: 24\n", "  updates: 300\n",
                           "backend eigen: eigen", "cores: "}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << result.out;
  }
  EXPECT_EQ(run("heed info --json m | head -c 1").out, "{");
  expect_failure(run("heed info source"), 1, "source");
}

TEST_F(ScoreCommandTest, ModelsAreFoundByName) {
  const std::string folders =
      "mkdir -p a b && cp m a/x.safetensors && cp m b/x.safetensors && "
      "cp m b/y.safetensors && export HOME=$PWD HEED_MODELS=$PWD/a::b && ";
  const Shell::Result list = run(folders + "heed info | tr -s ' ' | cut -d ' ' -f 1,4");
  const std::string here = shell_->directory().path("");
  EXPECT_EQ(list.out, "x " + here + "a/x.safetensors\nx b/x.safetensors\ny b/y.safetensors\n");
  EXPECT_EQ(run(folders + "heed score -m y -i source target").out,
            run("heed score -m m -i source target").out);
  EXPECT_NE(run(folders + "heed info x").out.find(here + "a/x.safetensors: a model"),
            std::string::npos);
  expect_failure(run(folders + "heed score -m z -i source target"), 1, "found none");
  expect_failure(run(folders + "heed info m.safetensors"), 1, "m.safetensors");
  expect_failure(run("export HOME=$PWD/none && heed info"), 1, "expected models");
}

TEST_F(ScoreCommandTest, AverageOfOneModelIsThatModel) {
  EXPECT_EQ(run("heed average -o mean m m && heed score -m mean -i source target").out,
            run("heed score -m m -i source target").out);
  EXPECT_EQ(run("heed average -o half --half m && [ $(wc -c < half) -lt $(wc -c < m) ]").code, 0);
  save_lively_model(shell_->directory().path("other"), ModelType::kTransformer);
  expect_failure(run("heed average -o mean m other"), 1, "same options");
  expect_failure(run("heed average -o mean"), 2, "models");
  expect_failure(run("heed average m"), 2, "expected a file to write: --output FILE");
  expect_failure(run("heed average -o /dev/full m"), 1, "No space left");
}

}  // namespace
}  // namespace heed
