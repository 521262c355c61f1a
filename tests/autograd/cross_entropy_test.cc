#include <array>
#include <cmath>

#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class CrossEntropyTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, CrossEntropyTest, every_backend(), backend_name);

/// −log p(target) of each row of hidden · weightᵀ + bias, smoothed, in double precision.
std::vector<double> naive_losses(const std::vector<float>& hidden, const std::vector<float>& weight,
                                 const std::vector<float>& bias, std::span<const int> targets,
                                 double smoothing) {
  const std::size_t vocabulary = bias.size(), width = weight.size() / vocabulary;
  std::vector<double> losses;
  for (std::size_t row = 0; row < targets.size(); ++row) {
    std::vector<double> logits(bias.begin(), bias.end());
    double sum = 0, mean = 0;
    for (std::size_t v = 0; v < vocabulary; ++v) {
      for (std::size_t d = 0; d < width; ++d) {
        logits[v] += double{hidden[row * width + d]} * weight[v * width + d];
      }
      sum += std::exp(logits[v]);
      mean += logits[v] / static_cast<double>(vocabulary);
    }
    losses.push_back(std::log(sum) - (1 - smoothing) * logits[targets[row]] - smoothing * mean);
  }
  return losses;
}

TEST_P(CrossEntropyTest, CrossEntropyIsTheFormula) {
  const Parameter& hidden = parameter("hidden", 4, 6);
  const Parameter& weight = parameter("weight", 11, 6);
  const Parameter& bias = parameter("bias", 1, 11);
  draw();
  const std::vector<int> targets = {3, 10, 0, 3};
  for (const float smoothing : {0.0F, 0.1F}) {
    const auto expected =
        naive_losses(host(hidden.value), host(weight.value), host(bias.value), targets, smoothing);
    const auto likelihood =
        naive_losses(host(hidden.value), host(weight.value), host(bias.value), targets, 0);
    double sum = 0;
    for (const double loss : expected) sum += loss;
    Tape tape(backend());
    const OutputLayer output{tape.parameter(weight), tape.parameter(bias)};
    const CrossEntropy found =
        cross_entropy(tape.parameter(hidden), output, tape.keep(targets), smoothing);
    const std::vector<float> found_likelihood = host(found.likelihood);
    EXPECT_NEAR(host(found.loss).front(), sum, 1e-4);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      EXPECT_NEAR(found_likelihood[i], -likelihood[i], 1e-5);
    }
  }
}

TEST_P(CrossEntropyTest, GradientOfCrossEntropy) {
  const Parameter& hidden = parameter("hidden", 5, 8);
  const Parameter& weight = parameter("weight", 11, 6);
  const Parameter& bias = parameter("bias", 1, 11);
  draw();
  const std::vector<int> targets = {3, 10, 0, 3, 7};
  for (const int rows : {1, 5}) {
    for (const bool has_bias : {false, true}) {
      expect_gradients(parameters(), [&](Tape& tape) {
        const OutputLayer output{tape.parameter(weight), has_bias ? tape.parameter(bias) : Var()};
        const Var x = row_range(tape.parameter(hidden), 0, rows);
        const Indices wanted = tape.keep(targets).range(0, rows);
        const Var strided = cross_entropy(col_range(x, 1, 6), output, wanted, 0.2F).loss;
        return add(scale(strided, -2.5F),
                   cross_entropy(col_range(x, 2, 6), output, wanted, 0.0F).loss);
      });
    }
  }
}

/// The embeddings that the hidden states come from are the output's weight, too.
TEST_P(CrossEntropyTest, GradientOfCrossEntropyWithATiedWeight) {
  const Parameter& table = parameter("table", 9, 6);
  const std::vector<int> ids = {8, 0, 3, 3}, targets = {0, 3, 3, 2};
  expect_gradients_of([&](Tape& tape) {
    const Var x =
        activate(Activation::kTanh, gather_rows(tape.parameter(table), tape.keep(ids), 2));
    return cross_entropy(x, {tape.parameter(table), {}}, tape.keep(targets), 0.1F).loss;
  });
}

TEST_P(CrossEntropyTest, GradientOfTwoPasses) {
  const Parameter& hidden = parameter("hidden", 6, 4);
  const Parameter& weight = parameter("weight", 11, 4);
  const std::vector<int> targets = {3, 10, 0, 3, 10, 0};
  expect_gradients_of([&](Tape& tape) {
    const OutputLayer output{tape.parameter(weight), {}};
    return cross_entropy(tape.parameter(hidden), output, tape.keep(targets), 0.1F, 5).loss;
  });
}

TEST_P(CrossEntropyTest, GradientOfRowsThatCountDifferently) {
  const Parameter& hidden = parameter("hidden", 4, 6);
  const Parameter& weight = parameter("weight", 11, 6);
  const std::vector<int> targets = {3, 10, 0, 3};
  const std::vector<float> counts = {1, -0.5F, 0, 2};
  const auto loss = [&](Tape& tape, int first, int rows, const std::vector<float>& weights) {
    const Tensor row = tape.allocate(1, rows);
    tape.backend().write(weights, row);
    return cross_entropy(row_range(tape.parameter(hidden), first, rows),
                         {tape.parameter(weight), {}}, tape.keep(targets).range(first, rows), 0.1F,
                         0, row)
        .loss;
  };
  expect_gradients_of([&](Tape& tape) { return loss(tape, 0, 4, counts); });
  Tape tape(backend());
  float sum = 0;
  for (int row = 0; row < 4; ++row) sum += counts[row] * host(loss(tape, row, 1, {1})).front();
  EXPECT_NEAR(host(loss(tape, 0, 4, counts)).front(), sum, 1e-4);
}

/// Chunks of 17 rows of each pass: the loss is that of the passes and of the tokens one by one.
TEST_P(CrossEntropyTest, TwoPassesInSeveralChunksAreTheSumOfTheirTokens) {
  constexpr int kVocabulary = 60000, kTokens = 40;
  const Parameter& hidden = parameter("hidden", 2 * kTokens, 2);
  const Parameter& weight = parameter("weight", kVocabulary, 2);
  draw();
  std::vector<int> targets(2 * kTokens);
  for (int row = 0; row < 2 * kTokens; ++row) targets[row] = 601 * (row % kTokens);
  const auto whole = [&](Tape& tape) {
    const OutputLayer output{tape.parameter(weight), {}};
    return cross_entropy(tape.parameter(hidden), output, tape.keep(targets), 0.1F, 2).loss;
  };
  const auto one_by_one = [&](Tape& tape) {
    const OutputLayer output{tape.parameter(weight), {}};
    const Var x = tape.parameter(hidden);
    Var sum;
    for (int token = 0; token < kTokens; ++token) {
      const std::array passes{row_range(x, token, 1), row_range(x, kTokens + token, 1)};
      const Indices both = tape.keep(std::vector{targets[token], targets[token]});
      const Var loss = cross_entropy(concat_rows(passes), output, both, 0.1F, 2).loss;
      sum = sum ? add(sum, loss) : loss;
    }
    return sum;
  };
  expect_all_near(gradients_of(parameters(), one_by_one), gradients_of(parameters(), whole), 1e-5);
  Tape tape(backend());
  const float loss = host(whole(tape)).front();
  EXPECT_NEAR(loss, host(one_by_one(tape)).front(), 1e-5 * loss);
}

/// A vocabulary so large that the logits of all rows do not fit at once.
TEST_P(CrossEntropyTest, CrossEntropyInSeveralChunksIsTheSumOfItsRows) {
  constexpr int kVocabulary = 60000, kRows = 90;  // 34 rows at a time
  const Parameter& hidden = parameter("hidden", kRows, 2);
  const Parameter& weight = parameter("weight", kVocabulary, 2);
  const Parameter& bias = parameter("bias", 1, kVocabulary);
  draw();
  std::vector<int> targets(kRows);
  for (int row = 0; row < kRows; ++row) targets[row] = 601 * row % kVocabulary;
  const auto loss_in_parts = [&](int part) {
    return [&, part](Tape& tape) {
      const OutputLayer output{tape.parameter(weight), tape.parameter(bias)};
      Var sum;
      for (int first = 0; first < kRows; first += part) {
        const Var rows = row_range(tape.parameter(hidden), first, part);
        const Indices wanted = tape.keep(targets).range(first, part);
        const Var loss = cross_entropy(rows, output, wanted, 0.1F).loss;
        sum = sum ? add(sum, loss) : loss;
      }
      return sum;
    };
  };
  const std::vector<float> parts = gradients_of(parameters(), loss_in_parts(30));
  const std::vector<float> whole = gradients_of(parameters(), loss_in_parts(kRows));
  expect_all_near(parts, whole, 1e-5);
  Tape tape(backend());
  const float loss = host(loss_in_parts(kRows)(tape)).front();
  EXPECT_NEAR(loss, host(loss_in_parts(30)(tape)).front(), 1e-5 * loss);
}

TEST_P(CrossEntropyTest, CrossEntropyNamesShapesThatDoNotFit) {
  Tape tape(backend());
  const std::vector<float> values(64, 1);
  const Var x = constant(tape, 3, 4, values);
  const OutputLayer output{constant(tape, 8, 4, values), {}};
  expect_error(
      [&] {
        cross_entropy(x, output, tape.keep(std::vector{1, 2}), 0);
      },
      "[3, 4], [8, 4] and 2");
  expect_error(
      [&] {
        cross_entropy(x, {constant(tape, 8, 5, values), {}}, tape.keep(std::vector{1, 2, 3}), 0);
      },
      "[3, 4], [8, 5] and 3");
  expect_error(
      [&] {
        cross_entropy(x, output, tape.keep(std::vector{1, 2, 3}), 0, 1);  // no two halves
      },
      "[3, 4], [8, 4] and 3");
}

}  // namespace
}  // namespace heed
