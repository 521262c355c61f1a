#include "heed/evaluator.h"

#include <gtest/gtest.h>

#include "data/tokenizer.h"
#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/json.h"

namespace heed {
namespace {

class Evaluator : public testing::Test {
 protected:
  Evaluator() {
    options_.references = {file("r1",
                                "The dog bit the man.\nIt was not unexpected.\n"
                                "The man bit him first.\n"),
                           file("r2",
                                "The dog had bit the man.\nNo one was surprised.\n"
                                "The man had bitten the dog.\n")};
    options_.input = {file("hyp",
                           "The dog bit the man.\nIt wasn't surprising.\n"
                           "The man had just bitten him.\n")};
    options_.format = EvaluationFormat::kText;
  }

  std::string file(const std::string& name, const std::string& text) {
    return directory_.write(name, text);
  }
  std::string run() {
    return evaluate(options_, "heed-9",
                    [this](const std::string& warning) { warnings_.push_back(warning); });
  }
  nlohmann::json run_json() {
    options_.format = EvaluationFormat::kJson;
    return nlohmann::json::parse(run());
  }

  TemporaryDirectory directory_;
  EvaluateOptions options_;
  std::vector<std::string> warnings_;
};

TEST_F(Evaluator, PrintsWhatSacrebleuPrints) {
  options_.width = 2;
  EXPECT_EQ(run(),
            "BLEU|nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-9 = 48.53 "
            "82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)\n");
  options_.metrics = {"chrf"};
  EXPECT_EQ(run(), "chrF2|nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|version:heed-9 = 59.73\n");
}

TEST_F(Evaluator, SeveralMetricsComeInAFixedOrder) {
  options_.metrics = {"ter", "chrf", "bleu"};
  const auto json = run_json();
  ASSERT_EQ(json.size(), 3);
  EXPECT_EQ(json[0]["name"], "BLEU");
  EXPECT_EQ(json[1]["name"], "chrF2");
  EXPECT_EQ(json[2]["name"], "TER");
}

TEST_F(Evaluator, OptionsReachTheMetrics) {
  options_.metrics = {"bleu", "chrf", "ter"};
  options_.lowercase = options_.chrf_lowercase = options_.ter_case_sensitive = true;
  options_.tokenize = "intl";
  options_.smooth_method = "add-k";
  options_.smooth_value = 2;
  options_.chrf_word_order = 2;
  options_.chrf_eps_smoothing = options_.chrf_whitespace = true;
  options_.ter_no_punct = options_.ter_normalized = options_.ter_asian_support = true;
  const auto json = run_json();
  EXPECT_EQ(json[0]["signature"],
            "nrefs:2|case:lc|eff:no|tok:intl|smooth:add-k[2.00]|version:heed-9");
  EXPECT_EQ(json[1]["name"], "chrF2++");
  EXPECT_EQ(json[1]["signature"], "nrefs:2|case:lc|eff:no|nc:6|nw:2|space:yes|version:heed-9");
  EXPECT_EQ(json[2]["signature"],
            "nrefs:2|case:mixed|tok:tercom|norm:yes|punct:no|asian:yes|version:heed-9");
}

TEST_F(Evaluator, SentenceLevelUsesEffectiveOrder) {
  options_.sentence_level = true;
  options_.score_only = true;
  options_.references = {file("r", "word\nein Baum\n")};
  options_.input = {file("h", "word\nein Haus\n")};
  EXPECT_EQ(run(), "100.0\n50.0\n");
  options_.score_only = false;
  EXPECT_NE(run().find("eff:yes"), std::string::npos);
}

TEST_F(Evaluator, ConfidenceIsInSignatureAndScore) {
  options_.confidence = true;
  options_.confidence_n = 100;
  const auto json = run_json();
  EXPECT_EQ(json["bs"], "100");
  EXPECT_EQ(json["seed"], "12345");
  EXPECT_TRUE(json.contains("confidence_mean"));
  EXPECT_EQ(json, run_json());
}

TEST_F(Evaluator, PairedTestsCompareWithTheBaseline) {
  options_.input.push_back(file("other", "a\nb\nc\n"));
  options_.input.push_back(options_.input[0]);  // the baseline again is passed over
  options_.paired_ar = true;
  options_.paired_ar_n = 50;
  const auto json = run_json();
  ASSERT_EQ(json.size(), 2);
  EXPECT_TRUE(json[1]["BLEU"]["p_value"].is_number());
  options_.paired_ar = false;
  options_.paired_bs = true;
  options_.paired_bs_n = 50;
  EXPECT_TRUE(run_json()[0]["BLEU"]["ci"].is_number());
}

TEST_F(Evaluator, ScoresBySourceLength) {
  options_.source = file("source", "a b c\na\na b c d\n");
  options_.length_bounds = {2, 3};
  const auto groups = run_json()["by_source_length"];
  ASSERT_EQ(groups.size(), 3);
  EXPECT_EQ(groups[1]["sentences"], 1);
  EXPECT_EQ(groups[1]["score"], 100.0);
  options_.source = file("short", "a\n");
  expect_error([&] { run(); }, "and 1 in ");
}

TEST_F(Evaluator, SentencePieceTokenizer) {
  const std::string text = "the dog bit the man the man bit the dog";
  DataOptions data;
  data.vocab_size = 25;
  data.byte_fallback = false;
  const Tokenizer tokenizer = train_tokenizer(
      1, [&](std::size_t) { return text; }, data);
  options_.tokenize = "spm";
  options_.spm_model = file("vocab.spm", tokenizer.serialized());
  options_.references = {file("r", "the dog bit ž\n")};
  options_.input = {file("h", "the dog bit ž\n")};
  EXPECT_EQ(run_json()["score"], 100.0);
  EXPECT_EQ(run_json()["tok"], "spm");
  options_.input = {file("h", "the dog bit đ\n")};  // another unknown character
  EXPECT_LT(run_json()["score"], 100.0);
  options_.tokenize = "flores200";
  EXPECT_EQ(run_json()["tok"], "flores200");
  options_.spm_model.clear();
  expect_error<UsageError>([&] { run(); }, "--tokenize flores200: --spm-model FILE");
}

TEST_F(Evaluator, Alignments) {
  options_.metrics = {"aer"};
  options_.references = {file("gold", "1-1 2p2\n")};
  options_.input = {file("links", "0-0 1-1\n")};
  options_.aer_gold_one_based = true;
  EXPECT_EQ(run(),
            "AER|nrefs:1|hypfirst:0|goldfirst:1|version:heed-9 = 0.0 (precision = 100.0 recall = "
            "100.0 F = 100.0 links = 2 sure = 1)\n");
  options_.references = {file("gold", "1p1\n")};
  options_.input = {file("links", "\n")};
  expect_error([&] { run(); }, "expected alignment links to measure, found none");
}

TEST_F(Evaluator, WarnsOfTokenizedText) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "This is tokenized .\n";
  options_.references = {file("r", text)};
  options_.input = {file("h", text)};
  run();
  ASSERT_EQ(warnings_.size(), 1);
  EXPECT_NE(warnings_[0].find("100 lines"), std::string::npos);
  options_.force = true;
  run();
  EXPECT_EQ(warnings_.size(), 1);
}

TEST_F(Evaluator, RefusesWhatDoesNotFit) {
  const EvaluateOptions good = options_;
  const auto refused = [&](auto change, const std::string& part) {
    options_ = good;
    change(options_);
    expect_error<UsageError>([&] { run(); }, part);
  };
  refused([](auto& o) { o.metrics = {"bleurt"}; }, "One of: bleu, chrf, ter, aer");
  refused([](auto& o) { o.metrics.clear(); }, "found none");
  refused([](auto& o) { o.tokenize = "14a"; }, "One of: none, 13a, intl, char, zh, spm");
  refused([](auto& o) { o.tokenize = "ja-mecab"; }, "use --tokenize none");
  refused([](auto& o) { o.spm_model = "x"; }, "tokenizer 13a");
  refused([](auto& o) { o.smooth_method = "lin"; }, "smoothing method");
  refused([](auto& o) { o.width = -1; }, "decimals");
  refused([](auto& o) { o.paired_bs = o.paired_ar = true; }, "choose one");
  refused([](auto& o) { o.paired_bs = true; }, "two or more systems");
  refused([](auto& o) { o.sentence_level = o.confidence = true; }, "--sentence-level");
  refused([](auto& o) { o.references = {"-"}, o.input.clear(); }, "standard input once");
  refused([](auto& o) { o.references.clear(); }, "found none");
  refused(
      [&](auto& o) {
        o.confidence = true;
        o.input.push_back(file("other", "a\nb\nc\n"));
      },
      "use --paired-bs");
}

}  // namespace
}  // namespace heed
