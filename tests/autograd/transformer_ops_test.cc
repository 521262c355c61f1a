#include <array>

#include "autograd/ops.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class TransformerOpsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, TransformerOpsTest, every_backend(), backend_name);

/// Four rows of a sentence; the second sees nothing.
constexpr std::array kSelfSpans = {AttentionSpan{0, 3, 0}, AttentionSpan{1, 0, 3},
                                   AttentionSpan{0, 4, 3}, AttentionSpan{1, 2, 7}};
constexpr std::array kFirst = {0, 0, -2, -2};
constexpr std::array kNumbers = {1, 1, 0, 2, 2, 1};

DistanceBuckets buckets_on(Tape& tape) {
  return {tape.keep(std::span<const int>(kFirst)), tape.keep(std::span<const int>(kNumbers)), -2,
          3};
}

TEST_P(TransformerOpsTest, MemoriesWithFewerHeads) {
  const Parameter& query = parameter("query", 4, 12);
  const Parameter& memory = parameter("memory", 4, 14);
  for (const int width :
       {2, 4}) {  // 6 and 3 heads of queries, 3 and 1 (of 6 and 4 columns) of keys
    const int heads = 12 / width, columns = width == 2 ? 6 : 4;
    expect_gradients_of([&](Tape& tape) {
      const AttentionSpans spans = keep_spans(tape, kSelfSpans);
      const Var m = tape.parameter(memory);
      const Var scores =
          dot_scores(tape.parameter(query), col_range(m, 1, columns), heads, 0.6F, spans);
      return weighted_sum(normalize_spans(AttentionNormalizer::kSoftmax, scores, heads, spans),
                          col_range(m, 7, columns), Heads{heads, width}, spans);
    });
  }
}

/// A kernel that overwrites one gradient must not lose what it has added to the other.
TEST_P(TransformerOpsTest, AVarInTwoRolesGetsBothGradients) {
  const Parameter& x = parameter("x", 4, 6);
  const Parameter& v = parameter("v", 1, 6);
  const Parameter& gates = parameter("gates", 4, 9);
  const Parameter& state = parameter("state", 4, 3);
  const auto fresh = [](Tape& tape, const Parameter& p) {
    return activate(Activation::kTanh, tape.parameter(p));
  };
  draw();
  expect_gradients(parameters(), [&](Tape& tape) {
    const AttentionSpans spans = keep_spans(tape, kSelfSpans);
    const Var dot = fresh(tape, x), sum = fresh(tape, x);
    return add(dot_scores(dot, dot, 2, 1, spans),
               additive_scores(sum, sum, fresh(tape, v), 2, spans));
  });
  expect_gradients(parameters(), [&](Tape& tape) {
    const Var both = fresh(tape, gates);
    return gru(both, both, fresh(tape, state));
  });
}

TEST_P(TransformerOpsTest, SharesOfPositiveScores) {
  const Parameter& scores = parameter("scores", 9, 2);
  expect_gradients_of([&](Tape& tape) {
    return share_spans(activate(Activation::kEluPlusOne, tape.parameter(scores)), 2,
                       keep_spans(tape, kSelfSpans));
  });
}

TEST_P(TransformerOpsTest, BucketsOfDistances) {
  const Parameter& scores = parameter("scores", 9, 2);
  const Parameter& shared = parameter("shared", 1, 6);
  const Parameter& by_row = parameter("by_row", 4, 6);
  expect_gradients_of([&](Tape& tape) {
    const AttentionSpans spans = keep_spans(tape, kSelfSpans);
    const DistanceBuckets buckets = buckets_on(tape);
    const Var one =
        add_by_bucket(tape.parameter(scores), tape.parameter(shared), buckets, 2, spans);
    const Var two = add_by_bucket(one, tape.parameter(by_row), buckets, 2, spans);
    return sum_by_bucket(multiply(two, two), buckets, 2, spans);
  });
}

TEST_P(TransformerOpsTest, Rotations) {
  const Parameter& x = parameter("x", 3, 15);
  const std::vector<float> angles = {0.6F, 0.8F, 1, 0, 0, 1, -0.8F, 0.6F, 0.28F, 0.96F, 0, -1};
  expect_gradients_of([&](Tape& tape) {
    return rotate(col_range(tape.parameter(x), 2, 12), constant(tape, 3, 4, angles));
  });
}

TEST_P(TransformerOpsTest, ScansOfSequences) {
  const Parameter& gates = parameter("gates", 6, 5);
  const Parameter& column = parameter("column", 6, 1);
  const Parameter& x = parameter("x", 6, 5);
  constexpr std::array offsets = {0, 4, 4, 6};
  expect_gradients_of([&](Tape& tape) {
    const Var f = activate(Activation::kSigmoid, tape.parameter(gates));
    const Indices rows = tape.keep(std::span<const int>(offsets));
    const Var first = scan(f, tape.parameter(x), {}, rows);
    return scan(activate(Activation::kSigmoid, tape.parameter(column)), first, {}, rows);
  });
}

TEST_P(TransformerOpsTest, ReshapedRowsAreTheSameNumbers) {
  const Parameter& x = parameter("x", 3, 4);
  expect_gradients_of([&](Tape& tape) {
    const Var y = reshape(tape.parameter(x), 2);
    EXPECT_EQ(y.rows(), 6);
    return multiply(y, y);
  });
  Tape tape(backend());
  EXPECT_EQ(host(reshape(tape.parameter(x), 6)), host(x.value));
  expect_error([&] { reshape(tape.parameter(x), 5); }, "reshape");
  expect_error([&] { reshape(col_range(tape.parameter(x), 0, 2), 2); }, "reshape");
}

TEST_P(TransformerOpsTest, ShapesThatDoNotFitAreNamed) {
  Tape tape(backend());
  const std::vector<float> values(64, 1);
  const auto matrix = [&](int rows, int cols) { return constant(tape, rows, cols, values); };
  const AttentionSpans spans = keep_spans(tape, kSelfSpans);
  const DistanceBuckets buckets = buckets_on(tape);
  expect_error([&] { add_by_bucket(matrix(9, 2), matrix(2, 6), buckets, 2, spans); },
               "add_by_bucket");
  expect_error([&] { sum_by_bucket(matrix(8, 2), buckets, 2, spans); }, "sum_by_bucket");
  expect_error([&] { rotate(matrix(2, 6), matrix(2, 4)); }, "rotate");
  expect_error([&] { scan(matrix(2, 3), matrix(2, 4), {}, tape.keep(std::vector{0, 2})); }, "scan");
  expect_error(
      [&] {
        scan(matrix(2, 4), matrix(2, 4), {}, tape.keep(std::vector{0, 3}));
      },
      "found 3");
  expect_error([&] { dot_scores(matrix(4, 12), matrix(4, 8), 3, 1, spans); }, "dot_scores");
}

}  // namespace
}  // namespace heed
