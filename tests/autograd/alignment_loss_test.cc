#include <array>
#include <cmath>

#include "autograd/ops.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class AlignmentLossTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, AlignmentLossTest, every_backend(), backend_name);

/// Three queries over rows [0, 2), [2, 5) and [2, 5) of the memory; two heads.
constexpr std::array kAlignedSpans = {AttentionSpan{0, 2, 0}, AttentionSpan{2, 3, 2},
                                      AttentionSpan{2, 3, 5}};
constexpr std::array kWeights = {0.9F, 0.1F, 0.5F, 0.5F,               // the first query's heads
                                 0.2F, 0.3F, 0.5F, 0.1F, 0.9F, 0.0F,   // the second's
                                 0.0F, 0.0F, 1.0F, 1.0F, 0.0F, 0.0F};  // the third's

Ragged links(const std::vector<std::vector<int>>& rows) {
  Ragged result;
  for (const std::vector<int>& row : rows) result.add(row);
  return result;
}

TEST_P(AlignmentLossTest, ByHand) {
  const auto loss = [&](const Ragged& gold, int head) {
    Tape tape(backend());
    const AttentionSpans spans = keep_spans(tape, kAlignedSpans);
    return host(alignment_loss(constant(tape, 8, 2, kWeights), spans, {gold, head}))[0];
  };
  const Ragged gold = links({{0}, {}, {2, 4}});
  EXPECT_NEAR(loss(gold, 0), -std::log(0.7) - 2 * 0.5 * std::log(0.5), 1e-5) << "mean of heads";
  EXPECT_NEAR(loss(gold, 2), -std::log(0.5) - 0.5 * std::log(1e-8), 1e-4) << "the second head";
  EXPECT_EQ(loss(links({{}, {}, {}}), 0), 0);
  EXPECT_NEAR(loss(links({{4}, {}, {}}), 1), -std::log(1e-8), 1e-4) << "outside the window";
}

TEST_P(AlignmentLossTest, GradientIsThatOfFiniteDifferences) {
  const Parameter& scores = parameter("scores", 8, 2);
  draw();
  const Ragged gold = links({{1}, {2, 3}, {}});
  for (const int head : {0, 1, 2}) {
    expect_gradients(parameters(), [&](Tape& tape) {
      const AttentionSpans spans = keep_spans(tape, kAlignedSpans);
      const Var weights =
          normalize_spans(AttentionNormalizer::kSoftmax, tape.parameter(scores), 2, spans);
      const Var loss = alignment_loss(weights, spans, {gold, head});
      return add(scale(loss, 0.7F), loss);
    });
  }
}

TEST_P(AlignmentLossTest, WantsLinksForEachRow) {
  Tape tape(backend());
  const Ragged gold = links({{0}});
  expect_error(
      [&] {
        alignment_loss(constant(tape, 8, 2, kWeights), keep_spans(tape, kAlignedSpans), {gold, 0});
      },
      "each of 3 rows in alignment_loss, found 1");
}

}  // namespace
}  // namespace heed
