#include <numeric>

#include "backend/workbench.h"

namespace heed {
namespace {

constexpr Activation kActivations[] = {
    Activation::kRelu,    Activation::kGelu, Activation::kSilu,      Activation::kTanh,
    Activation::kSigmoid, Activation::kExp,  Activation::kEluPlusOne};

using ElementwiseTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, ElementwiseTest, every_backend(), backend_name);
using FastElementwiseTest = FastKernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, FastElementwiseTest, fast_backends(), backend_name);

TEST_P(ElementwiseTest, ActivatesByHand) {
  const std::vector<std::vector<float>> expected{{0, 0, 2},
                                                 {-0.15865525F, 0, 1.95449974F},
                                                 {-0.26894142F, 0, 1.76159416F},
                                                 {-0.76159416F, 0, 0.96402758F},
                                                 {0.26894142F, 0.5F, 0.88079708F},
                                                 {0.36787944F, 1, 7.38905610F},
                                                 {0.36787944F, 1, 3}};
  for (int k = 0; k < 7; ++k) {
    Workbench bench(backend());
    const Tensor x = bench.tensor(1, 3, {-1, 0, 2}), y = bench.unset(1, 3);
    backend().activate(kActivations[k], x, y);
    expect_near(expected[k], bench.host(y));
  }
}

/// From tiny to huge, with both signs.
std::vector<float> extremes() {
  std::vector<float> values{0, -0.0F, 1e4F, -1e4F, 1e-20F, INFINITY, -INFINITY, NAN};
  for (float x = -100; x < 100; x += 0.37F) values.push_back(x);
  for (float x = 1e-6F; x < 2; x *= 1.5F) values.insert(values.end(), {x, -x});
  return values;
}

TEST_P(FastElementwiseTest, ActivatesExtremesLikeTheReference) {
  const std::vector<float> values = extremes();
  for (Activation kind : kActivations) {
    SCOPED_TRACE(static_cast<int>(kind));
    std::vector<float> inputs = values;
    // x · f(x) at infinity is a matter of taste; a model that gets there is lost.
    if (kind == Activation::kGelu || kind == Activation::kSilu)
      std::erase_if(inputs, [](float x) { return std::isinf(x); });
    // Where eˣ grows out of bounds, its kernel stops at 6e37.
    if (kind == Activation::kExp) std::erase_if(inputs, [](float x) { return x > 87; });
    const int size = static_cast<int>(inputs.size());
    expect_as_reference(
        [&](Workbench& bench) {
          const Tensor x = bench.tensor(1, size, inputs), y = bench.unset(1, size);
          bench.backend.activate(kind, x, y);
          bench.result(y);
        },
        2e-6);
  }
}

TEST_P(ElementwiseTest, KeepsTheDigitsOfSmallTanh) {
  Workbench bench(backend());
  const std::vector<float> small{1e-3F, -1e-5F, 1e-8F, 1e-30F};
  const Tensor x = bench.tensor(1, 4, small), y = bench.unset(1, 4);
  backend().activate(Activation::kTanh, x, y);
  const std::vector<float> found = bench.host(y);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(found[i] / std::tanh(small[i]), 1, 1e-6) << small[i];
}

TEST_P(FastElementwiseTest, SlopesOfActivations) {
  for (Activation kind : kActivations) {
    SCOPED_TRACE(static_cast<int>(kind));
    expect_as_reference([&](Workbench& bench) {
      const Tensor x = bench.random(3, 67, 0, 6), y = bench.unset(3, 67);
      const Tensor dy = bench.random(3, 67);
      bench.backend.activate(kind, x, y);
      for (const float beta : {0.0F, 1.0F}) {
        const Sum dx = bench.sum(beta, 3, 67);
        bench.backend.activate_backward(kind, x, y, dy, dx);
        bench.result(dx);
      }
    });
  }
}

TEST_P(ElementwiseTest, ScalesEachRow) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(3, 2, {1, 2, 3, 4, 5, 6}), factors = bench.tensor(1, 3, {2, 0, -1});
  backend().scale_rows(factors, x, x);
  EXPECT_EQ(bench.host(x), (std::vector<float>{2, 4, 0, 0, -5, -6}));
}

TEST_P(ElementwiseTest, TakesTheLargerOfEachPair) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(2, 4, {1, 2, 5, 3, -1, -2, 0, 0}), y = bench.unset(2, 2);
  backend().maxout(x, y);
  EXPECT_EQ(bench.host(y), (std::vector<float>{2, 5, -1, 0}));
  const Tensor dy = bench.tensor(2, 2, {1, 2, 3, 4}),
               dx = bench.tensor(2, 4, {9, 0, 0, 0, 0, 0, 0, 0});
  backend().maxout_backward(x, dy, adding(dx));
  EXPECT_EQ(bench.host(dx), (std::vector<float>{9, 1, 2, 0, 3, 0, 4, 0}));
  backend().maxout_backward(x, dy, dx);
  EXPECT_EQ(bench.host(dx), (std::vector<float>{0, 1, 2, 0, 3, 0, 4, 0}));
}

class DropoutTest : public KernelTest {
 protected:
  static constexpr int kSize = 100000;

  /// 1 where an element is kept.
  std::vector<float> mask(std::uint64_t key, float rate) {
    Workbench bench(backend());
    const Tensor x = bench.tensor(1, kSize, std::vector<float>(kSize, 1 - rate));
    backend().dropout(x, key, rate, x);
    return bench.host(x);
  }

  static double share(const std::vector<float>& mask) {
    return std::accumulate(mask.begin(), mask.end(), 0.0) / kSize;
  }

  static double agreement(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / kSize;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, DropoutTest, every_backend(), backend_name);

TEST_P(DropoutTest, KeepsTheStatedShareAndItsMean) {
  EXPECT_NEAR(share(mask(1, 0.1F)), 0.9, 0.005);
  EXPECT_NEAR(share(mask(2, 0.5F)), 0.5, 0.005);
  EXPECT_EQ(share(mask(3, 0)), 1);
}

TEST_P(DropoutTest, WeighsWhatIsKept) {
  constexpr std::uint64_t kKey = 0x123456789abcdef0U;
  constexpr int kRows = 5, kCols = 33;
  Workbench bench(backend());
  const std::vector<float> kept = mask(kKey, 0.3F);
  const Tensor x = bench.random(kRows, kCols), before = bench.random(kRows, kCols);
  for (const float beta : {0.0F, 1.0F}) {
    const Tensor y = bench.tensor(kRows, kCols, bench.host(before));
    backend().dropout(x, kKey, 0.3F, {y, beta});
    std::vector<float> expected = bench.host(before);
    for (int i = 0; i < kRows * kCols; ++i) {
      expected[i] = beta * expected[i] + kept[i] * bench.host(x)[i] / 0.7F;
    }
    expect_near(expected, bench.host(y));
  }
}

TEST_P(DropoutTest, DependsOnEachBitOfTheKeyAndOnThePlace) {
  const std::vector<float> base = mask(0, 0.5F);
  EXPECT_EQ(base, mask(0, 0.5F));
  for (std::uint64_t key :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32, std::uint64_t{1} << 63})
    EXPECT_NEAR(agreement(base, mask(key, 0.5F)), 0.25, 0.006) << key;
  for (int shift : {1, 2, 16, 512}) {
    std::vector<float> moved = base;
    std::rotate(moved.begin(), moved.begin() + shift, moved.end());
    EXPECT_NEAR(agreement(base, moved), 0.25, 0.006) << shift;
  }
}

TEST_P(ElementwiseTest, NormalizesByHand) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(1, 4, {1, 2, 3, 6}), gain = bench.tensor(1, 4, {1, 1, 2, 2});
  const Tensor bias = bench.tensor(1, 4, {0, 1, 0, 0}), y = bench.unset(1, 4);
  const Tensor statistics = bench.unset(1, 2);
  backend().normalize(Normalization::kLayer, x, gain, bias, y, statistics);
  expect_near({-1.0690448F, 0.4654776F, 0, 3.2071346F}, bench.host(y));
  expect_near({3, 0.5345224F}, bench.host(statistics));
  backend().normalize(Normalization::kRms, x, gain, {}, y, statistics);
  expect_near({0.2828427F, 0.5656854F, 1.6970562F, 3.3941125F}, bench.host(y));
  expect_near({0, 0.2828427F}, bench.host(statistics));
  // The mean is 3 and the variance 3.5: with 12.75 more the deviation is that of 16.25.
  backend().normalize({Normalization::kLayer, 12.75F}, x, gain, bias, y, statistics);
  expect_near({3, 1 / std::sqrt(16.25F)}, bench.host(statistics));
}

TEST_P(FastElementwiseTest, NormalizesLikeTheReference) {
  for (Normalization kind : {Normalization::kLayer, Normalization::kRms}) {
    for (int cols : {1, 3, 17, 33, 512}) {
      SCOPED_TRACE(cols);
      expect_as_reference(
          [=](Workbench& bench) {
            const Tensor x = bench.random(5, cols, 0, 3), gain = bench.random(1, cols);
            const Tensor bias = kind == Normalization::kLayer ? bench.random(1, cols) : Tensor();
            const Tensor y = bench.unset(5, cols), statistics = bench.unset(5, 2);
            bench.backend.normalize(kind, x, gain, bias, y, statistics);
            bench.result(y);
            const Tensor dy = bench.random(5, cols);
            for (const float beta : {0.0F, 1.0F}) {
              const Sum dx = bench.sum(beta, 5, cols), dgain = bench.sum(beta, 1, cols);
              const Sum dbias = bias ? bench.sum(beta, 1, cols) : Sum();
              bench.backend.normalize_backward(kind, x, gain, statistics, dy, {dx, dgain, dbias});
              // A single element's own gradient is 0 · 1000, of which the digits are noise.
              if (cols > 1) bench.result(dx);
              bench.result(dgain);
              if (bias) bench.result(dbias);
            }
          },
          3e-5);
    }
  }
}

TEST_P(FastElementwiseTest, NormalizesBackwardOnlyWhatIsAskedFor) {
  expect_as_reference([](Workbench& bench) {
    const Tensor x = bench.random(4, 19), gain = bench.random(1, 19), dy = bench.random(4, 19);
    const Tensor y = bench.unset(4, 19), statistics = bench.unset(4, 2);
    bench.backend.normalize(Normalization::kLayer, x, gain, {}, y, statistics);
    const Tensor dx = bench.random(4, 19), dbias = bench.random(1, 19);
    bench.backend.normalize_backward(Normalization::kLayer, x, gain, statistics, dy, {dx, {}, {}});
    bench.backend.normalize_backward(Normalization::kLayer, x, gain, statistics, dy,
                                     {{}, {}, adding(dbias)});
    bench.result(dx);
    bench.result(dbias);
  });
}

}  // namespace
}  // namespace heed
