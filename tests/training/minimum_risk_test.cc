#include "training/minimum_risk.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "metrics/chrf.h"
#include "model/tiny_models.h"
#include "support/gradient_check.h"
#include "util/fields.h"
#include "util/random.h"

namespace heed {
namespace {

/// A small model, not trained, and some pairs.
class MinimumRiskTest : public testing::TestWithParam<ModelType> {
 protected:
  MinimumRiskTest() : tiny_(without_dropout(), joint_tokenizers()) {
    disturb(tiny_.parameters, 0.3);
    for (const int number : {7, 43, 912}) {
      pairs_.source.add(with_end(german_number(number)));
      pairs_.target.add(with_end(english_number(number)));
    }
  }

  static ModelOptions without_dropout() {
    ModelOptions options = tiny_options(GetParam());
    options.dropout = 0;
    return options;
  }

  std::vector<int> with_end(const std::string& line) const {
    std::vector<int> ids = tokenizer_.encode(line);
    ids.push_back(tokenizer_.eos_id());
    return ids;
  }

  std::string text(const Ragged& side, int i) const {
    const std::span<const int> ids = side[i];
    return tokenizer_.decode(ids.first(ids.size() - 1));
  }

  const Tokenizer& tokenizer_ = joint_tokenizers().target;
  TinyModel tiny_;
  Batch pairs_;
};
INSTANTIATE_TEST_SUITE_P(Models, MinimumRiskTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& test) { return std::string(to_text(test.param)); });

TEST_P(MinimumRiskTest, WeighsTheBetterAboveZeroAndTheOthersBelow) {
  MinimumRisk risk(*tiny_.model, tokenizer_, {4, RiskMetric::kChrf, 0}, 1);
  const auto [batch, expected] = risk.translate(0, pairs_);
  ASSERT_EQ(batch.source.size(), 12);
  double sum = 0;
  for (int pair = 0; pair < 3; ++pair) {
    const std::string reference = text(pairs_.target, pair);
    std::vector<double> risks;
    for (int i = 4 * pair; i < 4 * pair + 4; ++i) {
      EXPECT_EQ(text(batch.source, i), text(pairs_.source, pair));
      const std::vector<std::string> found{text(batch.target, i)};
      risks.push_back(1 -
                      corpus_score(Chrf(), measure_corpus(Chrf(), found, {{{reference}}})) / 100);
    }
    const double mean = (risks[0] + risks[1] + risks[2] + risks[3]) / 4;  // p^0 is 1
    const double tokens = pairs_.target.length(pair);
    for (int i = 0; i < 4; ++i) {
      EXPECT_NEAR(batch.weights[4 * pair + i], tokens * (mean - risks[i]) / 4, 1e-5);
    }
    sum += tokens * mean;
  }
  EXPECT_NEAR(expected, sum, 1e-5);
}

TEST_P(MinimumRiskTest, LosesTheGradientOfTheExpectedRisk) {
  constexpr float kSharpness = 0.7F, kStep = 3e-3F;
  MinimumRisk risk(*tiny_.model, tokenizer_, {4, RiskMetric::kBleu, kSharpness}, 1);
  const MinimumRisk::Weighed here = risk.translate(0, pairs_);
  Block gradients(*tiny_.backend, tiny_.parameters.size());
  Tape tape(*tiny_.backend, tiny_.parameters, gradients.tensor());
  tape.backward(tiny_.model->loss(tape, here.batch, {}).loss);
  const std::vector<float> values = values_of(tiny_.parameters);
  for (const Parameter& parameter : tiny_.parameters.all()) {
    SCOPED_TRACE(parameter.name);
    Random random(hash_seed(3, {parameter.offset}));
    std::vector<float> direction(parameter.size()), gradient(parameter.size()), moved;
    for (float& x : direction) x = random.normal();
    const float length =
        std::sqrt(std::inner_product(direction.begin(), direction.end(), direction.begin(), 0.0F));
    tiny_.backend->read(Parameters::view(parameter, gradients.tensor()), gradient);
    const double slope =
        kSharpness * std::inner_product(gradient.begin(), gradient.end(), direction.begin(), 0.0) /
        length;
    double risks[2];
    for (const int side : {0, 1}) {
      moved = numbers(tiny_.parameters, parameter);
      const float step = (side == 0 ? -kStep : kStep) / length;
      for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += step * direction[i];
      tiny_.backend->write(moved, parameter.value);
      const MinimumRisk::Weighed there = risk.translate(0, pairs_);
      ASSERT_EQ(there.batch.target.size(), here.batch.target.size());
      risks[side] = there.risk;
      set_values(tiny_.parameters, values);
    }
    EXPECT_NEAR((risks[1] - risks[0]) / (2 * kStep), slope, 2e-3 + 0.02 * std::abs(slope));
  }
}

}  // namespace
}  // namespace heed
