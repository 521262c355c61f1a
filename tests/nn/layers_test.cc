#include "nn/layers.h"

#include "nn/host_math.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class LayersTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, LayersTest, every_backend(), backend_name);

TEST_P(LayersTest, LinearAndNormAreTheirFormulas) {
  const Parameter& x = parameter("x", 2, 5);
  const Linear linear(parameters(), "linear", 5, 7), plain(parameters(), "plain", 5, 7, false);
  const Norm norm(parameters(), "norm", 7);
  draw();
  Tape tape(backend());
  const std::vector<float> y = host(norm(linear(tape.parameter(x))));
  const std::vector<float> z = host(plain(tape.parameter(x)));
  for (int row = 0; row < 2; ++row) {
    const Vector input = matrix_of(parameters(), "x").row(row);
    const Vector product = times(input, matrix_of(parameters(), "linear.weight"));
    const Vector bias = matrix_of(parameters(), "linear.bias").row(0);
    const Vector expected = normed(parameters(), "norm", plus(product, bias));
    const Vector without = times(input, matrix_of(parameters(), "plain.weight"));
    for (int i = 0; i < 7; ++i) {
      EXPECT_NEAR(y[row * 7 + i], expected[i], 1e-5);
      EXPECT_NEAR(z[row * 7 + i], without[i], 1e-5);
    }
  }
  EXPECT_FALSE(has_parameter(parameters(), "plain.bias"));
}

TEST_P(LayersTest, RmsNormHasNoBias) {
  const Norm norm(parameters(), "norm", 4, Normalization::kRms);
  draw();
  EXPECT_FALSE(has_parameter(parameters(), "norm.bias"));
  Tape tape(backend());
  const std::vector<float> x = {1, -2, 3, 4};
  const std::vector<float> y = host(norm(constant(tape, 1, 4, x)));
  const Vector gain = matrix_of(parameters(), "norm.gain").row(0);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(y[i], gain[i] * x[i] / std::sqrt(30 / 4.0), 1e-5);
}

TEST_P(LayersTest, NamesGiveShapesAndFirstValues) {
  const Linear linear(parameters(), "a", 3, 4);
  const Norm norm(parameters(), "b", 4);
  parameters().initialize(1);
  const Matrix weight = matrix_of(parameters(), "a.weight");
  EXPECT_EQ(weight.rows, 3);
  EXPECT_EQ(weight.cols, 4);
  EXPECT_EQ(matrix_of(parameters(), "a.bias").row(0), Vector(4, 0));
  EXPECT_EQ(matrix_of(parameters(), "b.gain").row(0), Vector(4, 1));
  EXPECT_EQ(matrix_of(parameters(), "b.bias").row(0), Vector(4, 0));
}

TEST_P(LayersTest, EmbeddingOfIds) {
  const Embedding embedding(parameters(), "table", 5, 3);
  draw();
  Tape tape(backend());
  const std::vector<int> ids = {4, -1};
  const std::vector<float> y = host(embedding(tape, tape.keep(ids), 3)),
                           table = host(embedding.table().value);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(y[i], 3 * table[12 + i]);
    EXPECT_EQ(y[3 + i], 0);
  }
}

}  // namespace
}  // namespace heed
