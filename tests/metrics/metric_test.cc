#include "metrics/metric.h"

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/ter.h"
#include "util/error.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

TEST(Metric, AnEmptyLineIsAReference) {
  const Bleu bleu;
  const Lines hypotheses = {"The dog bit the man.", "It wasn't surprising.",
                            "The man had just bitten him."};
  const std::vector<Lines> references = {
      {"", "It was not unexpected.", "The man bit him first."},
      {"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."}};
  const Statistics statistics = measure_corpus(bleu, hypotheses, references);
  EXPECT_EQ(statistics.references, 2);
  EXPECT_NEAR(corpus_score(bleu, statistics), 29.44365765, 1e-8);
  // The numbers are sacreBLEU 2.6's.
  const Lines two = {"the cat sat on the mat", "a dog ran home"};
  const std::vector<Lines> half = {{"the cat sat on a mat", ""}, {"", "a dog ran to home"}};
  EXPECT_NEAR(corpus_score(bleu, measure_corpus(bleu, two, half)), 46.59, 0.005);
  EXPECT_NEAR(corpus_score(Chrf(), measure_corpus(Chrf(), two, half)), 65.74, 0.005);
  EXPECT_NEAR(corpus_score(Ter(), measure_corpus(Ter(), two, half)), 36.36, 0.005);
}

TEST(Metric, OnlyEmptyReferencesAreAnEmptyReference) {
  const Bleu bleu;
  const Lines hypotheses = {"one two three four", "nothing"};
  const std::vector<Lines> references = {{"one two three four", ""}, {"", ""}};
  const std::vector<double> sums = sum_rows(measure_corpus(bleu, hypotheses, references));
  EXPECT_EQ(sums[0], 5);
  EXPECT_EQ(sums[1], 4);
}

TEST(Metric, RefusesOtherNumbersOfLines) {
  const Bleu bleu;
  const Lines hypotheses = {"a", "b"};
  const std::vector<Lines> references = {{"a"}};
  try {
    measure_corpus(bleu, hypotheses, references);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "expected as many references as hypotheses, found 2 hypotheses and 1 references");
  }
  EXPECT_THROW(measure_corpus(bleu, hypotheses, {}), Error);
}

TEST(Metric, SumsOfSomeRows) {
  const Statistics statistics{2, {1, 2, 3, 4, 5, 6}, 1};
  EXPECT_EQ(sum_rows(statistics), (std::vector<double>{9, 12}));
  const std::vector<std::size_t> twice = {1, 1};
  EXPECT_EQ(sum_rows(statistics, twice), (std::vector<double>{6, 8}));
}

}  // namespace
}  // namespace heed
