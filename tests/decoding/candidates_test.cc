#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "decoding/beam_search.h"
#include "decoding/ensemble.h"
#include "model/architectures.h"
#include "support/expect_error.h"

namespace heed {
namespace {

class CandidatesTest : public testing::TestWithParam<Precision> {
 protected:
  std::unique_ptr<EnsembleStepper> begun(const Candidates& candidates) {
    auto stepper = std::make_unique<EnsembleStepper>(EnsembleModels{{small_.model.get()}, {1}});
    stepper->begin(source_, candidates);
    return stepper;
  }
  static SearchRules rules() {
    SearchRules rules;
    rules.options.beam_size = rules.n_best = 4;
    rules.options.max_length = 8;
    return rules;
  }

  SmallModel small_{architectures().front().options, "eigen"};
  std::optional<PackedParameters> packed_{std::in_place, small_.model->parameters(), GetParam(),
                                          true};
  Ragged source_ = random_batch(small_.model->vocabularies(), {4, 1, 7}, {1, 1, 1}).source;
  const int vocabulary_ = small_.model->vocabularies().target;
};
INSTANTIATE_TEST_SUITE_P(Precisions, CandidatesTest,
                         testing::Values(Precision::kFloat, Precision::kInt8));

TEST_P(CandidatesTest, AllTokensAreAsNone) {
  std::vector<int> all(vocabulary_);
  std::iota(all.begin(), all.end(), 0);
  Candidates candidates;
  for (int b = 0; b < source_.size(); ++b) candidates.add({all, {}});
  const auto found = {beam_search(*begun(candidates), rules()), beam_search(*begun({}), rules())};
  packed_.reset();
  packed_.emplace(small_.model->parameters(), GetParam());
  const auto expected = beam_search(*begun({}), rules());
  for (const auto& with_rows : found) {
    for (std::size_t b = 0; b < expected.size(); ++b) {
      for (std::size_t i = 0; i < expected[b].size(); ++i) {
        EXPECT_EQ(with_rows[b][i].tokens, expected[b][i].tokens);
        EXPECT_EQ(with_rows[b][i].word_scores, expected[b][i].word_scores);
      }
    }
  }
}

TEST_P(CandidatesTest, ShareAllProbability) {
  const std::vector<std::vector<int>> given{{2, 3, 5, 9}, {0, 2}, {2}};
  Candidates candidates;
  for (const auto& own : given) candidates.add({own, {}});
  const auto begun_stepper = begun(candidates);
  EnsembleStepper& stepper = *begun_stepper;
  const std::vector<int> parents{0, 0, 1, 2};
  stepper.step(std::vector<int>{1, 1, 1, 1}, parents);
  const TopK top = stepper.top(3);
  const std::vector<int> ids(top.ids.begin(), top.ids.end());
  const std::vector<float> values(top.values.begin(), top.values.end());
  for (int row = 0; row < 4; ++row) {
    const std::vector<int>& own = given[parents[row]];
    std::vector<float> all(vocabulary_);
    stepper.log_probabilities(row, all);
    double sum = 0;
    for (int token = 0; token < vocabulary_; ++token) {
      EXPECT_EQ(std::isfinite(all[token]), std::ranges::count(own, token) == 1) << token;
      EXPECT_EQ(stepper.log_probability(row, token), all[token]);
      sum += std::exp(double{all[token]});
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    for (int i = 0; i < 3; ++i) {
      const float value = values[3 * row + i];
      EXPECT_EQ(std::isfinite(value), std::cmp_less(i, own.size()));
      if (std::isfinite(value)) {
        EXPECT_EQ(value, all[ids[3 * row + i]]);
      }
    }
  }
}

/// Where all other tokens are the sample, nothing is estimated.
TEST_P(CandidatesTest, ASampleOfAllOthersGivesTheModelsProbabilities) {
  const std::vector<int> own{2, 3, 5, 9};
  SentenceCandidates sentence{own, {}};
  for (int token = 0; token < vocabulary_; ++token) {
    if (std::ranges::count(own, token) == 0) sentence.sample.push_back(token);
  }
  Candidates candidates;
  for (int b = 0; b < source_.size(); ++b) candidates.add(sentence);
  const auto some = begun(candidates), all = begun({});
  const std::vector<int> starts{1, 1, 1}, parents{0, 1, 2};
  some->step(starts, parents);
  all->step(starts, parents);
  for (int row = 0; row < 3; ++row) {
    for (const int token : own) {
      EXPECT_NEAR(some->log_probability(row, token), all->log_probability(row, token), 1e-5);
    }
  }
}

TEST_P(CandidatesTest, TranslationsHaveNothingElse) {
  Candidates candidates;
  for (int b = 0; b < source_.size(); ++b) candidates.add({{2, 4 + b, 8 + b}, {}});
  const auto found = beam_search(*begun(candidates), rules());
  for (int b = 0; b < source_.size(); ++b) {
    for (const Hypothesis& h : found[b]) {
      for (const int token : h.tokens) EXPECT_TRUE(token == 4 + b || token == 8 + b) << token;
    }
  }
}

TEST(CandidatesErrorTest, NeedPackedRows) {
  SmallModel small(architectures().front().options, "eigen");
  Ragged source;
  Candidates candidates;
  source.add(std::vector<int>{3, 2});
  candidates.add({{2, 3}, {}});
  ModelStepper stepper(*small.model);
  stepper.begin(source, candidates);
  expect_error([&] { stepper.step(std::vector<int>{1}, std::vector<int>{0}); }, "packed by rows");
}

}  // namespace
}  // namespace heed
