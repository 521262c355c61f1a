#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

const std::string kRecipes = HEED_RECIPES "/";
/// Options of heed train for a model that is there at once.
const std::string kSmall =
    " --after 3u --dim-emb 8 --transformer-dim-ffn 8 --enc-depth 1 --dec-depth 1 "
    "--transformer-heads 1 --vocab-size 300 --threads 1 --quiet --type transformer";

/// A model `m`, pairs `train.de` and `train.en`, and the program in PATH.
class RecipesTest : public testing::Test {
 protected:
  RecipesTest() {
    save_lively_model(path("m"), ModelType::kTransformer);
    std::string german, english;
    for (int i = 0; i < 40; ++i) {
      german += (i == 5 ? "" : german_number(i * i)) + "\n";
      english += (i == 5 ? "" : english_number(i * i)) + "\n";
    }
    shell_.directory().write("train.de", german);
    shell_.directory().write("train.en", english);
    std::filesystem::create_directory(path("bin"));
    std::filesystem::create_symlink(HEED_PROGRAM, path("bin/heed"));
  }

  std::string path(const std::string& name) const { return shell_.directory().path(name); }
  Shell::Result run(const std::string& script) const {
    return shell_.run("export PATH=\"$PWD/bin:$PATH\" N_BEST=3 BEAM=3\n" + script);
  }
  void expect_success(const std::string& script) const {
    const Shell::Result result = run(script);
    EXPECT_EQ(result.code, 0) << result.out << result.err;
  }

  Shell shell_;
};

TEST_F(RecipesTest, AStudentLearnsTheTranslationNearestToTheReference) {
  const std::string recipe =
      kRecipes + "distillation.sh s train.de train.en train.de train.en m --" + kSmall;
  expect_success(recipe + " && test -s s && test $(wc -l < s.texts/target) = 40");
  // Of each line no other translation of the teacher is nearer.
  expect_success(R"(set -e
for rank in 1 2 3; do
  awk -F ' [|][|][|] ' -v rank=$rank '$1 != line || NR == 1 { line = $1; k = 0 }
    ++k == rank || k == 1 { found[line] = $2 }  # a blank line has one
    END { for (i = 0; i <= line; ++i) print found[i] }' s.texts/n-best > of-rank
  heed evaluate train.en -i of-rank -m chrf --sentence-level -b -w 4 -q > scores.$rank
done
heed evaluate train.en -i s.texts/target -m chrf --sentence-level -b -w 4 -q > scores
paste scores scores.1 scores.2 scores.3 | awk '{ m = $2; if ($3 > m) m = $3; if ($4 > m) m = $4; if ($1 != m) exit 1 }'
cmp -s scores scores.1 && exit 1
exit 0)");
  expect_success(
      "mv s.texts whole; mv s first; mkdir s.texts; rm s.state\n"
      "head -c 700 whole/n-best > s.texts/n-best\n" +  // as if cut off
      recipe +
      " && cmp s.texts/target whole/target && cmp s first");
}

TEST_F(RecipesTest, TextOfOneLanguageIsMarkedAndMixedIn) {
  expect_success("sed 's/one/two/' train.en > more.en");
  const std::string recipe =
      kRecipes + "back-translation.sh s train.de train.en train.de train.en more.en m --" + kSmall +
      " --mix 2 1";
  expect_success(recipe + " && test -s s");
  expect_success(
      "test $(grep -c '^⇐ .' s.texts/source) = 39 && test $(wc -l < s.texts/source) = 40");
  expect_success("grep -aq '⇐' s");  // the mark is a piece of the new vocabulary
  expect_success(
      "mv s.texts whole; mv s first; mkdir s.texts; rm s.state\n"
      "head -c 300 whole/drawn > s.texts/drawn\n" +
      recipe + " && cmp s.texts/source whole/source && cmp s first");
}

TEST_F(RecipesTest, TextIsTranslatedBothWays) {
  const std::string recipe =
      kRecipes + "data-diversification.sh s train.de train.en train.de train.en m m --" + kSmall;
  expect_success(recipe + " && test -s s");
  const std::string translate = "heed translate -m m -b 3 --sentences whole -i ";
  expect_success(translate + "train.de | cmp - s.texts/target");
  expect_success(translate + "train.en | cmp - s.texts/source");
  expect_success(
      "heed train -m t --valid-sets train.de train.en -t train.de train.en train.de s.texts/target "
      "s.texts/source train.en" +
      kSmall + " && cmp s t");
  expect_success(
      "mv s.texts whole; mv s first; mkdir s.texts; rm s.state\n"
      "head -c 300 whole/target > s.texts/target.tmp\n" +
      recipe + " && cmp s.texts/target whole/target && cmp s first");
}

TEST_F(RecipesTest, WhatIsLeftOutIsNamed) {
  for (const std::string recipe : {"distillation", "back-translation", "data-diversification"}) {
    const Shell::Result result = run(kRecipes + recipe + ".sh s train.de -- --after 3u");
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err.find(recipe + ".sh: expected "), 0U) << result.err;
    EXPECT_NE(result.err.find("found 2 before --"), std::string::npos) << result.err;
  }
}

TEST_F(RecipesTest, AModelIsTunedFurther) {
  expect_success("heed train -t train.de train.en -m old" + kSmall +
                 "&& heed train -c " HEED_RECIPES
                 "/fine-tuning.yaml --pretrained-model old -t train.de train.en -m new --after 2u "
                 "--quiet && heed info new | grep -q 'lr-schedule.*cosine'");
}

}  // namespace
}  // namespace heed
