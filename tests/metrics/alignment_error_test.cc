#include "metrics/alignment_error.h"

#include <gtest/gtest.h>

#include "util/error.h"

namespace heed {
namespace {

AlignmentScore scores(const std::vector<std::string>& hypotheses,
                      const std::vector<std::string>& gold, AlignmentErrorOptions options = {}) {
  const AlignmentErrorRate metric(options);
  return metric.scores(sum_rows(measure_corpus(metric, hypotheses, std::span(&gold, 1))));
}

TEST(AlignmentError, FollowsOchAndNey) {
  // A = 3 links, S = 2, A∩S = 1, A∩P = 2.
  const AlignmentScore score = scores({"0-0 1-1 2-0"}, {"0-0 2-2 1p1"});
  EXPECT_NEAR(score.error_rate, 100 * (1 - 3 / 5.), 1e-9);
  EXPECT_NEAR(score.precision, 200 / 3., 1e-9);
  EXPECT_NEAR(score.recall, 50, 1e-9);
  EXPECT_NEAR(score.f, 400 / 7., 1e-9);
}

TEST(AlignmentError, SumsOverTheCorpus) {
  const AlignmentScore score = scores({"0-0", ""}, {"1-1", "2-2 3p3"}, {0, 1});
  EXPECT_NEAR(score.recall, 50, 1e-9);
  EXPECT_NEAR(score.precision, 100, 1e-9);
  EXPECT_NEAR(score.error_rate, 100 * (1 - 2 / 3.), 1e-9);
}

TEST(AlignmentError, NothingAtAll) {
  EXPECT_EQ(scores({""}, {""}).error_rate, 0);
  EXPECT_EQ(scores({""}, {"0-0"}).error_rate, 100);
  EXPECT_EQ(scores({"0-0"}, {""}).error_rate, 100);
}

TEST(AlignmentError, NamesTheLine) {
  try {
    scores({"0-0", "0-x"}, {"0-0", "0-0"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("found '0-x' in line 2"), std::string::npos);
  }
  EXPECT_THROW(AlignmentErrorRate({0, 2}), UsageError);
}

}  // namespace
}  // namespace heed
