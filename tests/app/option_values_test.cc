#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "app/shell.h"
#include "heed/aligner.h"
#include "heed/comparison.h"
#include "heed/evaluator.h"
#include "util/fields.h"

namespace heed {
namespace {

/// Values around the range of a number; tests/util/fields_test.cc has more that it refuses.
std::vector<std::string> values_of(const Field& field) {
  return {"-1", fmt::format("{}", field.least), fmt::format("{}", field.most),
          fmt::format("{}", field.most + std::max(1.0, field.most / 100)), "1000000000"};
}

/// " --flag value" for each number of the options and each of its values; texts and choices get a
/// name that nothing has.
template <class T>
std::vector<std::string> all_settings() {
  const T options;
  std::vector<std::string> settings;
  for_each_field(options, [&]<class V>(const Field& field, const V&) {
    if constexpr (std::is_arithmetic_v<V> && std::is_signed_v<V>) {
      for (const std::string& value : values_of(field)) {
        settings.push_back(fmt::format("--{}={}", field.name, value));
      }
    } else if constexpr (!std::is_same_v<V, bool>) {
      settings.push_back(fmt::format("--{}=nothing", field.name));
    }
  });
  return settings;
}

/// Every option of a subcommand with values inside and outside of its range: the program does its
/// work, or says in one line why it can't, within seconds.
class OptionValuesTest : public testing::Test {
 protected:
  OptionValuesTest() {
    std::string source, target, links;
    for (int i = 0; i < 60; ++i) {
      source += fmt::format("a b c d {}\n", i % 7);
      target += fmt::format("x y z w {}\n", i % 7);
      links += "0-0 1-1 2-2 3-3 4-4\n";
    }
    shell_.directory().write("s", source);
    shell_.directory().write("t", target);
    shell_.directory().write("links", links);
    shell_.directory().write("few.s", source.substr(0, 30));
    shell_.directory().write("few.t", target.substr(0, 30));
  }

  /// Runs `command` with each setting and an emptied `folder`.
  template <class T>
  void expect_sound(const std::string& command) {
    std::string script = "try() { rm -rf m m.* folder; timeout 60 '" HEED_PROGRAM
                         "' \"$@\" > o 2> e < few.s; code=$?\n"
                         "  echo \"$code $(wc -l < e) $(grep -c '^heed: ' e) ${@: -1} $(head -c "
                         "200 e | tr '\\n' ' ')\"; }\n";
    const std::vector<std::string> settings = all_settings<T>();
    for (const std::string& setting : settings) script += "try " + command + " " + setting + "\n";
    std::istringstream outcomes(shell_.run(script).out);
    std::map<int, int> codes;
    for (std::string line; std::getline(outcomes, line);) {
      std::istringstream fields(line);
      int code = 0, lines = 0, messages = 0;
      fields >> code >> lines >> messages;
      ++codes[code];
      EXPECT_LE(code, 2) << line;
      EXPECT_TRUE(code == 0 || (lines == 1 && messages == 1)) << line;
      for (const char* raw : {"std::", "vector::", "basic_string", "exception"}) {
        EXPECT_EQ(line.find(raw), std::string::npos) << line;
      }
    }
    EXPECT_EQ(codes[0] + codes[1] + codes[2], static_cast<int>(settings.size()));
    EXPECT_GT(codes[2], 0);
    EXPECT_GT(codes[0], 0);
    std::printf("%zu values: %d done, %d refused as data, %d as usage\n", settings.size(), codes[0],
                codes[1], codes[2]);
  }

  static std::string training(const std::string& type) {
    return "train -t s t --valid-sets few.s few.t --type " + type +
           " --dim-emb 8 --dim-rnn 8 --transformer-dim-ffn 8 --transformer-heads 2 --enc-depth 1 "
           "--dec-depth 1 --vocab-size 40 --byte-fallback false --normalizer identity --threads 1 "
           "--after 1u --quiet -m m";
  }

  void make_model() { ASSERT_EQ(shell_.run("heed " + training("rnn") + " && mv m model").code, 0); }

  Shell shell_;
};

TEST_F(OptionValuesTest, OfTrainingARecurrentModel) { expect_sound<TrainOptions>(training("rnn")); }

/// All but the model's own options are those of the test before.
TEST_F(OptionValuesTest, OfTrainingATransformer) {
  expect_sound<ModelOptions>(training("transformer"));
}

TEST_F(OptionValuesTest, OfTranslation) {
  make_model();
  expect_sound<TranslateOptions>("translate -m model --quiet");
}

struct ScoreFlags {
  TranslateOptions score;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    TranslateOptions::visit_score_fields(self.score, v);
  }
};

TEST_F(OptionValuesTest, OfScoring) {
  make_model();
  expect_sound<ScoreFlags>("score -m model -i s t --quiet");
}

TEST_F(OptionValuesTest, OfAlignment) {
  make_model();
  expect_sound<AlignOptions>("align -m model -i s t --quiet");
}

TEST_F(OptionValuesTest, OfEvaluation) {
  expect_sound<EvaluateOptions>("evaluate few.t -m bleu chrf");
}

TEST_F(OptionValuesTest, OfAComparison) {
  const std::string training = OptionValuesTest::training("rnn");
  const std::string shared = training.substr(training.find(" -t"));
  expect_sound<ComparisonOptions>("compare --test-sets s t --vary attention=none -o folder" +
                                  shared.substr(0, shared.find(" -m m")));
}

}  // namespace
}  // namespace heed
