#include "nn/transformer_layers.h"

#include <array>

#include "nn/host_math.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class TransformerLayersTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, TransformerLayersTest, every_backend(), backend_name);

Vector gelu(Vector x) {
  for (double& value : x) value *= 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
  return x;
}

TEST_P(TransformerLayersTest, FeedForwardIsItsFormula) {
  const Parameter& x = parameter("x", 2, 4);
  for (std::size_t kind = 0; kind < enum_names(FeedForward{}).size(); ++kind) {
    const std::string name(enum_names(FeedForward{})[kind]);
    SCOPED_TRACE(name);
    const auto activation = static_cast<FeedForward>(kind);
    const FeedForwardLayer layer(parameters(), name, {4, 5, activation, 0});
    draw();
    Tape tape(backend());
    const std::vector<float> y = host(layer(tape.parameter(x)));
    for (int row = 0; row < 2; ++row) {
      const Vector input = matrix_of(parameters(), "x").row(row);
      Vector hidden = plus(times(input, matrix_of(parameters(), name + ".in.weight")),
                           matrix_of(parameters(), name + ".in.bias").row(0));
      if (activation == FeedForward::kGelu) hidden = gelu(hidden);
      for (int i = 0; i < 5; ++i) {
        if (activation == FeedForward::kRelu) hidden[i] = std::max(hidden[i], 0.0);
        if (activation == FeedForward::kSwiglu) hidden[i] *= sigmoid(hidden[i]) * hidden[5 + i];
      }
      hidden.resize(5);
      const Vector expected = plus(times(hidden, matrix_of(parameters(), name + ".out.weight")),
                                   matrix_of(parameters(), name + ".out.bias").row(0));
      for (int i = 0; i < 4; ++i) EXPECT_NEAR(y[row * 4 + i], expected[i], 1e-5);
    }
  }
}

/// Vaswani et al. 2017, eq. 1 for each head, over the keys from `first` to `last`.
Vector naive_attention(const Vector& query, const std::vector<Vector>& keys,
                       const std::vector<Vector>& values, int heads) {
  const int width = static_cast<int>(query.size()) / heads;
  Vector context;
  for (int head = 0; head < heads; ++head) {
    Vector scores;
    for (const Vector& key : keys) {
      scores.push_back(
          dot_product(part_of(query, head * width, width), part_of(key, head * width, width)) /
          std::sqrt(static_cast<double>(width)));
    }
    const Vector weights = softmax_of(scores);
    Vector sum(width);
    for (std::size_t j = 0; j < values.size(); ++j) {
      for (int i = 0; i < width; ++i) sum[i] += weights[j] * values[j][head * width + i];
    }
    context.insert(context.end(), sum.begin(), sum.end());
  }
  return context;
}

TEST_P(TransformerLayersTest, SelfAttentionIsItsFormula) {
  constexpr std::array offsets = {0, 3, 5};
  const Parameter& x = parameter("x", 5, 6);
  const SelfAttention layer(parameters(), "self", {6, 2, 0});
  draw();
  const auto affine = [&](const std::string& name, const Vector& input) {
    return plus(times(input, matrix_of(parameters(), name + ".weight")),
                matrix_of(parameters(), name + ".bias").row(0));
  };
  for (const bool causal : {false, true}) {
    Tape tape(backend());
    const auto y = host(layer(tape.parameter(x), self_spans(tape, offsets, causal), nullptr));
    for (int row = 0; row < 5; ++row) {
      const int sentence = row < 3 ? 0 : 1;
      std::vector<Vector> keys, values;
      for (int j = offsets[sentence]; j <= (causal ? row : offsets[sentence + 1] - 1); ++j) {
        const Vector all = affine("self.query_key_value", matrix_of(parameters(), "x").row(j));
        keys.push_back(part_of(all, 6, 6));
        values.push_back(part_of(all, 12, 6));
      }
      const Vector query = affine("self.query_key_value", matrix_of(parameters(), "x").row(row));
      const Vector context = naive_attention(part_of(query, 0, 6), keys, values, 2);
      const Vector expected = affine("self.output", context);
      for (int i = 0; i < 6; ++i) ASSERT_NEAR(y[row * 6 + i], expected[i], 1e-5) << "row " << row;
    }
  }
}

TEST_P(TransformerLayersTest, CachedSelfAttentionIsThatOfTheWholeSentence) {
  constexpr std::array offsets = {0, 7};
  const Parameter& x = parameter("x", 7, 6);
  const SelfAttention layer(parameters(), "self", {6, 3, 0});
  draw();
  Tape tape(backend());
  const auto whole = host(layer(tape.parameter(x), self_spans(tape, offsets, true), nullptr));
  KeyValueCache cache(backend(), 12);
  for (int token = 0; token < 7; ++token) {
    const std::array spans = {AttentionSpan{0, token + 1, 0}};
    Tape step(backend());
    const Var row = row_range(step.parameter(x), token, 1);
    const auto y = host(layer(row, {spans, {}}, &cache));
    expect_all_near(std::span(whole).subspan(token * 6, 6), y);
    EXPECT_EQ(cache.size(), token + 1);
  }
}

TEST_P(TransformerLayersTest, ACacheKeepsItsRowsWhenItGrows) {
  KeyValueCache cache(backend(), 4);
  Tape tape(backend());
  std::vector<float> all;
  for (int batch = 1; batch < 12; ++batch) {
    std::vector<float> rows(batch * 5);
    for (float& value : rows) value = static_cast<float>(all.size() + (&value - rows.data()));
    const Var wide = constant(tape, batch, 5, rows);
    cache.append(col_range(wide, 1, 4).value());  // strided, as in self-attention
    const std::vector<float> kept = host(concat_rows(std::array{col_range(wide, 1, 4)}));
    all.insert(all.end(), kept.begin(), kept.end());
    EXPECT_EQ(host(cache.rows()), all);
  }
}

TEST_P(TransformerLayersTest, SublayersNormStandsBeforeOrAfter) {
  const Parameter& x = parameter("x", 1, 4);
  const Parameter& branch = parameter("branch", 1, 4);
  const Sublayer post(parameters(), "post", 4, NormPlacement::kPost, 0);
  const Sublayer pre(parameters(), "pre", 4, NormPlacement::kPre, 0);
  draw();
  Tape tape(backend());
  const Var v = tape.parameter(x), b = tape.parameter(branch);
  const Vector row = matrix_of(parameters(), "x").row(0);
  const Vector sum = plus(row, matrix_of(parameters(), "branch").row(0));
  const auto expect_row = [&](const Vector& expected, Var found) {
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(host(found)[i], expected[i], 1e-5);
  };
  expect_row(row, post.input(v));
  expect_row(normed(parameters(), "post", sum), post.output(v, b));
  expect_row(normed(parameters(), "pre", row), pre.input(v));
  expect_row(sum, pre.output(v, b));
}

TEST_P(TransformerLayersTest, GradientsWithDropout) {
  constexpr std::array offsets = {0, 3, 5};
  constexpr std::array sentences = {0, 1, 1};
  const Parameter& x = parameter("x", 5, 6);
  const Parameter& y = parameter("y", 3, 6);
  const SelfAttention self(parameters(), "self", {6, 2, 0.2F});
  const EncoderAttention cross(parameters(), "cross", {6, 3, 0.2F});
  const FeedForwardLayer feed_forward(parameters(), "ff", {6, 7, FeedForward::kSwiglu, 0.2F});
  draw(0.3);
  expect_gradients(parameters(), [&](Tape& tape) {
    const Var states = self(tape.parameter(x), self_spans(tape, offsets, true), nullptr);
    const auto spans = sentence_spans(tape, sentences, offsets).spans;
    const auto crossed = cross(tape.parameter(y), cross.remember(states), spans);
    return feed_forward(crossed.x);
  });
}

}  // namespace
}  // namespace heed
