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
  AttentionSpans view() const { return shared_spans(rows, key_rows); }
};

constexpr int kMemoryRows = 40;

int weight_rows(const AttentionSpans& spans) { return static_cast<int>(spans.weights); }

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

using AttentionTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, AttentionTest, every_backend(), backend_name);

class FastAttentionTest : public FastKernelTest {
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
INSTANTIATE_TEST_SUITE_P(Backends, FastAttentionTest, fast_backends(), backend_name);

TEST_P(AttentionTest, AttendsByHand) {
  Workbench bench(backend());
  const Tensor query = bench.tensor(1, 2, {1, 2}), memory = bench.tensor(3, 2, {9, 9, 1, 3, 2, 0});
  const std::vector<AttentionSpan> rows{{1, 2, 0}};
  const AttentionSpans spans = shared_spans(rows);
  const Tensor scores = bench.unset(2, 1), context = bench.unset(1, 2);
  backend().dot_scores(query, memory, 1, 0.5F, spans, scores);
  expect_near({3.5F, 1}, bench.host(scores));
  backend().normalize_spans(AttentionNormalizer::kSoftmax, scores, 1, spans, scores);
  expect_near({0.92414182F, 0.07585818F}, bench.host(scores));
  backend().weighted_sum(scores, memory, 1, spans, context);
  expect_near({1.07585818F, 2.77242546F}, bench.host(context));
  const Tensor v = bench.tensor(1, 2, {1, -1}), extra = bench.tensor(2, 2, {0, 0, -3, -2});
  backend().additive_scores({query, memory, v, {}}, 1, spans, scores);
  expect_near({-0.03588160F, 0.03102718F}, bench.host(scores));
  backend().additive_scores({query, memory, v, extra}, 1, spans, scores);
  expect_near({-0.03588160F, 0}, bench.host(scores));
}

TEST_P(AttentionTest, KeepsOneBlockOfWeightsPerHead) {
  Workbench bench(backend());
  const Tensor query = bench.tensor(2, 2, {1, 10, 2, 20}),
               memory = bench.tensor(2, 2, {3, 4, 5, 6});
  const std::vector<AttentionSpan> rows{{0, 2, 0}, {1, 1, 2}};
  const Tensor scores = bench.unset(3, 2);
  backend().dot_scores(query, memory, 2, 1, shared_spans(rows), scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{3, 5, 40, 60, 10, 120}));
}

TEST_P(FastAttentionTest, ScoresLikeTheReference) {
  for (const auto& many : {many_spans(), indirect_spans()}) {
    check(many, [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = spans.rows.size();
      const Tensor query = bench.random(rows, cols, 3), memory = bench.random(kMemoryRows, cols, 5);
      const Tensor v = bench.random(1, cols), dots = bench.unset(weight_rows(spans), heads);
      const Tensor sums = bench.unset(weight_rows(spans), heads);
      const Tensor extra = bench.random(weight_rows(spans), cols, 2);
      const Tensor more = bench.unset(weight_rows(spans), heads);
      bench.backend.dot_scores(query, memory, heads, 0.7F, spans, dots);
      bench.backend.additive_scores({query, memory, v, {}}, heads, spans, sums);
      bench.backend.additive_scores({query, memory, v, extra}, heads, spans, more);
      for (const Tensor& t : {dots, sums, more}) bench.result(t);
    });
  }
}

TEST_P(FastAttentionTest, SumsLikeTheReference) {
  for (const auto& many : {many_spans(), indirect_spans()}) {
    check(many, [](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = spans.rows.size();
      const Tensor memory = bench.random(kMemoryRows, cols, 5),
                   context = bench.unset(rows, cols, 1);
      const Tensor weights = bench.random(weight_rows(spans), heads);
      bench.backend.weighted_sum(weights, memory, heads, spans, context);
      bench.result(context);
    });
  }
}

TEST_P(FastAttentionTest, GradientsOfScores) {
  for (const float beta : {0.0F, 1.0F}) {
    check(many_spans(), [=](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = spans.rows.size(), pairs = weight_rows(spans);
      const Tensor query = bench.random(rows, cols, 2), memory = bench.random(kMemoryRows, cols, 1);
      const Tensor v = bench.random(1, cols), dscores = bench.random(pairs, heads);
      const Tensor extra = bench.random(pairs, cols, 2);
      const Sum dquery = bench.sum(beta, rows, cols, 3);
      const Sum dmemory = bench.sum(beta, kMemoryRows, cols, 4);
      bench.backend.dot_scores_backward(query, memory, heads, 0.7F, spans, dscores, dquery,
                                        dmemory);
      const AdditiveGradients d{bench.sum(beta, rows, cols), bench.sum(beta, kMemoryRows, cols, 2),
                                bench.sum(beta, 1, cols), bench.sum(beta, pairs, cols, 1)};
      bench.backend.additive_scores_backward({query, memory, v, extra}, heads, spans, dscores, d);
      const AdditiveGradients more{d.query, adding(dmemory.y), adding(d.v.y), {}};
      bench.backend.additive_scores_backward({query, memory, v, {}}, heads, spans, dscores, more);
      for (const Sum& t : {dquery, dmemory, d.query, d.memory, d.v, d.extra}) bench.result(t);
    });
  }
}

TEST_P(FastAttentionTest, GradientsOfSums) {
  for (const float beta : {0.0F, 1.0F}) {
    check(many_spans(), [=](Workbench& bench, const AttentionSpans& spans, int heads, int cols) {
      const int rows = spans.rows.size(), pairs = weight_rows(spans);
      const Tensor memory = bench.random(kMemoryRows, cols, 1);
      const Tensor weights = bench.random(pairs, heads), dcontext = bench.random(rows, cols, 3);
      const Sum dweights = bench.sum(beta, pairs, heads);
      const Sum dmemory = bench.sum(beta, kMemoryRows, cols, 4);
      bench.backend.weighted_sum_backward(weights, memory, heads, spans, dcontext, dweights,
                                          dmemory);
      bench.result(dweights);
      bench.result(dmemory);
    });
  }
}

constexpr AttentionNormalizer kNormalizers[] = {
    AttentionNormalizer::kSoftmax, AttentionNormalizer::kSparsemax, AttentionNormalizer::kEntmax15,
    AttentionNormalizer::kSigmoid};

TEST_P(FastAttentionTest, NormalizesEachRowAndHead) {
  for (const AttentionNormalizer kind : kNormalizers) {
    for (float size : {1.0F, 1e4F}) {
      SCOPED_TRACE(enum_names(kind)[static_cast<int>(kind)]);
      check(many_spans(), [=](Workbench& bench, const AttentionSpans& spans, int heads, int) {
        const Tensor scores = bench.random(weight_rows(spans), heads, 0, size);
        const Tensor weights = bench.unset(weight_rows(spans), heads);
        const Tensor dweights = bench.random(weight_rows(spans), heads);
        bench.backend.normalize_spans(kind, scores, heads, spans, weights);
        bench.result(weights);
        for (const float beta : {0.0F, 1.0F}) {
          const Sum dscores = bench.sum(beta, weight_rows(spans), heads);
          bench.backend.normalize_spans_backward(kind, weights, dweights, heads, spans, dscores);
          bench.result(dscores);
        }
        if (kind != AttentionNormalizer::kSoftmax && kind != AttentionNormalizer::kSigmoid) return;
        bench.backend.normalize_spans(kind, scores, heads, spans, scores);
        bench.result(scores);
      });
    }
  }
}

/// Weights w are the projection of the scores if and only if they sum to 1, f(w) = z − 2τ or z − τ
/// where they are positive, and no score beyond the support exceeds the threshold.
void expect_optimal(AttentionNormalizer kind, std::span<const float> z, std::span<const float> w) {
  const bool is_sparsemax = kind == AttentionNormalizer::kSparsemax;
  const auto threshold_at = [&](std::size_t j) {
    return is_sparsemax ? double{z[j]} - w[j] : double{z[j]} / 2 - std::sqrt(double{w[j]});
  };
  const std::size_t top = std::max_element(z.begin(), z.end()) - z.begin();
  const double tolerance = 3e-7 * std::max(1.0F, std::abs(z[top]));
  double sum = 0;
  for (std::size_t j = 0; j < z.size(); ++j) {
    sum += w[j];
    if (w[j] > 0) {
      EXPECT_NEAR(threshold_at(j), threshold_at(top), tolerance);
    } else {
      EXPECT_EQ(w[j], 0);
      EXPECT_LE(is_sparsemax ? z[j] : z[j] / 2, threshold_at(top) + tolerance);
    }
  }
  EXPECT_NEAR(sum, 1, 1e-6 * std::max(1.0F, std::abs(z[top])));
}

TEST_P(AttentionTest, SparseWeightsAreTheSolutionOfTheirProblem) {
  for (const AttentionNormalizer kind :
       {AttentionNormalizer::kSparsemax, AttentionNormalizer::kEntmax15}) {
    for (const int keys : {1, 2, 3, 7, 30, 100}) {
      for (const float size : {0.0F, 0.01F, 0.3F, 1.0F, 3.0F, 100.0F}) {
        SCOPED_TRACE(testing::Message() << keys << " keys of size " << size);
        Workbench bench(backend());
        const Tensor scores = bench.random(keys, 1, 0, size), weights = bench.unset(keys, 1);
        const std::vector<AttentionSpan> rows{{0, keys, 0}};
        backend().normalize_spans(kind, scores, 1, shared_spans(rows), weights);
        expect_optimal(kind, bench.host(scores), bench.host(weights));
      }
    }
  }
}

TEST_P(AttentionTest, NormalizesByHand) {
  Workbench bench(backend());
  const std::vector<AttentionSpan> rows{{0, 3, 0}};
  const auto weights_of = [&](AttentionNormalizer kind, const std::vector<float>& scores) {
    const Tensor weights = bench.unset(3, 1);
    backend().normalize_spans(kind, bench.tensor(3, 1, scores), 1, shared_spans(rows), weights);
    return bench.host(weights);
  };
  expect_near({0.75F, 0.25F, 0}, weights_of(AttentionNormalizer::kSparsemax, {1, 0.5F, -1}));
  // Halves 0.7 and -0.1 with τ = 0.3 − √0.34: (0.4 + √0.34)² and (√0.34 − 0.4)².
  expect_near({0.96647616F, 0.03352384F, 0},
              weights_of(AttentionNormalizer::kEntmax15, {1.4F, -0.2F, -1}));
  expect_near({0.5F, 0.73105858F, 0.26894142F},
              weights_of(AttentionNormalizer::kSigmoid, {0, 1, -1}));
  for (const AttentionNormalizer kind : kNormalizers) {
    const std::vector<float> weights = weights_of(kind, {1, -INFINITY, 1});
    EXPECT_NEAR(weights[1], 0, 1e-37);
    EXPECT_EQ(weights[0], weights[2]);
    EXPECT_TRUE(std::isnan(weights_of(kind, {1, NAN, 1})[1])) << "a diverged model must show";
  }
}

TEST_P(AttentionTest, WeighsByDistance) {
  Workbench bench(backend());
  const std::vector<AttentionSpan> rows{{5, 3, 0}};
  const Tensor weights = bench.tensor(3, 1, {0.5F, 0, 2}), centre = bench.tensor(1, 1, {0.5F});
  const Tensor y = bench.unset(3, 1);
  backend().gaussian_spans(weights, centre, 2, 1, shared_spans(rows), y);
  expect_near({0.5F * std::exp(-0.03125F), 0, 2 * std::exp(-0.28125F)}, bench.host(y));
}

}  // namespace
}  // namespace heed
