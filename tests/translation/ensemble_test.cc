#include <gtest/gtest.h>

#include <functional>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

class TranslatorEnsembleTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    save_lively_model(directory_->path("rnn"), ModelType::kRnn);
    save_lively_model(directory_->path("transformer"), ModelType::kTransformer);
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static TranslateOptions options() {
    TranslateOptions options;
    options.search.beam_size = 4;
    options.n_best = 4;
    options.word_scores = true;
    options.alignment.form = AlignmentForm::kSoft;
    options.search.max_length_factor = 1;
    options.threads = 2;
    return options;
  }
  /// All that is written of some lines.
  static std::string translate(const std::vector<std::string>& names,
                               const TranslateOptions& options) {
    std::vector<std::string> paths, lines;
    for (const std::string& name : names) paths.push_back(directory_->path(name));
    for (int i = 0; i < 20; ++i) lines.push_back(german_number(i * i * 37 % 1000000));
    std::string records;
    for (const TranslatedLine& line : Translator(paths, options).translate(lines)) {
      records += format_record(line, options);
    }
    return records;
  }

  static inline std::unique_ptr<TemporaryDirectory> directory_;
};

TEST_F(TranslatorEnsembleTest, AModelWithItselfOrWithWeightNoneIsTheModel) {
  for (const bool int8 : {false, true}) {
    TranslateOptions wanted = options();
    wanted.int8 = int8;
    const std::string rnn = translate({"rnn"}, wanted);
    const std::string transformer = translate({"transformer"}, wanted);
    EXPECT_NE(rnn, transformer);
    EXPECT_NE(translate({"rnn", "transformer"}, wanted), rnn);
    EXPECT_EQ(translate({"rnn", "rnn"}, wanted), rnn);
    EXPECT_EQ(translate({"transformer", "transformer"}, wanted), transformer);
    wanted.weights = {0, 0.3F};
    EXPECT_EQ(translate({"rnn", "transformer"}, wanted), transformer);
    wanted.weights = {2, 0};
    EXPECT_EQ(translate({"rnn", "transformer"}, wanted), rnn);
  }
}

TEST_F(TranslatorEnsembleTest, ALineDependsOnNothingElse) {
  const std::vector<std::function<void(TranslateOptions&)>> kinds{
      [](TranslateOptions&) {}, [](TranslateOptions& o) { o.int8 = true; },
      [](TranslateOptions& o) { o.sampling = true; },
      [](TranslateOptions& o) { o.search.like = SearchStyle::kMarian; }};
  for (const auto& choose : kinds) {
    TranslateOptions one = options();
    one.weights = {1, 0.5F};
    choose(one);
    TranslateOptions other = one;
    one.line_buffered = true;
    one.threads = 1;
    const std::string expected = translate({"rnn", "transformer"}, one);
    for (const int words : {30, 1000}) {
      other.mini_batch_words = words;
      EXPECT_EQ(translate({"rnn", "transformer"}, other), expected) << words;
    }
  }
}

TEST_F(TranslatorEnsembleTest, RefusesWhatDoesNotFit) {
  const std::string rnn = directory_->path("rnn"), other = directory_->path("other");
  const auto weigh = [&](std::vector<std::string> paths, std::vector<float> weights) {
    TranslateOptions wanted;
    wanted.weights = std::move(weights);
    Translator(paths, wanted);
  };
  expect_error<UsageError>(
      [&] {
        weigh({rnn, rnn}, {1});
      },
      "--weights for each of 2 models, found 1");
  expect_error<UsageError>([&] { weigh({rnn, rnn}, {0, 0}); }, "a number above 0 in --weights");
  expect_error<UsageError>([&] { weigh({rnn, rnn}, {1, -1}); }, "for --weights, found -1");
  expect_error<UsageError>([&] { weigh({}, {}); }, "expected a model, found none");

  ModelOptions untied = tiny_options();
  untied.tied_embeddings_all = false;
  const auto [source, target] = joint_tokenizers();
  const std::string both = rnn + " and " + other;
  save_lively_model(other, untied, {number_tokenizer(true, true, 57), target});
  expect_error(
      [&] {
        weigh({rnn, other}, {});
      },
      "other source vocabularies in " + both + ": 61 and 57 pieces");
  save_lively_model(other, untied, {source, number_tokenizer(false, true, 57)});
  expect_error([&] { weigh({rnn, other}, {}); }, "other target vocabularies in " + both + ": ");
}

}  // namespace
}  // namespace heed
