#include "backend/workbench.h"

namespace heed {
namespace {

/// Rows with several spans, one of them without keys, two of them the same.
struct Spans {
  std::vector<AttentionSpan> rows;
  std::vector<int> key_rows;

  static Spans make(const std::vector<std::pair<int, int>>& first_and_keys) {
    Spans spans;
    int weights = 0;
    for (auto [first, keys] : first_and_keys) {
      spans.rows.push_back({first, keys, weights});
      weights += keys;
    }
    return spans;
  }
  AttentionSpans view() const { return {rows, key_rows}; }
};

constexpr int kMemoryRows = 40;

std::vector<Spans> many_spans() {
  std::vector<Spans> many{
      Spans::make({{0, 1}}),
      Spans::make({{3, 5}, {3, 5}, {0, 0}, {8, 21}, {0, 40}}),
      Spans::make({{0, 7}, {0, 7}, {0, 7}, {0, 7}, {0, 7}, {0, 7}, {0, 7}, {0, 7}, {0, 7}}),
      Spans::make({{10, 1}, {10, 2}, {10, 3}, {10, 4}, {10, 5}, {10, 6}}),
      Spans::make({}),
  };
  return many;
}

/// The same with rows of the memory looked up, as in a beam.
std::vector<Spans> indirect_spans() {
  std::vector<Spans> many = many_spans();
  for (Spans& spans : many)
    for (int j = 0; j < kMemoryRows; ++j) spans.key_rows.push_back(j * 7 % kMemoryRows);
  return many;
}

struct HeadShape {
  int heads, width;
};

class AttentionTest : public KernelTest {
 protected:
  /// Runs kernel(workbench, spans, heads, columns) for all shapes.
  template <class Kernel>
  void check(const std::vector<Spans>& many, Kernel kernel) {
    const HeadShape shapes[] = {{1, 1}, {1, 17}, {3, 3}, {2, 33}, {4, 16}, {1, 96}, {2, 128}};
    for (std::size_t i = 0; i < many.size(); ++i) {
      for (const auto& [heads, width] : shapes) {
        SCOPED_TRACE(testing::Message() << "spans " << i << " heads " << heads << " of " << width);
        expect_as_reference([&, h = heads, w = width](
                                Workbench& bench) { kernel(bench, many[i].view(), h, h * w); },
                            2e-5);
      }
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, AttentionTest, every_backend(), backend_name);

TEST_P(AttentionTest, AttendsByHand) {
  Workbench bench(backend());
  const Tensor query = bench.tensor(1, 2, {1, 2}), memory = bench.tensor(3, 2, {9, 9, 1, 3, 2, 0});
  const std::vector<AttentionSpan> rows{{1, 2, 0}};
  const AttentionSpans spans{rows, {}};
  const Tensor scores = bench.unset(2, 1), context = bench.unset(1, 2);
  backend().dot_scores(query, memory, 1, 0.5F, spans, scores);
  expect_near({3.5F, 1}, bench.host(scores));
  backend().softmax_spans(scores, 1, spans, scores);
  expect_near({0.92414182F, 0.07585818F}, bench.host(scores));
  backend().weighted_sum(scores, memory, 1, spans, context);
  expect_near({1.07585818F, 2.77242546F}, bench.host(context));
  backend().additive_scores(query, memory, bench.tensor(1, 2, {1, -1}), 1, spans, scores);
  expect_near({-0.03588160F, 0.03102718F}, bench.host(scores));
}

TEST_P(AttentionTest, KeepsOneBlockOfWeightsPerHead) {
  Workbench bench(backend());
  const Tensor query = bench.tensor(2, 2, {1, 10, 2, 20}),
               memory = bench.tensor(2, 2, {3, 4, 5, 6});
  const std::vector<AttentionSpan> rows{{0, 2, 0}, {1, 1, 2}};
  const Tensor scores = bench.unset(3, 2);
  backend().dot_scores(query, memory, 2, 1, {rows, {}}, scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{3, 5, 40, 60, 10, 120}));
}

TEST_P(AttentionTest, ScoresLikeTheReference) {
  for (const auto& many : {many_spans(), indirect_spans()}) {
    check(many, [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = static_cast<int>(spans.rows.size());
      const Tensor query = bench.random(rows, cols, 3), memory = bench.random(kMemoryRows, cols, 5);
      const Tensor v = bench.random(1, cols), dots = bench.unset(spans.weights(), heads);
      const Tensor sums = bench.unset(spans.weights(), heads);
      bench.backend.dot_scores(query, memory, heads, 0.7F, spans, dots);
      bench.backend.additive_scores(query, memory, v, heads, spans, sums);
      bench.result(dots);
      bench.result(sums);
    });
  }
}

TEST_P(AttentionTest, SumsLikeTheReference) {
  for (const auto& many : {many_spans(), indirect_spans()}) {
    check(many, [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = static_cast<int>(spans.rows.size());
      const Tensor memory = bench.random(kMemoryRows, cols, 5),
                   context = bench.unset(rows, cols, 1);
      const Tensor weights = bench.random(spans.weights(), heads);
      bench.backend.weighted_sum(weights, memory, heads, spans, context);
      bench.result(context);
    });
  }
}

TEST_P(AttentionTest, AddsTheGradientsOfScores) {
  check(many_spans(), [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
    const int rows = static_cast<int>(spans.rows.size());
    const Tensor query = bench.random(rows, cols, 2), memory = bench.random(kMemoryRows, cols, 1);
    const Tensor v = bench.random(1, cols), dscores = bench.random(spans.weights(), heads);
    const Tensor dquery = bench.random(rows, cols, 3), dmemory = bench.random(kMemoryRows, cols, 4);
    const Tensor dv = bench.random(1, cols);
    bench.backend.dot_scores_backward(query, memory, heads, 0.7F, spans, dscores, dquery, dmemory);
    bench.backend.additive_scores_backward(query, memory, v, heads, spans, dscores,
                                           {dquery, dmemory, dv});
    for (const Tensor& t : {dquery, dmemory, dv}) bench.result(t);
  });
}

TEST_P(AttentionTest, AddsTheGradientsOfSums) {
  check(many_spans(), [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
    const int rows = static_cast<int>(spans.rows.size());
    const Tensor memory = bench.random(kMemoryRows, cols, 1);
    const Tensor weights = bench.random(spans.weights(), heads);
    const Tensor dcontext = bench.random(rows, cols, 3);
    const Tensor dweights = bench.random(spans.weights(), heads);
    const Tensor dmemory = bench.random(kMemoryRows, cols, 4);
    bench.backend.weighted_sum_backward(weights, memory, heads, spans, dcontext, dweights, dmemory);
    bench.result(dweights);
    bench.result(dmemory);
  });
}

TEST_P(AttentionTest, TakesTheSoftmaxOfEachRowAndHead) {
  for (float size : {1.0F, 1e4F}) {
    check(many_spans(), [size](Workbench& bench, const AttentionSpans& spans, int heads, int) {
      const Tensor scores = bench.random(spans.weights(), heads, 0, size);
      const Tensor weights = bench.unset(spans.weights(), heads);
      const Tensor dweights = bench.random(spans.weights(), heads);
      const Tensor dscores = bench.random(spans.weights(), heads);
      bench.backend.softmax_spans(scores, heads, spans, weights);
      bench.backend.softmax_spans_backward(weights, dweights, heads, spans, dscores);
      bench.backend.softmax_spans(scores, heads, spans, scores);
      for (const Tensor& t : {weights, scores, dscores}) bench.result(t);
    });
  }
}

TEST_P(AttentionTest, GivesNoWeightToAnImpossibleKey) {
  Workbench bench(backend());
  const std::vector<AttentionSpan> rows{{0, 3, 0}};
  const Tensor scores = bench.tensor(3, 1, {1, -INFINITY, 1});
  backend().softmax_spans(scores, 1, {rows, {}}, scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{0.5F, 0, 0.5F}));
}

}  // namespace
}  // namespace heed
