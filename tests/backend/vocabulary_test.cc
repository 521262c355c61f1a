#include <numeric>

#include "backend/workbench.h"

namespace heed {
namespace {

using VocabularyTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, VocabularyTest, every_backend(), backend_name);
using FastVocabularyTest = FastKernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, FastVocabularyTest, fast_backends(), backend_name);

TEST_P(VocabularyTest, LosesByHand) {
  Workbench bench(backend());
  const std::vector<int> targets{1, 0};
  const Tensor losses = bench.unset(1, 2), likelihood = bench.unset(1, 2);
  const std::vector<float> values{0, 0, std::log(2.0F), 0};
  const Tensor logits = bench.tensor(2, 2, values);  // p = ½ ½ and ⅔ ⅓
  backend().cross_entropy(logits, shared(targets), 0, true, losses, likelihood);
  expect_near({0.69314718F, 0.40546511F}, bench.host(losses));
  expect_near({-0.69314718F, -0.40546511F}, bench.host(likelihood));
  expect_near({0.5F, -0.5F, -1 / 3.0F, 1 / 3.0F}, bench.host(logits));
  backend().write(values, logits);
  backend().cross_entropy(logits, shared(targets), 0.1F, true, losses, likelihood);
  expect_near({0.69314718F, 0.44012247F}, bench.host(losses));
  expect_near({-0.69314718F, -0.40546511F}, bench.host(likelihood));
  expect_near({0.45F, -0.45F, -0.28333333F, 0.28333333F}, bench.host(logits));
}

TEST_P(FastVocabularyTest, LosesLikeTheReference) {
  for (int size : {1, 3, 17, 33, 1000}) {
    for (float scale : {1.0F, 10.0F, 1e4F}) {
      for (float smoothing : {0.0F, 0.1F}) {
        SCOPED_TRACE(testing::Message() << size << " " << scale << " " << smoothing);
        expect_as_reference([=](Workbench& bench) {
          const Tensor logits = bench.random(4, size, 0, scale);
          const std::vector<int> targets{0, size - 1, size / 2, size / 3};
          const Tensor losses = bench.unset(1, 4), likelihood = bench.unset(1, 4);
          bench.backend.cross_entropy(logits, shared(targets), smoothing, true, losses, likelihood);
          bench.result(logits);
          bench.result(losses);
          bench.result(likelihood);
        });
      }
    }
  }
}

TEST_P(VocabularyTest, LosesTheSameWithoutGradient) {
  Workbench bench(backend());
  const Tensor logits = bench.random(3, 50, 0, 5);
  const std::vector<float> values = bench.host(logits);
  const std::vector<int> targets{3, 49, 0};
  const Tensor losses = bench.unset(1, 3), likelihood = bench.unset(1, 3);
  const Tensor alone = bench.unset(1, 3), likelihood_alone = bench.unset(1, 3);
  backend().cross_entropy(logits, shared(targets), 0.1F, true, losses, likelihood);
  backend().write(values, logits);
  backend().cross_entropy(logits, shared(targets), 0.1F, false, alone, likelihood_alone);
  EXPECT_EQ(bench.host(losses), bench.host(alone));
  EXPECT_EQ(bench.host(likelihood), bench.host(likelihood_alone));
}

TEST_P(VocabularyTest, TellsHowFarTwoPassesAreApart) {
  Workbench bench(backend());
  const Tensor first = bench.tensor(2, 2, {0, 0, 5, 1});  // p = ½ ½, and what the second has too
  const Tensor second = bench.tensor(2, 2, {std::log(3.0F), 0, 7, 3});  // q = ¾ ¼
  const Tensor divergences = bench.unset(1, 2);
  const Tensor dfirst = bench.unset(2, 2), dsecond = bench.unset(2, 2);
  backend().divergence(first, second, divergences, dfirst, dsecond);
  // KL(p ‖ q) = ½ log 4/3 = 0.14384104, KL(q ‖ p) = ¾ log 3/2 − ¼ log 2 = 0.13081204
  expect_near({0.13732654F, 0}, bench.host(divergences));
  expect_near({-0.26232654F, 0.26232654F, 0, 0}, bench.host(dfirst));
  expect_near({0.22799490F, -0.22799490F, 0, 0}, bench.host(dsecond));
}

TEST_P(FastVocabularyTest, TellsAsTheReferenceHowFarTwoPassesAreApart) {
  for (int size : {1, 3, 17, 33, 1000}) {
    for (float scale : {1.0F, 10.0F}) {
      expect_as_reference([=](Workbench& bench) {
        const Tensor first = bench.random(4, size, 0, scale);
        const Tensor second = bench.random(4, size, 3, scale);
        const Tensor divergences = bench.unset(1, 4);
        const Tensor dfirst = bench.unset(4, size), dsecond = bench.unset(4, size);
        bench.backend.divergence(first, second, divergences, dfirst, dsecond);
        for (const Tensor& result : {divergences, dfirst, dsecond}) bench.result(result);
      });
    }
  }
}

TEST_P(FastVocabularyTest, NormalizesLogits) {
  for (int size : {1, 3, 17, 33, 1000})
    for (float scale : {1.0F, 1e4F})
      expect_as_reference([=](Workbench& bench) {
        const Tensor logits = bench.random(4, size, 0, scale);
        const Tensor normalizers = bench.unset(4, 2, 3);
        bench.backend.log_normalizers(logits, normalizers);
        bench.result(normalizers);
      });
}

TEST_P(VocabularyTest, GivesNoProbabilityToMinusInfinity) {
  Workbench bench(backend());
  const Tensor logits = bench.tensor(1, 3, {2, -INFINITY, 2});
  const Tensor normalizers = bench.unset(1, 2);
  backend().log_normalizers(logits, normalizers);
  expect_near({2, 0.69314718F}, bench.host(normalizers));
  const Tensor losses = bench.unset(1, 1), likelihood = bench.unset(1, 1);
  backend().cross_entropy(logits, shared(std::vector<int>{0}), 0, true, losses, likelihood);
  expect_near({-0.5F, 0, 0.5F}, bench.host(logits));
  expect_near({0.69314718F}, bench.host(losses));
}

TEST_P(VocabularyTest, PassesANaNOn) {
  Workbench bench(backend());
  for (int place : {0, 5, 40}) {
    std::vector<float> values(41, 1.0F);
    const Tensor losses = bench.unset(1, 1), likelihood = bench.unset(1, 1);
    values[place] = NAN;
    const Tensor logits = bench.tensor(1, 41, values);
    backend().cross_entropy(logits, shared(std::vector<int>{3}), 0.1F, true, losses, likelihood);
    EXPECT_TRUE(std::isnan(bench.host(losses)[0])) << place;
    const Tensor normalizers = bench.unset(1, 2);
    values[place] = NAN;
    backend().log_normalizers(bench.tensor(1, 41, values), normalizers);
    EXPECT_TRUE(std::isnan(bench.host(normalizers)[1])) << place;
  }
}

class TopKTest : public KernelTest {
 protected:
  void check(const std::vector<float>& values, int k) {
    const int size = static_cast<int>(values.size());
    Workbench bench(backend());
    std::vector<int> expected(size);
    const Tensor best = bench.unset(1, 2 * k);
    backend().top_k(bench.tensor(1, size, values), k, best.col_range(0, k), best.col_range(k, k));
    const std::vector<float> found = bench.host(best);
    const std::vector<int> ids(found.begin(), found.begin() + k);
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(), [&](int a, int b) {
      return values[a] > values[b] || (std::isnan(values[b]) && !std::isnan(values[a]));
    });
    expected.resize(k);
    EXPECT_EQ(ids, expected);
    for (int i = 0; i < k; ++i) expect_near({values[ids[i]]}, {found[k + i]});
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, TopKTest, every_backend(), backend_name);

TEST_P(TopKTest, SortsLikeAStableSort) {
  std::mt19937 generator(1);
  for (int size : {1, 3, 17, 33, 129, 1000, 8001}) {
    for (int distinct : {2, 50, 1000000}) {
      std::vector<float> values(size);
      for (float& value : values) value = static_cast<float>(generator() % distinct) - 10;
      for (int k : {1, 2, 12, 64})
        if (k <= size) check(values, k);
    }
  }
}

TEST_P(TopKTest, PutsMinusInfinityAndThenNaNLast) {
  std::vector<float> values(300, -INFINITY);
  check(values, 5);
  values[0] = values[7] = NAN;
  values[290] = 1;
  check(values, 5);
  values.assign(300, NAN);
  check(values, 5);
  values[200] = -INFINITY;
  values[299] = 3;
  check(values, 5);
  for (int i = 100; i < 300; i += 3) values[i] = static_cast<float>(i * 7 % 50);
  check(values, 5);
  check(values, 32);
}

TEST_P(TopKTest, KeepsRowsApart) {
  Workbench bench(backend());
  const Tensor columns = bench.unset(2, 2, 1), values = bench.unset(2, 2);
  backend().top_k(bench.tensor(2, 3, {1, 3, 2, 6, 5, 4}), 2, columns, values);
  EXPECT_EQ(bench.host(columns), (std::vector<float>{1, 2, 0, 1}));
  EXPECT_EQ(bench.host(values), (std::vector<float>{3, 2, 6, 5}));
}

TEST_P(VocabularyTest, AddsUpInDoublePrecision) {
  Workbench bench(backend());
  std::vector<float> values(1000, 1);
  values[0] = 1e9F;
  const Tensor sum = bench.unset(1, 1);
  backend().total(bench.tensor(1, 1000, values), sum);
  EXPECT_EQ(bench.host(sum)[0], static_cast<float>(1e9 + 999));
}

using TrainingKernelTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, TrainingKernelTest, every_backend(), backend_name);

TEST_P(TrainingKernelTest, SumsSquares) {
  Workbench bench(backend());
  EXPECT_EQ(backend().sum_squares(bench.tensor(1, 3, {1, 2, 3})), 14);
  // In single precision a billion would swallow each of the ones.
  std::vector<float> values(100000, 1);
  values[0] = 31623;
  const Tensor x = bench.tensor(1, 100000, values);
  EXPECT_DOUBLE_EQ(backend().sum_squares(x), 31623.0 * 31623 + 99999);
}

TEST_P(TrainingKernelTest, MovesByTheLearningRateAtFirst) {
  Workbench bench(backend());
  const Tensor g = bench.tensor(1, 2, {2, -0.5F}), x = bench.tensor(1, 2, {1, 1});
  const Tensor m = bench.tensor(1, 2, {0, 0}), v = bench.tensor(1, 2, {0, 0});
  AdamStep step;
  step.learning_rate = 0.1F;
  backend().adam(step, g, x, m, v);
  expect_near({0.9F, 1.1F}, bench.host(x));
  expect_near({0.2F, -0.05F}, bench.host(m));
  expect_near({0.08F, 0.005F}, bench.host(v));
}

TEST_P(TrainingKernelTest, DecaysWeightsApartFromTheGradient) {
  Workbench bench(backend());
  const Tensor g = bench.tensor(1, 1, {0}), x = bench.tensor(1, 1, {2});
  const Tensor m = bench.tensor(1, 1, {0}), v = bench.tensor(1, 1, {0});
  AdamStep step;
  step.learning_rate = 0.1F;
  step.weight_decay = 0.5F;
  backend().adam(step, g, x, m, v);
  expect_near({1.9F}, bench.host(x));
}

/// Kingma & Ba 2015, algorithm 1, in double precision.
TEST_P(TrainingKernelTest, UpdatesByTheFormula) {
  const AdamStep step{
      .learning_rate = 0.01F, .weight_decay = 0.1F, .gradient_scale = 0.25F, .update = 7};
  for (const int size : {1, 3, 17, 33, 1000}) {
    Workbench bench(backend());
    const Tensor g = bench.random(1, size), x = bench.random(1, size), m = bench.random(1, size);
    const Tensor v = bench.tensor(1, size, std::vector<float>(size, 0.3F));
    std::vector<float> gs = bench.host(g), xs = bench.host(x), ms = bench.host(m),
                       vs = bench.host(v);
    for (int i = 0; i < size; ++i) {
      const double gradient = 0.25 * gs[i];
      const double first = 0.9 * ms[i] + 0.1 * gradient;
      const double second = 0.98 * vs[i] + 0.02 * gradient * gradient;
      const double direction =
          first / (1 - std::pow(0.9, 7)) / (std::sqrt(second / (1 - std::pow(0.98, 7))) + 1e-9);
      xs[i] = static_cast<float>(xs[i] - 0.01 * (direction + 0.1 * xs[i]));
      ms[i] = static_cast<float>(first);
      vs[i] = static_cast<float>(second);
    }
    backend().adam(step, g, x, m, v);
    expect_near(xs, bench.host(x));
    expect_near(ms, bench.host(m));
    expect_near(vs, bench.host(v));
  }
}

TEST_P(TrainingKernelTest, BlendsByHand) {
  Workbench bench(backend());
  const Tensor average = bench.tensor(1, 2, {1, -2});
  backend().blend(0.25F, bench.tensor(1, 2, {3, 2}), average);
  expect_near({1.5F, -1}, bench.host(average));
}

}  // namespace
}  // namespace heed
