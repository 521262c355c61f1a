#include "model/transformer.h"

#include <gtest/gtest.h>

#include <array>

#include "model/architectures.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::vector<float> hidden_of(const SmallModel& small, const Batch& batch) {
  Tape tape(*small.backend);
  const Decoded decoded =
      small.model->decode(tape, small.model->encode(tape, batch.source), batch.target);
  std::vector<float> values(decoded.hidden.value().size());
  small.backend->read(decoded.hidden.value(), values);
  return values;
}

TEST(TransformerTest, LaterTargetTokensAreNotSeen) {
  for (const Architecture& architecture : transformer_architectures()) {
    const SmallModel small(architecture.options, "reference");
    const Vocabularies vocabularies = small.model->vocabularies();
    Batch batch = random_batch(vocabularies, {4}, {6});
    batch.target.ids = {5, 6, 7, 8, 9, 2};
    const std::vector<float> before = hidden_of(small, batch);
    batch.target.ids = {5, 6, 10, 8, 9, 2};  // read at row 3
    const std::vector<float> after = hidden_of(small, batch);
    const auto width = static_cast<std::ptrdiff_t>(before.size() / 6);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + 3 * width, after.begin()));
    for (int row = 3; row < 6; ++row) {
      EXPECT_FALSE(std::equal(before.begin() + row * width, before.begin() + (row + 1) * width,
                              after.begin() + row * width))
          << architecture.name << ", row " << row;
    }
  }
}

TEST(TransformerTest, PositionsTellEqualTokensApart) {
  for (const Architecture& architecture : transformer_architectures()) {
    const SmallModel small(architecture.options, "reference");
    Ragged source;
    source.add(std::vector{5, 5, 5, 2});
    Tape tape(*small.backend);
    const Tensor states = small.model->encode(tape, source).states.value();
    std::vector<float> values(states.size());
    tape.backend().read(states, values);
    const auto second = values.begin() + states.cols;
    EXPECT_EQ(std::equal(values.begin(), second, second),
              architecture.options.positions == Positions::kNone)
        << architecture.name;
  }
}

TEST(TransformerTest, ImpossibleWidthsAreUsageErrors) {
  ModelOptions options = small_model(ModelType::kTransformer);
  for (const int heads : {3, 0, -1}) {
    options.transformer_heads = heads;
    expect_error<UsageError>([&] { SmallModel(options, "reference"); }, "--transformer-heads");
  }
}

TEST(TransformerTest, CombinationsWithoutMeaningAreUsageErrors) {
  const auto expect_refused = [](auto set, const std::string& message) {
    ModelOptions options = small_model(ModelType::kTransformer);
    set(options);
    expect_error<UsageError>([&] { SmallModel(options, "reference"); }, message);
  };
  expect_refused([](ModelOptions& o) { o.encoder_attention = "average"; },
                 "its state runs from the first token to the last");
  expect_refused([](ModelOptions& o) { o.cross_attention = "window"; },
                 "use one of multi-head, multi-query, grouped-query, additive, linear");
  expect_refused([](ModelOptions& o) { o.decoder_attention = "averag"; }, "did you mean 'average'");
  expect_refused(
      [](ModelOptions& o) {
        o.decoder_attention = "ssru";
        o.positions = Positions::kAlibi;
      },
      "--positions alibi has no meaning with --decoder-attention ssru, which has no scores");
  expect_refused(
      [](ModelOptions& o) {
        o.encoder_attention = "additive";
        o.positions = Positions::kRope;
      },
      "which has no products of queries and keys");
  expect_refused(
      [](ModelOptions& o) {
        o.cross_attention = "linear";
        o.attention_normalizer = AttentionNormalizer::kSparsemax;
      },
      "--attention-normalizer sparsemax has no meaning with --cross-attention linear");
  expect_refused(
      [](ModelOptions& o) {
        o.positions = Positions::kRope;
        o.transformer_heads = 4;
      },
      "heads of an even width");
  expect_refused(
      [](ModelOptions& o) {
        o.decoder_attention = "grouped-query";
        o.kv_heads = 3;
      },
      "--kv-heads, found 2 and 3");
  expect_refused(
      [](ModelOptions& o) {
        o.encoder_attention = "window";
        o.attention_window_width = 0;
      },
      "--attention-window-width");
  expect_refused([](ModelOptions& o) { o.dec_depth = 0; }, "--dec-depth");
}

TEST(TransformerTest, LearntPositionsEnd) {
  ModelOptions options = small_model(ModelType::kTransformer);
  options.positions = Positions::kLearned;
  options.max_positions = 4;
  const SmallModel small(options, "reference");
  const Vocabularies vocabularies = small.model->vocabularies();
  hidden_of(small, random_batch(vocabularies, {4}, {4}));
  expect_error([&] { hidden_of(small, random_batch(vocabularies, {5}, {4})); }, "--max-positions");
  expect_error([&] { hidden_of(small, random_batch(vocabularies, {4}, {5})); }, "--max-positions");
}

/// With dropout everywhere, guided attention and R-Drop.
TEST(TransformerTest, LayersThatAreComputedAgainHaveTheSameGradients) {
  for (Architecture architecture : transformer_architectures()) {
    ModelOptions& options = architecture.options;
    options.dropout = options.dropout_attention = options.dropout_ffn = 0.2F;
    options.enc_depth = options.dec_depth = 2;
    const SmallModel small(options, "eigen");
    Batch batch = random_batch(*small.model);
    for (int row = 0; row < batch.target.rows(); ++row) batch.links.add(std::array{0});
    std::size_t memory[2];
    const auto gradients = [&](bool saves_memory) {
      Block block(*small.backend, small.parameters.size());
      Tape tape(*small.backend, small.parameters, block.tensor());
      if (saves_memory) tape.save_memory();
      tape.backward(small.model->loss(tape, batch, {0.1F, {0.5F, {1, 0}}, 2}).loss);
      memory[saves_memory] = tape.most_needed().bytes();
      std::vector<float> values(block.tensor().size());
      small.backend->read(block.tensor(), values);
      return values;
    };
    EXPECT_EQ(gradients(true), gradients(false)) << architecture.name;
    EXPECT_LT(memory[1], memory[0]) << architecture.name;
  }
}

}  // namespace
}  // namespace heed
