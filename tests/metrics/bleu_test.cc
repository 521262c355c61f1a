#include "metrics/bleu.h"

#include <gtest/gtest.h>

#include "metrics/multilingual.h"
#include "util/error.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

double score(const BleuOptions& options, const Lines& hypotheses,
             const std::vector<Lines>& references) {
  const Bleu bleu(options);
  return corpus_score(bleu, measure_corpus(bleu, hypotheses, references));
}

double sentence_score(BleuOptions options, const std::string& hypothesis,
                      const std::string& reference) {
  options.effective_order = true;
  return score(options, {hypothesis}, {{reference}});
}

const Lines kDogs = {"The dog bit the man.", "It wasn't surprising.",
                     "The man had just bitten him."};
const std::vector<Lines> kDogReferences = {
    {"The dog bit the man.", "It was not unexpected.", "The man bit him first."},
    {"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."}};

// Published by sacreBLEU for these sentences.
TEST(Bleu, TwoReferencesWithEachTokenizer) {
  EXPECT_NEAR(score({}, kDogs, kDogReferences), 48.53082701, 1e-8);
  EXPECT_NEAR(score({.tokenizer_name = "none"}, kDogs, kDogReferences), 49.19195660, 1e-8);
  EXPECT_NEAR(score({.tokenizer_name = "intl"}, kDogs, kDogReferences), 43.91623493, 1e-8);
  EXPECT_NEAR(score({.smoothing = BleuSmoothing::kNone}, kDogs, kDogReferences), 48.53082701, 1e-8);
  EXPECT_EQ(score({}, {"", "", ""}, kDogReferences), 0);
}

TEST(Bleu, DetailsAreThoseOfSacrebleu) {
  const Bleu bleu;
  const auto sums = sum_rows(measure_corpus(bleu, kDogs, kDogReferences));
  EXPECT_EQ(bleu.details(sums),
            "82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)");
}

// Published by sacreBLEU for this sentence pair.
TEST(Bleu, SmoothingOfOneSentence) {
  const std::string hypothesis =
      "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";
  const std::string reference = "producţia de zahăr brut se exprimă în zahăr alb;";
  const auto with = [&](const BleuOptions& options) {
    return sentence_score(options, hypothesis, reference);
  };
  EXPECT_NEAR(with({}), 8.493, 1e-3);
  EXPECT_EQ(with({.smoothing = BleuSmoothing::kNone}), 0);
  EXPECT_NEAR(with({.smoothing = BleuSmoothing::kFloor}), 4.51688, 1e-3);
  EXPECT_NEAR(with({.smoothing = BleuSmoothing::kFloor, .smoothing_value = 0.5}), 10.10, 1e-2);
  EXPECT_NEAR(with({.smoothing = BleuSmoothing::kAddK}), 14.882, 1e-3);
  EXPECT_NEAR(with({.smoothing = BleuSmoothing::kAddK, .smoothing_value = 2}), 21.389, 1e-3);
  EXPECT_NEAR(with({.tokenizer_name = "none"}), 7.347, 1e-3);
  EXPECT_NEAR(with({.tokenizer_name = "intl"}), 8.493, 1e-3);
  EXPECT_NEAR(with({.tokenizer_name = "char"}), 40.8759, 1e-3);
  EXPECT_NEAR(with({.lowercase = true, .tokenizer_name = "char"}), 42.0267, 1e-3);
}

TEST(Bleu, ManyScriptsWithEachTokenizer) {
  struct Expected {
    const char* tokenizer;
    double mixed, lower;
  };
  for (const Expected& e : {Expected{"13a", 45.735687, 45.954002},
                            {"intl", 28.739956, 28.874573},
                            {"zh", 30.440443, 30.551745},
                            {"char", 56.913355, 57.377545},
                            {"none", 14.808893, 14.919829}}) {
    const auto with = [&](bool lowercase) {
      return score({.lowercase = lowercase, .tokenizer_name = e.tokenizer},
                   multilingual_hypotheses(), multilingual_references());
    };
    EXPECT_NEAR(with(false), e.mixed, 1e-6) << e.tokenizer;
    EXPECT_NEAR(with(true), e.lower, 1e-6) << e.tokenizer;
  }
}

TEST(Bleu, EdgesOfOneSentence) {
  EXPECT_EQ(sentence_score({}, "", "a reference"), 0);
  EXPECT_EQ(sentence_score({}, "a hypothesis", ""), 0);
  EXPECT_EQ(sentence_score({}, "", ""), 0);
  EXPECT_NEAR(sentence_score({}, "word", "word"), 100, 1e-9);
  EXPECT_EQ(sentence_score({}, "this is a cat", "okay thanks"), 0);   // nothing to smooth
  EXPECT_NEAR(sentence_score({}, "ein Haus", "ein Baum"), 50, 1e-9);  // (1/2 · 1/(2·1))^(1/2)
  // Corpus BLEU of short sentences is 0: there is no 4-gram at all.
  EXPECT_EQ(score({}, {"word"}, {{"word"}}), 0);
  // No 4-gram matches: the precision is halved once (exp), or the score is 0 (none).
  EXPECT_NEAR(score({}, {"a b c x"}, {{"a b c y"}}),
              100 * std::pow(0.75 * (2 / 3.) * 0.5 * 0.5, 0.25), 1e-9);
  EXPECT_EQ(score({.smoothing = BleuSmoothing::kNone}, {"a b c x"}, {{"a b c y"}}), 0);
}

TEST(Bleu, BrevityPenaltyTakesTheClosestLength) {
  const Bleu bleu({.tokenizer_name = "none"});
  const auto reference_length = [&](const Lines& references) {
    std::vector<Lines> sets;
    for (const auto& reference : references) sets.push_back({reference});
    const Lines hypothesis = {"a b c d"};
    return bleu.bleu(sum_rows(measure_corpus(bleu, hypothesis, sets))).reference_length;
  };
  EXPECT_EQ(reference_length({"a b c d e f", "a b c"}), 3);
  EXPECT_EQ(reference_length({"a b c d e", "a b c"}), 3);  // equally close: the shorter
  EXPECT_EQ(reference_length({"a", "a b c d e f"}), 6);
}

TEST(Bleu, WhiteSpaceAtTheEndDoesNotCount) {
  EXPECT_EQ(score({.tokenizer_name = "char"}, {"abcd \r"}, {{"abcd"}}),
            score({.tokenizer_name = "char"}, {"abcd"}, {{"abcd"}}));
}

TEST(Bleu, OtherOrders) {
  EXPECT_NEAR(score({.order = 1}, {"a b"}, {{"a c"}}), 50, 1e-9);
  EXPECT_NEAR(score({.order = 2}, {"a b c"}, {{"a b d"}}), 100 * std::sqrt(2 / 3. * 0.5), 1e-9);
  EXPECT_THROW(Bleu({.order = 0}), UsageError);
}

TEST(Bleu, GivenTokenizerIsUsed) {
  BleuOptions options{.tokenizer_name = "spm"};
  options.tokenizer = [](std::string_view text) { return tokenize_char(text); };
  EXPECT_EQ(score(options, {"abcde"}, {{"abcdf"}}),
            score({.tokenizer_name = "char"}, {"abcde"}, {{"abcdf"}}));
}

TEST(Bleu, ConvenienceFunctionHasTheDefaults) {
  const Lines hypotheses = multilingual_hypotheses();
  EXPECT_NEAR(corpus_bleu(hypotheses, multilingual_references()[0]), 45.735687, 1e-6);
  EXPECT_THROW(corpus_bleu(hypotheses, multilingual_references()[0], "wrong"), UsageError);
}

TEST(Bleu, SmoothingNames) {
  EXPECT_EQ(parse_bleu_smoothing("add-k"), BleuSmoothing::kAddK);
  EXPECT_THROW(parse_bleu_smoothing("laplace"), UsageError);
}

}  // namespace
}  // namespace heed
