#include "decoding/ensemble.h"

#include <gtest/gtest.h>

#include <cmath>

#include "decoding/beam_search.h"
#include "model/architectures.h"

namespace heed {
namespace {

/// A Transformer and a recurrent model over the same vocabularies, which begin with other tokens.
class EnsembleTest : public testing::TestWithParam<std::string_view> {
 protected:
  static ModelOptions options(ModelType type, EmbeddingScale scale) {
    ModelOptions options = small_model(type);
    options.embedding_scale = scale;
    return options;
  }
  static SearchRules rules(int beam) {
    SearchRules rules;
    rules.options.beam_size = beam;
    rules.options.max_length = 8;
    rules.n_best = beam;
    rules.attention = true;
    return rules;
  }
  std::vector<std::vector<Hypothesis>> search(const EnsembleModels& models, const Ragged& source,
                                              const SearchRules& rules) const {
    EnsembleStepper stepper(models);
    stepper.begin(source);
    return beam_search(stepper, rules);
  }

  SmallModel transformer_{options(ModelType::kTransformer, EmbeddingScale::kSqrt), GetParam()};
  SmallModel recurrent_{options(ModelType::kRnn, EmbeddingScale::kOne), GetParam()};
  const EncoderDecoder& one_ = *transformer_.model;
  const EncoderDecoder& other_ = *recurrent_.model;
  const Batch batch_ = random_batch(one_.vocabularies(), {4, 1, 7, 5}, {3, 6, 1, 2});
};

INSTANTIATE_TEST_SUITE_P(Backends, EnsembleTest, every_backend(), backend_name);

void expect_equal(const Hypothesis& a, const Hypothesis& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.word_scores, b.word_scores);
  EXPECT_EQ(a.attention, b.attention);
}

TEST_P(EnsembleTest, AModelWithItselfIsTheModel) {
  for (const EncoderDecoder* model : {&one_, &other_}) {
    ModelStepper stepper(*model);
    stepper.begin(batch_.source);
    const auto alone = beam_search(stepper, rules(4));
    const auto one = search({{model}, {0.3F}}, batch_.source, rules(4));
    const auto twice = search({{model, model}, {5, 5}}, batch_.source, rules(4));
    const auto thrice = search({{model, model, model}, {1, 1, 5}}, batch_.source, rules(4));
    for (std::size_t b = 0; b < alone.size(); ++b) {
      ASSERT_EQ(alone[b].size(), 4U);
      for (std::size_t n = 0; n < 4; ++n) {
        expect_equal(alone[b][n], one[b].at(n));
        expect_equal(alone[b][n], twice[b].at(n));
        EXPECT_EQ(alone[b][n].tokens, thrice[b].at(n).tokens);
        EXPECT_NEAR(alone[b][n].score, thrice[b].at(n).score, 1e-5);
      }
    }
  }
}

TEST_P(EnsembleTest, LogProbabilitiesAreWeightedMeans) {
  EnsembleStepper both({{&one_, &other_}, {3, 1}});
  ModelStepper a(one_), b(other_);
  std::vector<int> tokens(4, both.shape().start), parents{0, 1, 2, 3};
  std::vector<int> first(4, a.shape().start), second(4, b.shape().start);
  ASSERT_NE(first, second);
  both.begin(batch_.source);
  a.begin(batch_.source);
  b.begin(batch_.source);
  for (int step = 0; step < 4; ++step) {
    both.step(tokens, parents);
    a.step(first, parents);
    b.step(second, parents);
    const int size = both.shape().vocabulary, rows = static_cast<int>(parents.size());
    std::vector<float> mean(size), of_a(size), of_b(size);
    for (int row = 0; row < rows; ++row) {
      both.log_probabilities(row, mean);
      a.log_probabilities(row, of_a);
      b.log_probabilities(row, of_b);
      for (int token = 0; token < size; ++token) {
        EXPECT_NEAR(mean[token], 0.75F * of_a[token] + 0.25F * of_b[token], 1e-5);
      }
      EXPECT_EQ(both.log_probability(row, 5), mean[5]);
      const TopK top = both.top(2);
      EXPECT_EQ(top.values[2 * row], *std::ranges::max_element(mean));
      EXPECT_EQ(both.attention(row), a.attention(row)) << "the first model's";
    }
    // Rows change places, are gone and come twice.
    parents = {rows - 1, 0, 1, 0, rows - 2};
    tokens = first = second = {7, 3, 9, 4 + step, 3};
  }
}

TEST_P(EnsembleTest, NeighboursDoNotMatter) {
  const EnsembleModels models{{&one_, &other_}, {0.4F, 0.7F}};
  const auto together = search(models, batch_.source, rules(3));
  for (int b = 0; b < batch_.source.size(); ++b) {
    Ragged one;
    one.add(batch_.source[b]);
    const auto alone = search(models, one, rules(3))[0];
    for (std::size_t n = 0; n < 3; ++n) expect_equal(together[b].at(n), alone.at(n));
  }
}

TEST_P(EnsembleTest, ScoresAsTheSearchDoes) {
  const EnsembleModels models{{&other_, &one_}, {1, 2}};
  std::vector<std::vector<int>> prefixes;
  for (int b = 0; b < batch_.target.size(); ++b) {
    prefixes.emplace_back(batch_.target[b].begin(), batch_.target[b].end());  // with </s>
  }
  EnsembleStepper stepper(models);
  stepper.begin(batch_.source);
  const auto found = beam_search(stepper, rules(1), {prefixes, {}});
  const std::vector<Hypothesis> scored = EnsembleScorer(models).score(batch_, 1, true);
  ASSERT_EQ(scored.size(), found.size());
  for (std::size_t b = 0; b < scored.size(); ++b) {
    EXPECT_EQ(scored[b].tokens, found[b][0].tokens);
    EXPECT_NEAR(scored[b].log_probability, found[b][0].log_probability, 1e-4);
    EXPECT_NEAR(scored[b].score, found[b][0].score, 1e-4);
    ASSERT_EQ(scored[b].word_scores.size(), found[b][0].word_scores.size());
    ASSERT_EQ(scored[b].attention.size(), found[b][0].attention.size());
    EXPECT_NEAR(scored[b].word_scores[0], found[b][0].word_scores[0], 1e-5);
    EXPECT_NEAR(scored[b].attention[0][0], found[b][0].attention[0][0], 1e-5);
  }
}

}  // namespace
}  // namespace heed
