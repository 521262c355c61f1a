#include <gtest/gtest.h>

#include "model/model_file.h"
#include "nn/attention.h"
#include "nn/sequence_attention.h"
#include "training/small_training.h"

namespace heed {
namespace {

constexpr double kLearnt = 0.6;  // nats a token; before training it is over 4

/// Cross-entropy in nats a token of number words, after a short training of a small model on them.
double learn(const std::function<void(ModelOptions&)>& choose, ModelType type) {
  const SmallTraining training(60);
  TrainOptions options = training.options(type, "model.safetensors");
  choose(options.architecture);
  options.architecture.dropout = 0;
  options.training.after = "240u";
  options.training.learn_rate = 0.01F;
  options.training.valid_freq = "240u";
  options.training.valid_metrics = {"cross-entropy"};
  options.training.exponential_smoothing = 0;
  train(options);
  const auto backend = make_backend("eigen");
  return LoadedModel(options.model, *backend).contents().training.at("best").get<double>();
}

TEST(Variants, AllAttentionOfTheRecurrentDecoderLearns) {
  for (const AttentionVariant& variant : attention_variants()) {
    SCOPED_TRACE(variant.name);
    const auto choose = [&](ModelOptions& options) {
      options.attention = variant.name;
      options.dim_rnn_encoder = options.dim_rnn / 2;
    };
    EXPECT_LT(learn(choose, ModelType::kRnn), kLearnt);
  }
}

TEST(Variants, AllSelfAttentionOfTheTransformersDecoderLearns) {
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    SCOPED_TRACE(variant.name);
    const auto choose = [&](ModelOptions& options) { options.decoder_attention = variant.name; };
    EXPECT_LT(learn(choose, ModelType::kTransformer), kLearnt);
  }
}

}  // namespace
}  // namespace heed
