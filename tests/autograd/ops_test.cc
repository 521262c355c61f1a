#include "autograd/ops.h"

#include <array>
#include <cmath>

#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class OpsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, OpsTest, every_backend(), backend_name);

// ---- Products -------------------------------------------------------------------------------

TEST_P(OpsTest, MatmulOfParameters) {
  const Parameter& x = parameter("x", 5, 7);
  const Parameter& w = parameter("w", 7, 19);
  expect_gradients_of([&](Tape& tape) { return matmul(tape.parameter(x), tape.parameter(w)); });
}

TEST_P(OpsTest, MatmulOfComputedValuesAndViews) {
  const Parameter& x = parameter("x", 6, 9);
  const Parameter& w = parameter("w", 7, 19);
  expect_gradients_of([&](Tape& tape) {
    const Var input = scale(tape.parameter(x), 0.5F);
    const Var weight = activate(Activation::kTanh, tape.parameter(w));
    const Var one = matmul(col_range(input, 1, 7), weight);
    const Var two = matmul(row_range(col_range(input, 2, 4), 1, 3),
                           col_range(row_range(tape.parameter(w), 3, 4), 5, 11));
    return concat_rows(std::array{one, matmul(col_range(two, 3, 7), weight)});
  });
}

TEST_P(OpsTest, MatmulTransposedOfViews) {
  const Parameter& x = parameter("x", 6, 9);
  const Parameter& w = parameter("w", 19, 9);
  expect_gradients_of([&](Tape& tape) {
    const Var input = activate(Activation::kTanh, tape.parameter(x));
    const Var whole = matmul_transposed(input, tape.parameter(w));
    const Var part = matmul_transposed(col_range(input, 1, 5), col_range(tape.parameter(w), 4, 5));
    return concat_cols(std::array{whole, part});
  });
}

TEST_P(OpsTest, LinearAndAddBias) {
  const Parameter& x = parameter("x", 4, 9);
  const Parameter& w = parameter("w", 5, 6);
  const Parameter& b = parameter("b", 1, 6);
  expect_gradients_of([&](Tape& tape) {
    const Var bias = tape.parameter(b);
    const Var one = linear(col_range(tape.parameter(x), 2, 5), tape.parameter(w), bias);
    return concat_rows(std::array{one, add_bias(col_range(tape.parameter(x), 1, 6), bias)});
  });
}

TEST_P(OpsTest, LinearOfConstantsHasAGradientForItsBias) {
  const Parameter& b = parameter("b", 1, 3);
  expect_gradients_of([&](Tape& tape) {
    const Var x = constant(tape, 2, 1, std::array{1.0F, -2.0F});
    const Var w = constant(tape, 1, 3, std::array{1.0F, 2.0F, 3.0F});
    return linear(x, w, tape.parameter(b));
  });
}

TEST_P(OpsTest, LinearIsProductAndBias) {
  Tape tape(backend());
  const Var x = constant(tape, 2, 2, std::array{1.0F, 2.0F, 3.0F, 4.0F});
  const Var w = constant(tape, 2, 1, std::array{10.0F, 100.0F});
  const Var b = constant(tape, 1, 1, std::array{0.5F});
  EXPECT_EQ(host(linear(x, w, b)), (std::vector{210.5F, 430.5F}));
}

TEST_P(OpsTest, PackedWeightsGiveTheSameBitsWhereNothingIsRecorded) {
  const Parameter& x = parameter("x", 3, 40);
  const Parameter& w = parameters().add("w", 40, 19, Initializer::kZeros, Factor::kWeight);
  const Parameter& table =
      parameters().add("table", 23, 40, Initializer::kZeros, Factor::kTransposedWeight);
  const Parameter& b = parameter("b", 1, 19);
  const Parameter& c = parameter("c", 1, 23);
  draw();
  const auto results = [&](Tape& tape) {
    const Var input = tape.parameter(x), weight = tape.parameter(w), bias = tape.parameter(b);
    const OutputLayer output{tape.parameter(table), tape.parameter(c)};
    std::vector<std::vector<float>> all;
    for (const Var y : {matmul(input, weight), linear(input, weight, bias),
                        linear(input, weight, bias, Activation::kRelu),
                        linear(input, weight, bias, Activation::kGelu),
                        matmul_transposed(input, output.weight), logits(input, output)}) {
      all.push_back(host(y));
    }
    const std::vector<int> targets{3, 0, 22};
    all.emplace_back(3);
    backend().read(cross_entropy(input, output, tape.keep(targets), 0).likelihood, all.back());
    return all;
  };
  Tape tape(backend());
  const auto expected = results(tape);
  {
    const PackedParameters packed(parameters(), Precision::kFloat);
    EXPECT_NE(tape.parameter(w).packed(Factor::kWeight), nullptr);
    EXPECT_EQ(tape.parameter(w).packed(Factor::kTransposedWeight), nullptr);
    EXPECT_EQ(tape.parameter(x).packed(Factor::kWeight), nullptr);
    EXPECT_EQ(results(tape), expected);
  }
  EXPECT_EQ(tape.parameter(w).packed(Factor::kWeight), nullptr);
  const PackedParameters packed(parameters(), Precision::kInt8);
  EXPECT_NE(results(tape), expected);
  const Block gradients(backend(), parameters().size());
  Tape recording(backend(), parameters(), gradients.tensor());
  EXPECT_EQ(host(matmul(recording.parameter(x), recording.parameter(w))), expected.front());
}

/// The products of a shared weight are put off to the end of backward and done together.
TEST_P(OpsTest, WeightThatIsUsedManyTimes) {
  const Parameter& w = parameter("w", 3, 2);
  const std::vector<int> uses = {1, 60, 0, 200, 500, 700, 1024, 1, 511, 512, 513, 300};
  int rows = 0;
  for (const int use : uses) rows += use;
  const Parameter& x = parameter("x", rows, 3);
  draw();
  const auto split = [&](Tape& tape) {
    std::vector<Var> parts;
    int first = 0;
    for (const int use : uses) {
      parts.push_back(matmul(row_range(tape.parameter(x), first, use), tape.parameter(w)));
      first += use;
    }
    return concat_rows(parts);
  };
  const auto whole = [&](Tape& tape) { return matmul(tape.parameter(x), tape.parameter(w)); };
  const auto at_once = [&](Tape& tape) {  // a weight that is no parameter is not put off
    return matmul(tape.parameter(x), concat_rows(std::array{tape.parameter(w)}));
  };
  const std::vector<float> expected = gradients_of(parameters(), whole);
  expect_all_near(expected, gradients_of(parameters(), split), 2e-3);
  expect_all_near(expected, gradients_of(parameters(), at_once), 2e-3);
}

TEST_P(OpsTest, WeightThatIsUsedInBothWays) {
  const Parameter& w = parameter("w", 4, 6);
  const Parameter& x = parameter("x", 3, 4);
  expect_gradients_of([&](Tape& tape) {
    Var state = tape.parameter(x);
    for (int step = 0; step < 5; ++step) {
      state = activate(Activation::kTanh, matmul(state, tape.parameter(w)));
      state = matmul_transposed(state, tape.parameter(w));
    }
    return matmul_transposed(state, state);
  });
}

// ---- Elementwise and by row -----------------------------------------------------------------

TEST_P(OpsTest, AddMultiplyAndScaleAlsoOfOneValueTwice) {
  const Parameter& a = parameter("a", 3, 17);
  const Parameter& b = parameter("b", 3, 17);
  expect_gradients_of([&](Tape& tape) {
    const Var x = tape.parameter(a), y = tape.parameter(b);
    const Var products = add(multiply(x, y), multiply(x, x));
    return add(add(products, scale(x, -3)), add(y, y));
  });
}

TEST_P(OpsTest, AddOfStridedViews) {
  const Parameter& a = parameter("a", 3, 8);
  expect_gradients_of([&](Tape& tape) {
    const Var x = activate(Activation::kTanh, tape.parameter(a));
    return add(col_range(x, 0, 5), scale(col_range(x, 3, 5), 2));
  });
}

TEST_P(OpsTest, Activations) {
  const Parameter& x = parameter("x", 3, 21);
  expect_gradients_of([&](Tape& tape) {
    std::vector<Var> results;
    for (const Activation kind :
         {Activation::kRelu, Activation::kGelu, Activation::kSilu, Activation::kTanh,
          Activation::kSigmoid, Activation::kExp, Activation::kEluPlusOne}) {
      results.push_back(activate(kind, tape.parameter(x)));
    }
    return concat_rows(results);
  });
}

TEST_P(OpsTest, Maxout) {
  const Parameter& x = parameter("x", 3, 22);
  expect_gradients_of([&](Tape& tape) { return maxout(tape.parameter(x)); });
  Tape tape(backend());
  const Var y = maxout(constant(tape, 1, 4, std::array{1.0F, 2.0F, -3.0F, -4.0F}));
  EXPECT_EQ(host(y), (std::vector{2.0F, -3.0F}));
}

TEST_P(OpsTest, NormsOfRows) {
  for (const Normalization kind : {Normalization::kLayer, Normalization::kRms}) {
    const std::string name = kind == Normalization::kLayer ? "layer" : "rms";
    const Parameter& x = parameter(name + ".x", 4, 19);
    const Parameter& gain = parameter(name + ".gain", 1, 19);
    const Parameter& bias = parameter(name + ".bias", 1, 19);
    const bool has_bias = kind == Normalization::kLayer;
    draw();
    expect_gradients(parameters(), [&](Tape& tape) {
      const Var b = has_bias ? tape.parameter(bias) : Var();
      const Var all = normalize(kind, tape.parameter(x), tape.parameter(gain), b);
      const Var row = row_range(tape.parameter(x), 2, 1);
      return concat_rows(std::array{all, normalize(kind, row, tape.parameter(gain), b)});
    });
  }
}

TEST_P(OpsTest, NormOfAConstantHasGradientsForGainAndBias) {
  const Parameter& gain = parameter("gain", 1, 3);
  const Parameter& bias = parameter("bias", 1, 3);
  draw();
  const Graph both = [&](Tape& tape) {
    const Var x = constant(tape, 1, 3, std::array{1.0F, -2.0F, 4.0F});
    return normalize(Normalization::kLayer, x, tape.parameter(gain), tape.parameter(bias));
  };
  const Graph only_bias = [&](Tape& tape) {
    const Var x = constant(tape, 1, 3, std::array{1.0F, -2.0F, 4.0F});
    return normalize(Normalization::kLayer, x, x, tape.parameter(bias));
  };
  expect_gradients(parameters(), both);
  expect_gradients(parameters(), only_bias);
}

TEST_P(OpsTest, DropoutOfEqualKeysIsEqual) {
  const Parameter& x = parameter("x", 5, 40);
  draw();
  const Graph graph = [&](Tape& tape) {
    return dropout(scale(tape.parameter(x), 1), 0.3F, std::uint64_t{77});
  };
  expect_gradients(parameters(), graph);
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  const Var all = graph(tape);
  const std::vector<float> y = host(all), values = host(x.value);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == 0)
      ++dropped;
    else
      EXPECT_FLOAT_EQ(y[i], values[i] / 0.7F);
  }
  EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(y.size()), 0.3, 0.1);
  // Fewer rows with the same key: the same mask on the rows that are left.
  const Var first = dropout(row_range(tape.parameter(x), 0, 3), 0.3F, std::uint64_t{77});
  expect_all_near(std::span(y).first(120), host(first), 0);
  EXPECT_NE(y, host(dropout(tape.parameter(x), 0.3F, std::uint64_t{78})));
  EXPECT_NE(host(dropout(tape.parameter(x), 0.3F)), host(dropout(tape.parameter(x), 0.3F)));
}

TEST_P(OpsTest, DropoutDoesNothingInInference) {
  parameter("x", 2, 3);
  draw();
  Tape tape(backend());
  const Var x = tape.parameter(parameters().all().front());
  EXPECT_EQ(host(dropout(x, 0.5F)), host(x));
  const std::vector<float> twice = host(scale(x, 2));
  EXPECT_EQ(host(add_dropout(x, x, 0.5F)), twice);
}

TEST_P(OpsTest, AddDropoutIsAddAndDropout) {
  const Parameter& x = parameter("x", 4, 18);
  const Parameter& branch = parameter("branch", 4, 9);
  draw();
  const auto graph = [&](bool fused, float rate) {
    return [&, fused, rate](Tape& tape) {
      const Var narrow = activate(Activation::kTanh, tape.parameter(branch));
      const Var base = col_range(tape.parameter(x), 3, 9);
      return fused ? add_dropout(base, narrow, rate) : add(base, dropout(narrow, rate));
    };
  };
  expect_gradients(parameters(), graph(true, 0.4F));
  expect_all_near(gradients_of(parameters(), graph(true, 0.4F)),
                  gradients_of(parameters(), graph(false, 0.4F)), 1e-6);
  expect_all_near(gradients_of(parameters(), graph(true, 0)),
                  gradients_of(parameters(), graph(false, 0)), 1e-6);
}

TEST_P(OpsTest, GatherRowsRepeatedAndNegative) {
  const Parameter& table = parameter("table", 6, 5);
  draw();
  const std::vector<int> rows = {3, -1, 3, 0, 5, 3, -1}, others = {6, 0, 0, 3}, none;
  expect_gradients(parameters(), [&](Tape& tape) {
    const Var whole = gather_rows(tape.parameter(table), tape.keep(rows), 2.5F);
    const Var strided = gather_rows(col_range(whole, 1, 3), tape.keep(others));
    const Var empty = gather_rows(tape.parameter(table), tape.keep(none));
    return concat_rows(std::array{col_range(whole, 0, 3), strided, col_range(empty, 2, 3)});
  });
  Tape tape(backend());
  const std::vector<float> y =
      host(gather_rows(tape.parameter(table), tape.keep(std::vector{-1, 4}), 2));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(y[i], 0);
    EXPECT_EQ(y[5 + i], 2 * host(table.value)[20 + i]);
  }
}

// ---- Views ----------------------------------------------------------------------------------

TEST_P(OpsTest, ViewsWhoseParentIsUsedElsewhere) {
  const Parameter& x = parameter("x", 6, 8);
  const Parameter& w = parameter("w", 8, 8);
  expect_gradients_of([&](Tape& tape) {
    const Var parent = matmul(tape.parameter(x), tape.parameter(w));
    const Var before = matmul(parent, tape.parameter(w));  // writes the parent's gradient by gemm
    const Var view = col_range(row_range(parent, 1, 4), 2, 5);
    const Var used = matmul(view, row_range(tape.parameter(w), 0, 5));
    const Var unused = row_range(parent, 0, 1);
    EXPECT_EQ(unused.rows(), 1);
    const Var after = activate(Activation::kSigmoid, parent);
    return concat_rows(std::array{before, used, after, row_range(parent, 5, 1)});
  });
}

TEST_P(OpsTest, ConcatenationsOfViewsRepeatsAndConstants) {
  const Parameter& x = parameter("x", 4, 6);
  expect_gradients_of([&](Tape& tape) {
    const Var p = tape.parameter(x);
    const Var c = constant(tape, 2, 3, std::vector<float>(6, 1));
    const Var rows = concat_rows(std::array{col_range(p, 3, 3), c, col_range(p, 1, 3),
                                            col_range(p, 1, 3), row_range(c, 0, 0)});
    const Var again = row_range(rows, 2, 4);
    return concat_cols(std::array{again, p, again, col_range(p, 0, 0)});
  });
}

TEST_P(OpsTest, NoRowsAndOneRow) {
  const Parameter& x = parameter("x", 1, 6);
  const Parameter& w = parameter("w", 6, 6);
  const Parameter& b = parameter("b", 1, 6);
  for (const int rows : {0, 1}) {
    draw();
    expect_gradients(parameters(), [&](Tape& tape) {
      const Var part = row_range(tape.parameter(x), 0, rows);
      const Var y = linear(part, tape.parameter(w), tape.parameter(b));
      const Var normed = normalize(Normalization::kLayer, y, tape.parameter(b), tape.parameter(b));
      const Var sum = add(activate(Activation::kGelu, normed), dropout(y, 0.5F));
      return concat_cols(std::array{maxout(sum), multiply(sum, add_dropout(y, sum, 0.2F))});
    });
  }
}

// ---- Errors ---------------------------------------------------------------------------------

TEST_P(OpsTest, ShapesThatDoNotFitAreNamed) {
  Tape tape(backend());
  const std::vector<float> values(64, 1);
  const auto matrix = [&](int rows, int cols) { return constant(tape, rows, cols, values); };
  expect_error([&] { matmul(matrix(2, 3), matrix(4, 5)); }, "matmul, found [2, 3] and [4, 5]");
  expect_error([&] { matmul_transposed(matrix(2, 3), matrix(5, 4)); }, "[2, 3] and [5, 4]");
  expect_error([&] { linear(matrix(2, 3), matrix(3, 4), matrix(1, 3)); }, "[2, 4] and [1, 3]");
  expect_error([&] { add(matrix(2, 3), matrix(3, 2)); }, "add, found [2, 3] and [3, 2]");
  expect_error([&] { add_bias(matrix(2, 3), matrix(2, 3)); }, "add_bias");
  expect_error([&] { multiply(matrix(2, 3), matrix(2, 2)); }, "multiply");
  expect_error([&] { multiply(matrix(2, 3), col_range(matrix(2, 4), 0, 3)); }, "stride 4");
  expect_error([&] { maxout(matrix(2, 3)); }, "even width in maxout, found 3");
  expect_error([&] { normalize(Normalization::kRms, matrix(2, 3), matrix(1, 2), {}); }, "[1, 2]");
  expect_error([&] { concat_cols(std::array{matrix(2, 3), matrix(3, 3)}); }, "concat_cols");
  expect_error([&] { concat_rows(std::array{matrix(2, 3), matrix(2, 2)}); }, "concat_rows");
}

}  // namespace
}  // namespace heed
