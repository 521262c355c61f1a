#include "model/attention_choice.h"

#include <gtest/gtest.h>

#include "model/architectures.h"
#include "support/expect_error.h"

namespace heed {
namespace {

ModelOptions transformer(int layers, int heads) {
  ModelOptions options = small_model(ModelType::kTransformer);
  options.dec_depth = layers;
  options.transformer_heads = heads;
  return options;
}

AttentionChoice choose(const ModelOptions& options, int layer, std::string_view heads) {
  return choose_attention(*SmallModel(options, "reference").model, layer, heads);
}

void expect_choice(const AttentionChoice& choice, int layer, int head) {
  EXPECT_EQ(choice.layer, layer);
  EXPECT_EQ(choice.head, head);
}

TEST(AttentionChoice, CountsHeads) {
  const SmallModel model(transformer(3, 2), "reference");
  EXPECT_EQ(attention_heads(*model.model), (std::vector<int>{2, 2, 2}));
  ModelOptions options = small_model(ModelType::kRnn);
  EXPECT_EQ(attention_heads(*SmallModel(options, "eigen").model), std::vector<int>{1});
  options.attention = "multi-head";
  EXPECT_EQ(attention_heads(*SmallModel(options, "eigen").model), std::vector<int>{3});
  options.attention = "none";
  EXPECT_TRUE(attention_heads(*SmallModel(options, "eigen").model).empty());
}

TEST(AttentionChoice, TheLastButOneOfDeepDecoders) {
  expect_choice(choose(transformer(1, 2), 0, ""), 1, 0);
  expect_choice(choose(transformer(2, 2), 0, ""), 2, 0);
  expect_choice(choose(transformer(3, 2), 0, ""), 2, 0);
}

TEST(AttentionChoice, TheModelsOwnUnlessTold) {
  ModelOptions options = transformer(3, 2);
  options.alignment_layer = 1;
  options.alignment_heads = "2";
  expect_choice(choose(options, 0, ""), 1, 2);
  expect_choice(choose(options, 3, "mean"), 3, 0);
}

TEST(AttentionChoice, WhatTheModelLacks) {
  const ModelOptions options = transformer(3, 2);
  expect_error<UsageError>([&] { choose(options, 7, ""); },
                           "expected 1 to 3 for --alignment-layer, found 7");
  expect_error<UsageError>([&] { choose(options, -1, ""); }, "found -1");
  for (const std::string heads : {"3", "0", "-1", "best", "1x", "1 "}) {
    expect_error<UsageError>([&] { choose(options, 0, heads); },
                             "mean or 1 to 2 for --alignment-heads, found '" + heads + "'");
  }
  ModelOptions none = small_model(ModelType::kRnn);
  none.attention = "none";
  expect_error<UsageError>([&] { choose(none, 0, ""); }, "without");
}

}  // namespace
}  // namespace heed
