#include <gtest/gtest.h>

#include <cmath>

#include "model/architectures.h"
#include "model/attention_choice.h"

namespace heed {
namespace {

struct GuidedCase {
  std::string name;
  ModelOptions options;
  AttentionChoice choice;
};

std::vector<GuidedCase> cases() {
  ModelOptions rnn = small_model(ModelType::kRnn), several = rnn;
  ModelOptions transformer = small_model(ModelType::kTransformer);
  several.attention = "multi-head";
  several.attention_dim = 12;
  several.dec_transition = Transition::kSingle;
  transformer.dec_depth = 3;
  return {{"additive", rnn, {1, 0}},
          {"multi_head", several, {1, 2}},
          {"multi_head_mean", several, {1, 0}},
          {"transformer", transformer, {2, 1}},
          {"transformer_mean", transformer, {3, 0}}};
}

class GuidedLossTest : public testing::TestWithParam<GuidedCase> {
 protected:
  GuidedLossTest() : small_(GetParam().options, "eigen") {
    const Ragged& target = batch_.target;
    for (int sentence = 0; sentence < target.size(); ++sentence) {
      const int source = batch_.source.length(sentence);
      for (int t = 0; t + 1 < target.length(sentence); ++t) {
        std::vector<int> links{t % source};
        if (t % 2 == 1 && source > 1) links.push_back((t + 1) % source);
        batch_.links.add(links);
      }
      batch_.links.add(std::vector<int>());
    }
  }

  double loss(float weight) const {
    Tape tape(*small_.backend);
    float value = 0;
    const Objective objective{0.1F, {weight, GetParam().choice}};
    small_.backend->read(small_.model->loss(tape, batch_, objective).loss.value(), {&value, 1});
    return value;
  }

  SmallModel small_;
  Batch batch_ = random_batch(small_vocabularies(GetParam().options), {4, 1, 6}, {3, 5, 4});
};

INSTANTIATE_TEST_SUITE_P(Models, GuidedLossTest, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

TEST_P(GuidedLossTest, AddsTheCrossEntropyOfTheLinks) {
  Tape tape(*small_.backend);
  const Encoded encoded = small_.model->encode(tape, batch_.source);
  const AttentionWeights attention = small_.model->decode(tape, encoded, batch_.target).attention;
  const AttentionChoice choice = GetParam().choice;
  const Var weights = attention.weights.at(choice.layer - 1);
  std::vector<float> all(weights.value().size());
  small_.backend->read(weights.value(), all);
  double expected = 0;
  for (int row = 0; row < batch_.target.rows(); ++row) {
    const AttentionSpan& span = attention.spans.rows.host[row];
    for (const int link : batch_.links[row]) {
      double mean = 0;
      for (int h = 0; h < weights.cols(); ++h) {
        if (choice.head != 0 && choice.head != h + 1) continue;
        mean += all[weights.cols() * span.first_weight + h * span.keys + link];
      }
      if (choice.head == 0) mean /= weights.cols();
      expected -= std::log(mean) / batch_.links.length(row);
    }
  }
  EXPECT_NEAR(loss(0.5F) - loss(0), 0.5 * expected, 1e-3);
}

TEST_P(GuidedLossTest, GradientIsThatOfFiniteDifferences) {
  const Objective objective{0.1F, {2, GetParam().choice}};
  expect_gradients(small_.parameters,
                   [&](Tape& tape) { return small_.model->loss(tape, batch_, objective).loss; });
}

}  // namespace
}  // namespace heed
