#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"

namespace heed {
namespace {

/// A model of a kind that Marian has too, trained for two updates.
class ConvertCommandTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = std::make_unique<Shell>();
    std::string source, target;
    for (int i = 0; i < 60; ++i) {
      source += "a b c d " + std::to_string(i % 7) + "\n";
      target += "x y z w " + std::to_string(i % 7) + "\n";
    }
    shell_->directory().write("s", source);
    shell_->directory().write("t", target);
    for (const char* type : {"transformer --norm post --activation swish "
                             "--positions sinusoidal-halves --transformer-dim-ffn 8 "
                             "--transformer-heads 2 -m transformer",
                             "nematus --embedding-scale one --attention-dim 16 --dim-rnn 8 "
                             "--norm-epsilon 1e-9 -m nematus"}) {
      const Shell::Result result = shell_->run(
          "heed train -t s t --valid-sets s t --dim-emb 8 --enc-depth 1 --dec-depth 1 "
          "--decoder-start zeros --vocab-size 40 --byte-fallback false --threads 1 --after 2u "
          "--quiet --type " +
          std::string(type));
      ASSERT_EQ(result.code, 0) << result.err;
    }
  }
  static void TearDownTestSuite() { shell_.reset(); }

  static Shell::Result run(const std::string& script) { return shell_->run(script); }
  static void expect_failure(const std::string& command, int code, const std::string& part) {
    heed::expect_failure(run(command), code, part);
  }

  static std::unique_ptr<Shell> shell_;
};

std::unique_ptr<Shell> ConvertCommandTest::shell_;

TEST_F(ConvertCommandTest, ToMarianAndBackIsTheSameModel) {
  // Loops are told by the attention that alignments are made of, which in Marian is another.
  for (const char* model : {"transformer", "nematus"}) {
    const std::string script =
        "m=" + std::string(model) +
        "; heed convert --to marian $m -o folder.$m && "
        "heed convert folder.$m/model.npz --vocab folder.$m/vocab.spm -o back && "
        "heed translate -m $m -n 0.6 --n-best 3 --word-scores --no-loop-guard -i s > before && "
        "heed translate -m back -n 0.6 --n-best 3 --word-scores --no-loop-guard -i s > after && "
        "cmp before after && test -s after && grep -q model.npz folder.$m/model.npz.decoder.yml";
    const Shell::Result result = run(script);
    EXPECT_EQ(result.code, 0) << model << result.err;
  }
}

TEST_F(ConvertCommandTest, HalfIsHalfTheSize) {
  const Shell::Result result =
      run("heed convert transformer --half -o half && heed translate -m half -i s > /dev/null && "
          "test $(wc -c < half) -lt $(wc -c < transformer)");
  EXPECT_EQ(result.code, 0) << result.err;
}

TEST_F(ConvertCommandTest, Int8IsSmallerAndTranslates) {
  const Shell::Result result =
      run("heed convert --int8 transformer -o int8 && heed translate -m int8 -i s > one && "
          "heed translate -m int8 --int8 -i s > two && test $(wc -l < one) = $(wc -l < s) && "
          "test $(wc -l < two) = $(wc -l < s) && heed info int8 | grep -q I8 && "
          "test $(wc -c < int8) -lt $(wc -c < transformer)");
  EXPECT_EQ(result.code, 0) << result.err << result.out;
  expect_failure("heed convert transformer --half --int8 -o both", 2, "found both");
}

TEST_F(ConvertCommandTest, WhatIsWrongIsOneLine) {
  run("heed convert --to marian transformer -o folder");
  expect_failure("heed convert folder/model.npz -o m", 2, "--vocab SOURCE TARGET, found 0 files");
  expect_failure("heed convert -o m", 2, "expected one model, found 0");
  expect_failure("heed convert folder/model.npz --vocab folder/vocab.spm", 2, "--output FILE");
  expect_failure("heed convert transformer --vocab folder/vocab.spm -o m", 2, "has its own");
  expect_failure("heed convert transformer --to marian --half -o other", 2, "no meaning");
  expect_failure("heed convert --to ctranslate2 nematus -o other", 2, "--type transformer");
  EXPECT_NE(run("test -e other").code, 0);
  expect_failure("heed convert --from moses transformer -o m", 2, "moses");
  expect_failure("heed convert nothing -o m", 1, "nothing");
  expect_failure("heed convert s -o m", 1, "safetensors");
  expect_failure("heed convert --from marian s --vocab folder/vocab.spm -o m", 1,
                 "model.npz or model.bin");
  expect_failure(
      "head -c 3000 folder/model.npz > cut; heed convert cut --vocab folder/vocab.spm "
      "-o m",
      1, "cut off");
  expect_failure(
      "heed train -t s t --after 1u --dim-emb 8 --dim-rnn 8 --vocab-size 40 "
      "--byte-fallback false --threads 1 --quiet -m rnn; heed convert --to marian rnn "
      "-o folder",
      2, "found rnn");
  EXPECT_NE(run("test -e m").code, 0);
}

}  // namespace
}  // namespace heed
