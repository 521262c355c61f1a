#include "nn/transformer_layers.h"

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
        if (activation == FeedForward::kSwish) hidden[i] *= sigmoid(hidden[i]);
        if (activation == FeedForward::kSwiglu) hidden[i] *= sigmoid(hidden[i]) * hidden[5 + i];
      }
      hidden.resize(5);
      const Vector expected = plus(times(hidden, matrix_of(parameters(), name + ".out.weight")),
                                   matrix_of(parameters(), name + ".out.bias").row(0));
      for (int i = 0; i < 4; ++i) EXPECT_NEAR(y[row * 4 + i], expected[i], 1e-5);
    }
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
  const Parameter& x = parameter("x", 5, 6);
  const FeedForwardLayer layer(parameters(), "ff", {6, 7, FeedForward::kSwiglu, 0.2F});
  draw(0.3);
  expect_gradients(parameters(), [&](Tape& tape) { return layer(tape.parameter(x)); });
}

}  // namespace
}  // namespace heed
