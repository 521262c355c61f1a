#include "metrics/ter.h"

#include <gtest/gtest.h>

#include "metrics/multilingual.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

double ter_score(const TerOptions& options, const Lines& hypotheses,
                 const std::vector<Lines>& references) {
  const Ter ter(options);
  return corpus_score(ter, measure_corpus(ter, hypotheses, references));
}

TEST(Ter, Edges) {
  EXPECT_EQ(ter_score({}, {"aaaa bbbb cccc dddd"}, {{"aaaa bbbb cccc dddd"}}), 0);
  EXPECT_EQ(ter_score({}, {"dddd eeee ffff"}, {{"aaaa bbbb cccc"}}), 100);
  EXPECT_EQ(ter_score({}, {""}, {{"a"}}), 100);
  EXPECT_EQ(ter_score({}, {"a"}, {{""}}), 100);
  EXPECT_EQ(ter_score({}, {""}, {{""}}), 0);
  EXPECT_NEAR(ter_score({}, {"d e f g h a b c"}, {{"a b c d e f g h"}}), 12.5, 1e-9);
  EXPECT_NEAR(ter_score({}, {"a b c d"}, {{"a"}}), 300, 1e-9);
}

TEST(Ter, SeveralReferencesGiveTheirAverageLength) {
  const Ter ter;
  const Lines hypothesis = {"a b c"};
  const std::vector<Lines> references = {{"a b c d"}, {"x y z x y z"}};
  EXPECT_EQ(sum_rows(measure_corpus(ter, hypothesis, references)), (std::vector<double>{1, 5}));
}

TEST(Ter, ReferencesAreNormalizedTwiceAsBySacrebleu) {
  const TerOptions normalized{true, false, false, false};
  EXPECT_EQ(ter_score(normalized, {"u . ,3"}, {{"u.,3"}}), 0);
  EXPECT_EQ(ter_score(normalized, {"u.,3"}, {{"u . ,3"}}), 50);
}

TEST(Ter, ManyScripts) {
  struct Expected {
    bool normalized, no_punctuation, asian;
    double uncased, cased;
  };
  for (const Expected& e : {Expected{false, false, false, 49.180328, 50.819672},
                            {true, false, false, 40.789474, 42.105263},
                            {false, true, false, 45.901639, 47.540984},
                            {true, true, false, 39.393939, 40.909091},
                            {true, true, true, 32.941176, 34.117647}}) {
    TerOptions options{e.normalized, e.no_punctuation, e.asian, false};
    EXPECT_NEAR(ter_score(options, multilingual_hypotheses(), multilingual_references()), e.uncased,
                1e-6);
    options.case_sensitive = true;
    EXPECT_NEAR(ter_score(options, multilingual_hypotheses(), multilingual_references()), e.cased,
                1e-6);
  }
}

}  // namespace
}  // namespace heed
