#include "decoding/stepper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "decoding/beam_search.h"
#include "decoding/scorer.h"
#include "model/architectures.h"

namespace heed {
namespace {

using Choice = std::tuple<Architecture, std::string_view>;

/// Each property holds for each architecture on each backend.
class StepperTest : public testing::TestWithParam<Choice> {
 protected:
  SmallModel small_{std::get<0>(GetParam()).options, std::get<1>(GetParam())};
  const EncoderDecoder& model_ = *small_.model;
};

std::string choice_name(const testing::TestParamInfo<Choice>& info) {
  return std::get<0>(info.param).name + "_" + std::string(std::get<1>(info.param));
}

void expect_near(const std::vector<float>& expected, const std::vector<float>& found) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(expected[i], found[i], 2e-5) << i;
}

void expect_near(const Hypothesis& expected, const Hypothesis& found) {
  EXPECT_EQ(expected.tokens, found.tokens);
  EXPECT_NEAR(expected.log_probability, found.log_probability, 1e-4);
  EXPECT_NEAR(expected.score, found.score, 1e-4);
  expect_near(expected.word_scores, found.word_scores);
  ASSERT_EQ(expected.attention.size(), found.attention.size());
  for (std::size_t t = 0; t < expected.attention.size(); ++t) {
    expect_near(expected.attention[t], found.attention[t]);
  }
}

SearchRules rules_for(int beam, int n_best) {
  SearchRules rules;
  rules.options.beam_size = beam;
  rules.options.max_length = 8;
  rules.n_best = n_best;
  rules.attention = true;
  return rules;
}

Ragged sources(const EncoderDecoder& model, const std::vector<int>& lengths) {
  return random_batch(model.vocabularies(), lengths, std::vector<int>(lengths.size(), 1)).source;
}

TEST_P(StepperTest, ForcedTargetsScoreAsInOnePass) {
  const Batch batch = random_batch(model_);
  Scorer scorer(model_);
  const auto expected = scorer.score(batch, SearchOptions().normalize, true);
  std::vector<std::vector<int>> prefixes;
  for (int b = 0; b < batch.target.size(); ++b) {
    prefixes.emplace_back(batch.target[b].begin(), batch.target[b].end());  // with </s>
  }
  ModelStepper stepper(model_);
  stepper.begin(batch.source);
  const auto found = beam_search(stepper, rules_for(1, 1), {prefixes, {}});
  for (int b = 0; b < batch.target.size(); ++b) expect_near(expected[b], found[b].at(0));
}

TEST_P(StepperTest, WhatIsFoundScoresAsInOnePass) {
  const Ragged source = sources(model_, {4, 1, 7});
  ModelStepper stepper(model_);
  stepper.begin(source);
  const auto found = beam_search(stepper, rules_for(3, 3));
  Batch batch;
  std::vector<Hypothesis> all;
  for (int b = 0; b < source.size(); ++b) {
    for (const Hypothesis& h : found[b]) {
      std::vector<int> target = h.tokens;
      target.push_back(model_.vocabularies().eos);
      batch.source.add(source[b]);
      batch.target.add(target);
      all.push_back(h);
    }
  }
  Scorer scorer(model_);
  const auto scored = scorer.score(batch, rules_for(3, 3).options.normalize, true);
  ASSERT_EQ(scored.size(), 9U);
  for (std::size_t i = 0; i < all.size(); ++i) expect_near(scored[i], all[i]);
}

TEST_P(StepperTest, ProbabilitiesAndAttentionSumToOne) {
  const Ragged source = sources(model_, {5, 2});
  ModelStepper stepper(model_);
  stepper.begin(source);
  const std::vector<int> tokens{1, 1, 1}, parents{0, 1, 1};
  stepper.step(tokens, parents);
  for (int row = 0; row < 3; ++row) {
    std::vector<float> all(stepper.shape().vocabulary);
    stepper.log_probabilities(row, all);
    double sum = 0;
    for (const float value : all) sum += std::exp(static_cast<double>(value));
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_EQ(stepper.log_probability(row, 3), all[3]);
    const TopK top = stepper.top(2);
    EXPECT_EQ(top.values[2 * row], *std::ranges::max_element(all));
    EXPECT_EQ(top.values[2 * row], all[top.ids[2 * row]]);
    const std::vector<float> weights = stepper.attention(row);
    if (weights.empty()) continue;
    EXPECT_EQ(weights.size(), row == 0 ? 5U : 2U);
    const ModelOptions& options = model_.options();
    if (options.attention_normalizer == AttentionNormalizer::kSigmoid) continue;
    // A predicted window's Gaussian takes weight away from what is far from its centre.
    const double lost = options.attention_window == AttentionWindow::kPredictive ? 1 : 1e-5;
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    EXPECT_LT(total, 1 + 1e-5);
    EXPECT_GT(total, 1 - lost);
  }
  Tape tape(*small_.backend);
  const Decoded decoded = model_.decode(tape, model_.encode(tape, source), source);
  EXPECT_EQ(stepper.attention(0).empty(), decoded.attention.weights.empty());
}

TEST_P(StepperTest, NeighboursDoNotMatter) {
  const std::vector<int> lengths{3, 6, 1, 4, 8, 2, 5, 3, 7, 6, 4, 1, 9, 2, 5, 3};
  const Ragged source = sources(model_, lengths);
  std::vector<int> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(5);
  random.shuffle(std::span(order));
  Ragged shuffled;
  for (const int b : order) shuffled.add(source[b]);

  ModelStepper stepper(model_);
  stepper.begin(source);
  const auto together = beam_search(stepper, rules_for(4, 4));
  stepper.begin(shuffled);
  const auto mixed = beam_search(stepper, rules_for(4, 4));
  for (std::size_t i = 0; i < order.size(); ++i) {
    Ragged one;
    one.add(source[order[i]]);
    stepper.begin(one);
    const auto alone = beam_search(stepper, rules_for(4, 4))[0];
    ASSERT_EQ(alone.size(), 4U);
    for (std::size_t n = 0; n < 4; ++n) {
      expect_near(together[order[i]][n], alone[n]);
      expect_near(mixed[i][n], alone[n]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, StepperTest,
                         testing::Combine(testing::ValuesIn(architectures()),
                                          testing::ValuesIn(test_backend_names())),
                         choice_name);

}  // namespace
}  // namespace heed
