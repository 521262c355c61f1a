#include "backend/workbench.h"

namespace heed {
namespace {

using SequenceTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, SequenceTest, every_backend(), backend_name);

TEST_P(SequenceTest, SharesByHand) {
  Workbench bench(backend());
  const std::vector<AttentionSpan> rows{{0, 2, 0}, {0, 0, 2}, {1, 1, 2}};
  const Tensor scores = bench.tensor(3, 2, {1, 3, 2, 2, 5, 7}), weights = bench.unset(3, 2);
  backend().share_spans(scores, 2, shared_spans(rows), weights);
  EXPECT_EQ(bench.host(weights), (std::vector<float>{0.25F, 0.75F, 0.5F, 0.5F, 1, 1}));
  const Tensor dweights = bench.tensor(3, 2, {1, 0, 0, 1, 9, 9}), dscores = bench.unset(3, 2);
  backend().fill(dscores, 1);
  backend().share_spans_backward(scores, weights, dweights, 2, shared_spans(rows), adding(dscores));
  expect_near({1.1875F, 0.9375F, 0.875F, 1.125F, 1, 1}, bench.host(dscores));
}

TEST_P(SequenceTest, AddsAndSumsBucketsByHand) {
  Workbench bench(backend());
  // Rows at places 0 and 1 of a sentence of three, distances -1 to 2 in buckets 2, 0, 1, 1.
  const std::vector<AttentionSpan> spans{{0, 2, 0}, {0, 3, 2}};
  const std::vector<int> first{0, -1}, numbers{2, 0, 1, 1};
  const DistanceBuckets buckets{shared(first), shared(numbers), -1, 3};
  const Tensor scores = bench.tensor(5, 1, {0, 0, 0, 0, 0}), table = bench.tensor(1, 3, {1, 2, 4});
  backend().add_by_bucket(table, buckets, 1, shared_spans(spans), scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{1, 2, 4, 1, 2}));
  const Tensor rows = bench.tensor(2, 3, {0, 0, 0, 10, 20, 40}, 2);
  backend().add_by_bucket(rows, buckets, 1, shared_spans(spans), adding(scores));
  EXPECT_EQ(bench.host(scores), (std::vector<float>{1, 2, 44, 11, 22}));
  backend().sum_by_bucket(scores, buckets, 1, shared_spans(spans), adding(table));
  EXPECT_EQ(bench.host(table), (std::vector<float>{13, 26, 48}));
  backend().sum_by_bucket(scores, buckets, 1, shared_spans(spans), rows);
  EXPECT_EQ(bench.host(rows), (std::vector<float>{1, 2, 0, 11, 22, 44})) << "zero where none is";
}

TEST_P(SequenceTest, KeepsBucketsOfHeadsApart) {
  Workbench bench(backend());
  const std::vector<AttentionSpan> spans{{0, 2, 0}};
  const std::vector<int> first{-1}, numbers{0, 1};
  const DistanceBuckets buckets{shared(first), shared(numbers), -1, 2};
  const Tensor scores = bench.tensor(2, 2, {0, 0, 0, 0});
  backend().add_by_bucket(bench.tensor(1, 4, {1, 2, 3, 4}), buckets, 2, shared_spans(spans),
                          scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{1, 2, 3, 4}));
}

TEST_P(SequenceTest, TurnsPairsThereAndBack) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(1, 4, {1, 0, 0, 2}, 3), angles = bench.tensor(1, 2, {0.6F, 0.8F});
  const Tensor y = bench.unset(1, 4, 1);
  backend().rotate(x, angles, false, y);
  expect_near({0.6F, 0.8F, -1.6F, 1.2F}, bench.host(y));
  const Tensor z = bench.tensor(1, 4, {1, 1, 1, 1});
  backend().rotate(y, angles, true, adding(z));
  expect_near({2, 1, 1, 3}, bench.host(z));
}

TEST_P(SequenceTest, ScansByHand) {
  Workbench bench(backend());
  const std::vector<int> offsets{0, 3, 3, 4};
  const Tensor gates = bench.tensor(4, 2, {0.5F, 0, 0.5F, 1, 0.25F, 0.5F, 0.5F, 0.5F});
  const Tensor x = bench.tensor(4, 2, {2, 2, 4, 8, 0, 4, 6, 8}), states = bench.unset(4, 2);
  backend().scan(gates, x, {}, shared(offsets), states);
  EXPECT_EQ(bench.host(states), (std::vector<float>{1, 2, 2.5F, 2, 0.625F, 3, 3, 4}));
  const Tensor initial = bench.tensor(3, 2, {4, 9, 9, 9, 2, 4}, 1);
  backend().scan(gates, x, initial, shared(offsets), states);
  EXPECT_EQ(bench.host(states), (std::vector<float>{3, 2, 3.5F, 2, 0.875F, 3, 4, 6}));
  const Tensor means = bench.tensor(4, 1, {0, 0.5F, 2.0F / 3, 0});
  backend().scan(means, x, {}, shared(offsets), states);
  expect_near({2, 2, 3, 5, 2, 14.0F / 3, 6, 8}, bench.host(states));
}

TEST_P(SequenceTest, TakesAStepOfLinearAttentionByHand) {
  Workbench bench(backend());
  const Tensor query = bench.tensor(1, 2, {1, 2}, 3), key = bench.tensor(1, 2, {3, 1}, 2);
  const Tensor value = bench.tensor(1, 2, {2, 4}), context = bench.unset(1, 2, 1);
  // S = [[1, 0], [0, 1]], z = (1, 1) become [[7, 12], [2, 5]], (4, 2).
  const Tensor state = bench.tensor(1, 6, {1, 0, 0, 1, 1, 1});
  backend().linear_attention_step(query, key, value, 1, state, context);
  EXPECT_EQ(bench.host(state), (std::vector<float>{7, 12, 2, 5, 4, 2}));
  EXPECT_EQ(bench.host(context), (std::vector<float>{11.0F / 8, 22.0F / 8}));
}

TEST_P(SequenceTest, GradientsOfAScanByHand) {
  Workbench bench(backend());
  const std::vector<int> offsets{0, 2, 3};
  const Tensor x = bench.tensor(3, 1, {2, 4, 6}), gates = bench.tensor(3, 1, {0.5F, 0.25F, 0.5F});
  const Tensor states = bench.unset(3, 1);
  backend().scan(gates, x, {}, shared(offsets), states);
  EXPECT_EQ(bench.host(states), (std::vector<float>{1, 3.25F, 3}));
  for (const float beta : {0.0F, 1.0F}) {
    const Tensor dstates = bench.tensor(3, 1, {1, 2, 4});
    const Tensor dgates = bench.tensor(3, 1, {10, 10, 10}), dx = bench.tensor(3, 1, {20, 20, 20});
    backend().scan_backward(gates, x, states, shared(offsets), dstates, {dgates, beta}, {dx, beta});
    // From c_2 = x_2 + f_2 (c_1 - x_2): dc_1 = 1 + 2 f_2.
    expect_near({10 * beta - 3, 10 * beta - 6, 10 * beta - 24}, bench.host(dgates));
    expect_near({20 * beta + 0.75F, 20 * beta + 1.5F, 20 * beta + 2}, bench.host(dx));
  }
}

}  // namespace
}  // namespace heed
