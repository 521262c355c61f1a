#include <array>

#include "autograd/ops.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class SequenceOpsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, SequenceOpsTest, every_backend(), backend_name);

// ---- Attention ------------------------------------------------------------------------------

/// Three queries over rows [1, 4), [0, 0) and [3, 6) of the memory; 7 rows of weights at most.
constexpr std::array kSpans = {AttentionSpan{1, 3, 0}, AttentionSpan{0, 0, 3},
                               AttentionSpan{3, 3, 3}, AttentionSpan{0, 1, 6}};
constexpr std::array kSomeWeights = {0, 4, 6, 2};
constexpr std::array kKeyRows = {5, 0, 2, 2, 1, 0};

std::span<const int> key_rows(bool shared) {
  return shared ? std::span<const int>(kKeyRows) : std::span<const int>();
}

TEST_P(SequenceOpsTest, DotAttentionOverSpans) {
  const Parameter& query = parameter("query", 4, 10);
  const Parameter& memory = parameter("memory", 6, 16);
  draw();
  for (const bool shared : {false, true}) {
    expect_gradients(parameters(), [&](Tape& tape) {
      const AttentionSpans spans = keep_spans(tape, kSpans, key_rows(shared));
      const Var q = col_range(tape.parameter(query), 1, 8);
      const Var m = tape.parameter(memory);
      const Var scores = dot_scores(q, col_range(m, 0, 8), 2, 0.7F, spans);
      const Var weights = normalize_spans(AttentionNormalizer::kSoftmax, scores, 2, spans);
      const Var context = weighted_sum(dropout(weights, 0.2F), col_range(m, 6, 10), 2, spans);
      return concat_cols(
          std::array{context, gather_rows(weights, tape.keep(std::span<const int>(kSomeWeights)))});
    });
  }
}

TEST_P(SequenceOpsTest, AdditiveAttentionOverSpans) {
  const Parameter& query = parameter("query", 4, 10);
  const Parameter& memory = parameter("memory", 6, 16);
  const Parameter& v = parameter("v", 1, 8);
  draw();
  for (const bool shared : {false, true}) {
    expect_gradients(parameters(), [&](Tape& tape) {
      const AttentionSpans spans = keep_spans(tape, kSpans, key_rows(shared));
      const Var q = col_range(tape.parameter(query), 1, 8);
      const Var m = col_range(tape.parameter(memory), 5, 8);
      return additive_scores(q, m, tape.parameter(v), 4, spans);
    });
  }
}

TEST_P(SequenceOpsTest, AttentionToConstants) {
  const Parameter& query = parameter("query", 4, 4);
  draw();
  const std::vector<float> values(6 * 4, 0.3F);
  expect_gradients(parameters(), [&](Tape& tape) {
    const AttentionSpans spans = keep_spans(tape, kSpans);
    const Var m = constant(tape, 6, 4, values);
    const Var v = constant(tape, 1, 4, std::span(values).first(4));
    const Var scores = add(dot_scores(tape.parameter(query), m, 1, 1, spans),
                           additive_scores(tape.parameter(query), m, v, 1, spans));
    return weighted_sum(normalize_spans(AttentionNormalizer::kSoftmax, scores, 1, spans), m, 1,
                        spans);
  });
}

TEST_P(SequenceOpsTest, AdditiveAttentionWithATermOfEachPair) {
  const Parameter& query = parameter("query", 4, 8);
  const Parameter& memory = parameter("memory", 6, 8);
  const Parameter& v = parameter("v", 1, 8);
  const Parameter& extra = parameter("extra", 7, 10);
  draw();
  expect_gradients(parameters(), [&](Tape& tape) {
    return additive_scores(tape.parameter(query), tape.parameter(memory), tape.parameter(v), 4,
                           keep_spans(tape, kSpans), col_range(tape.parameter(extra), 1, 8));
  });
}

TEST_P(SequenceOpsTest, WeightsOfEveryNormalizer) {
  const Parameter& scores = parameter("scores", 7, 2);
  draw(0.5);
  for (const AttentionNormalizer kind :
       {AttentionNormalizer::kSoftmax, AttentionNormalizer::kSparsemax,
        AttentionNormalizer::kEntmax15, AttentionNormalizer::kSigmoid}) {
    SCOPED_TRACE(enum_names(kind)[static_cast<int>(kind)]);
    expect_gradients(parameters(), [&](Tape& tape) {
      return normalize_spans(kind, tape.parameter(scores), 2, keep_spans(tape, kSpans));
    });
  }
}

TEST_P(SequenceOpsTest, WeightsByDistanceFromACentre) {
  const Parameter& weights = parameter("weights", 7, 2);
  const Parameter& centres = parameter("centres", 4, 1);
  draw();
  expect_gradients(parameters(), [&](Tape& tape) {
    return gaussian_spans(tape.parameter(weights), tape.parameter(centres), 1.5F, 2,
                          keep_spans(tape, kSpans));
  });
}

// ---- Recurrent cells ------------------------------------------------------------------------

TEST_P(SequenceOpsTest, Gru) {
  const Parameter& input = parameter("input", 5, 51);
  const Parameter& hidden = parameter("hidden", 5, 51);
  const Parameter& state = parameter("state", 5, 17);
  draw();
  for (const int rows : {1, 5}) {
    expect_gradients(parameters(), [&](Tape& tape) {
      return gru(row_range(tape.parameter(input), 5 - rows, rows),
                 row_range(tape.parameter(hidden), 0, rows),
                 row_range(tape.parameter(state), 0, rows));
    });
  }
}

TEST_P(SequenceOpsTest, LstmWhoseHiddenOrCellOrBothAreUsed) {
  const Parameter& gates = parameter("gates", 5, 68);
  const Parameter& cell = parameter("cell", 5, 17);
  draw();
  for (const int used : {0, 1, 2}) {
    expect_gradients(parameters(), [&](Tape& tape) {
      const LstmState next = lstm(tape.parameter(gates), tape.parameter(cell));
      if (used == 2) return concat_rows(std::array{next.hidden, next.cell});
      return used == 0 ? next.hidden : next.cell;
    });
  }
}

// ---- Errors ---------------------------------------------------------------------------------

TEST_P(SequenceOpsTest, ShapesThatDoNotFitAreNamed) {
  Tape tape(backend());
  const std::vector<float> values(64, 1);
  const auto matrix = [&](int rows, int cols) { return constant(tape, rows, cols, values); };
  expect_error([&] { gru(matrix(2, 6), matrix(2, 6), matrix(2, 3)); }, "gru");
  expect_error([&] { lstm(matrix(2, 6), matrix(2, 3)); }, "lstm");
  const AttentionSpans spans = keep_spans(tape, kSpans);
  expect_error([&] { dot_scores(matrix(4, 6), matrix(6, 6), 4, 1, spans); }, "dot_scores");
  expect_error([&] { additive_scores(matrix(4, 6), matrix(6, 6), matrix(1, 5), 1, spans); },
               "additive_scores' v");
  expect_error(
      [&] { additive_scores(matrix(4, 6), matrix(6, 6), matrix(1, 6), 1, spans, matrix(5, 6)); },
      "additive_scores' extra term");
  expect_error([&] { gaussian_spans(matrix(7, 1), matrix(3, 1), 1, 1, spans); }, "gaussian_spans");
  expect_error([&] { weighted_sum(matrix(6, 1), matrix(6, 6), 1, spans); }, "weighted_sum");
}

}  // namespace
}  // namespace heed
