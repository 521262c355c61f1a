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
  backend().share_spans_backward(scores, weights, dweights, 2, shared_spans(rows), dscores);
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
  backend().add_by_bucket(rows, buckets, 1, shared_spans(spans), scores);
  EXPECT_EQ(bench.host(scores), (std::vector<float>{1, 2, 44, 11, 22}));
  backend().sum_by_bucket(scores, buckets, 1, shared_spans(spans), table);
  EXPECT_EQ(bench.host(table), (std::vector<float>{13, 26, 48}));
  backend().sum_by_bucket(scores, buckets, 1, shared_spans(spans), rows);
  EXPECT_EQ(bench.host(rows), (std::vector<float>{1, 2, 0, 21, 42, 84}));
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
  backend().rotate(x, angles, false, 0, y);
  expect_near({0.6F, 0.8F, -1.6F, 1.2F}, bench.host(y));
  const Tensor z = bench.tensor(1, 4, {1, 1, 1, 1});
  backend().rotate(y, angles, true, 1, z);
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

TEST_P(SequenceTest, RunsLikeTheReference) {
  expect_as_reference([](Workbench& bench) {
    const std::vector<int> offsets{0, 5, 6, 6, 23};
    const Tensor gates = bench.random(23, 37), x = bench.random(23, 37);
    const Tensor states = bench.unset(23, 37), dstates = bench.random(23, 37);
    const Tensor dgates = bench.random(23, 37), dx = bench.random(23, 37);
    bench.backend.scan(gates, x, {}, shared(offsets), states);
    bench.backend.scan_backward(gates, x, states, shared(offsets), dstates, dgates, dx);
    const Tensor query = bench.random(3, 68, 2), context = bench.unset(3, 68);
    const Tensor state = bench.random(3, 4 * 17 * 18);
    bench.backend.linear_attention_step(query, bench.random(3, 68), bench.random(3, 68), 4, state,
                                        context);
    const Tensor turned = bench.random(3, 68, 1), angles = bench.random(3, 34);
    bench.backend.rotate(query, angles, true, 1, turned);
    for (const Tensor& t : {states, dgates, dx, state, context, turned}) bench.result(t);
  });
}

}  // namespace
}  // namespace heed
