#include "metrics/chrf.h"

#include <gtest/gtest.h>

#include "metrics/multilingual.h"
#include "util/error.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

double chrf_score(const ChrfOptions& options, const Lines& hypotheses,
                  const std::vector<Lines>& references) {
  const Chrf chrf(options);
  return corpus_score(chrf, measure_corpus(chrf, hypotheses, references));
}

// Published by sacreBLEU for these pairs (with beta 3).
TEST(Chrf, EffectiveOrder) {
  const ChrfOptions options{.beta = 3};
  EXPECT_NEAR(chrf_score(options, {"a"}, {{"a"}}), 100, 1e-4);
  EXPECT_EQ(chrf_score(options, {""}, {{"reference"}}), 0);
  EXPECT_NEAR(chrf_score(options, {"a b c"}, {{"abc"}}), 100, 1e-4);
  EXPECT_EQ(chrf_score(options, {""}, {{"c"}}), 0);
  EXPECT_NEAR(chrf_score(options, {"a", "b"}, {{"a", "c"}}), 50, 1e-4);
  EXPECT_NEAR(chrf_score(options, {"aa"}, {{"ab"}}), 25, 1e-4);
}

TEST(Chrf, EpsilonSmoothing) {
  const ChrfOptions options{.beta = 3, .epsilon_smoothing = true};
  EXPECT_NEAR(chrf_score(options, {"abcdefg"}, {{"hijklmnop"}}), 0, 1e-4);
  EXPECT_NEAR(chrf_score(options, {""}, {{"ref"}}), 0, 1e-4);
  EXPECT_NEAR(chrf_score(options, {"aa"}, {{"ab"}}), 8.3333, 1e-4);
  EXPECT_NEAR(chrf_score(options, {"a", "b"}, {{"a", "c"}}), 8.3333, 1e-4);
  EXPECT_NEAR(chrf_score(options, {"a"}, {{"a"}}), 16.6667, 1e-4);
  EXPECT_NEAR(chrf_score(options, {"a b c"}, {{"a b c"}}), 50, 1e-4);
}

TEST(Chrf, SentencesAndWhiteSpace) {
  const Lines hypothesis = {
      "Die Beziehung zwischen Obama und Netanjahu ist nicht gerade freundlich."};
  const Lines spaced = {
      " Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. "};
  const std::vector<Lines> reference = {
      {"Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich."}};
  EXPECT_NEAR(chrf_score({.beta = 3}, spaced, reference), 64.1302698, 1e-4);
  EXPECT_NEAR(chrf_score({.beta = 3, .whitespace = true}, hypothesis, reference), 67.3481606, 1e-4);
}

TEST(Chrf, TwoReferencesTakeTheBetter) {
  const Lines hypotheses = {"The dog bit the man.", "It wasn't surprising.",
                            "The man had just bitten him."};
  const std::vector<Lines> references = {
      {"The dog bit the man.", "It was not unexpected.", "The man bit him first."},
      {"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."}};
  EXPECT_NEAR(chrf_score({}, hypotheses, references), 59.73, 5e-3);  // published by sacreBLEU
}

TEST(Chrf, ManyScripts) {
  const Lines hypotheses = multilingual_hypotheses();
  const std::vector<Lines> references = multilingual_references();
  EXPECT_NEAR(chrf_score({}, hypotheses, references), 53.815802, 1e-6);
  EXPECT_NEAR(chrf_score({.word_order = 2}, hypotheses, references), 53.212767, 1e-6);
  EXPECT_NEAR(chrf_score({.whitespace = true}, hypotheses, references), 57.929756, 1e-6);
  EXPECT_NEAR(chrf_score({.word_order = 2, .epsilon_smoothing = true}, hypotheses, references),
              53.201288, 1e-6);
}

TEST(Chrf, SentencesOfManyScripts) {
  const std::vector<double> expected = {62.7439, 85.1979, 57.0735, 65.2041, 77.1215,
                                        25.4657, 56.5703, 64.0990, 31.6884, 21.8285,
                                        0,       0,       100,     10.2330};
  const Chrf chrf;
  const Statistics statistics =
      measure_corpus(chrf, multilingual_hypotheses(), multilingual_references());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(chrf.score(statistics.row(i)), expected[i], 1e-4) << i;
  }
}

TEST(Chrf, OnePunctuationMarkIsSplitOffAWord) {
  // "(hi)" is "(hi" and ")": one of two words is found in "hi )", and no pair of words.
  const Chrf chrf({.word_order = 2});
  std::vector<double> row(chrf.width());
  const std::vector<std::string_view> references = {"hi )"};
  chrf.measure("(hi)", references, row);
  EXPECT_EQ((std::vector<double>(row.begin() + 18, row.end())),
            (std::vector<double>{2, 2, 1, 1, 1, 0}));
}

TEST(Chrf, NamesAndLimits) {
  EXPECT_EQ(Chrf().name(), "chrF2");
  EXPECT_EQ(Chrf({.word_order = 2, .beta = 3}).name(), "chrF3++");
  EXPECT_THROW(Chrf({.char_order = 0}), UsageError);
  EXPECT_THROW(Chrf({.word_order = -1}), UsageError);
}

TEST(Chrf, Lowercase) {
  EXPECT_NEAR(chrf_score({.lowercase = true}, {"ÄRGER"}, {{"ärger"}}), 100, 1e-9);
  EXPECT_EQ(chrf_score({}, {"ÄRGER"}, {{"ärger"}}), 0);
}

}  // namespace
}  // namespace heed
