#include <cmath>
#include <limits>

#include "backend/workbench.h"
#include "support/expect_error.h"

namespace heed {
namespace {

struct Shape {
  int rows, inputs, outputs;
};
constexpr Shape kShapes[] = {{1, 1, 1},   {1, 2, 3},     {2, 3, 17},  {3, 33, 64},  {5, 64, 65},
                             {6, 40, 40}, {7, 129, 300}, {13, 4, 31}, {70, 50, 90}, {2, 1100, 40},
                             {0, 3, 5},   {3, 0, 5},     {1, 600, 1}, {530, 9, 20}, {40, 2000, 8}};

constexpr Precision kPrecisions[] = {Precision::kFloat, Precision::kInt8};

class PackedTest : public KernelTest {
 protected:
  /// x · W + bias with the bits of gemm, add_bias and activate, W as it is or transposed.
  void expect_as_gemm(const Shape& shape, bool transpose, std::optional<Activation> activation) {
    Workbench bench(backend());
    const Tensor x = bench.random(shape.rows, shape.inputs, 3);
    const Tensor w = bench.random(shape.inputs, shape.outputs, 2);
    const Tensor turned = bench.unset(shape.outputs, shape.inputs, 1);
    backend().transpose(w, turned);
    const Tensor bias = bench.random(1, shape.outputs);
    const Tensor expected = bench.unset(shape.rows, shape.outputs);
    backend().gemm(x, w, expected);
    backend().add_bias(expected, bias, expected);
    if (activation) backend().activate(*activation, expected, expected);
    const Tensor found = bench.unset(shape.rows, shape.outputs);
    const auto packed =
        backend().pack(transpose ? transposed(turned) : Operand(w), Precision::kFloat);
    backend().packed_product(x, *packed, {bias, activation}, found);
    ASSERT_EQ(bench.host(found), bench.host(expected));
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, PackedTest, every_backend(), backend_name);

using FastPackedTest = FastKernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, FastPackedTest, fast_backends(), backend_name);

TEST_P(PackedTest, GivesTheBitsOfGemm) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(testing::Message()
                 << shape.rows << " x " << shape.inputs << " x " << shape.outputs);
    for (const bool transpose : {false, true}) {
      expect_as_gemm(shape, transpose, std::nullopt);
      expect_as_gemm(shape, transpose, Activation::kRelu);
      expect_as_gemm(shape, transpose, Activation::kGelu);
    }
  }
}

/// Exactly, but for what an activation rounds.
TEST_P(FastPackedTest, SumsInt8AsTheReferenceDoes) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(testing::Message()
                 << shape.rows << " x " << shape.inputs << " x " << shape.outputs);
    const auto kernel = [&](Workbench& bench) {
      const Tensor x = bench.random(shape.rows, shape.inputs, 3, 5);
      const Tensor w = bench.random(shape.inputs, shape.outputs, 2);
      const Tensor bias = bench.random(1, shape.outputs);
      for (const Epilogue& epilogue :
           {Epilogue{}, Epilogue{bias}, Epilogue{bias, Activation::kRelu}}) {
        const Tensor y = bench.unset(shape.rows, shape.outputs);
        bench.backend.packed_product(x, *bench.backend.pack(w, Precision::kInt8), epilogue, y);
        bench.result(y);
      }
    };
    expect_as_reference(kernel, 0);
  }
}

TEST_P(PackedTest, ComputesInt8ByHand) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(2, 2, {127, -63.4F, 0, 0});
  const Tensor w = bench.tensor(2, 2, {1, 254, -127, 2});
  const Tensor bias = bench.tensor(1, 2, {0.5F, 0}), y = bench.unset(2, 2);
  backend().packed_product(x, *backend().pack(w, Precision::kInt8), {bias}, y);
  // Codes of x: 127, -63; of w's columns: 1, -127 (step 1) and 127, 1 (step 2).
  EXPECT_EQ(bench.host(y),
            (std::vector<float>{127 + 63 * 127 + 0.5F, 2 * (127 * 127 - 63), 0.5F, 0}));
}

/// Numbers that are codes times a step already, of which a column need not have the largest: they
/// are not rounded again.
TEST_P(PackedTest, KeepsCodesThatHaveAStep) {
  Workbench bench(backend());
  constexpr int kInputs = 40, kOutputs = 100;
  constexpr float kStep = 0.37F;
  std::vector<float> weight, x(kInputs), expected(kOutputs, 0);
  for (int d = 0; d < kInputs; ++d) {
    x[d] = static_cast<float>(d == 0 ? 127 : d * 29 % 255 - 127);  // codes of step 1
    for (int e = 0; e < kOutputs; ++e) {
      const int code = (d * 31 + e * 7) % (2 * e + 3) - e - 1;
      weight.push_back(static_cast<float>(code) * kStep);
      expected[e] += x[d] * static_cast<float>(code);
    }
  }
  const Tensor y = bench.unset(1, kOutputs);
  backend().packed_product(
      bench.tensor(1, kInputs, x),
      *backend().pack(bench.tensor(kInputs, kOutputs, weight), Precision::kInt8), {}, y);
  const std::vector<float> found = bench.host(y);
  for (int e = 0; e < kOutputs; ++e) {
    EXPECT_NEAR(found[e], expected[e] * kStep, 1e-6F * std::abs(expected[e] * kStep)) << e;
  }
}

/// A row of extremes alone, where sums of two products leave 16 bits.
TEST_P(PackedTest, SumsTheLargestCodesExactly) {
  Workbench bench(backend());
  constexpr int kInputs = 1024;
  const Tensor x = bench.tensor(1, kInputs, std::vector<float>(kInputs, -1));
  const Tensor w = bench.tensor(kInputs, 2, std::vector<float>(2 * kInputs, -1));
  const Tensor y = bench.unset(1, 2);
  backend().packed_product(x, *backend().pack(w, Precision::kInt8), {}, y);
  for (const float sum : bench.host(y)) EXPECT_NEAR(sum, kInputs, 1e-3);
}

TEST_P(PackedTest, IsNearTheProductInInt8) {
  Workbench bench(backend());
  const Tensor x = bench.random(30, 256), w = bench.random(256, 100);
  const Tensor exact = bench.unset(30, 100), found = bench.unset(30, 100);
  backend().gemm(x, w, exact);
  backend().packed_product(x, *backend().pack(w, Precision::kInt8), {}, found);
  const std::vector<float> expected = bench.host(exact), values = bench.host(found);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 0.2);
}

/// A sentence is translated alike alone and among others.
TEST_P(PackedTest, RowsDoNotDependOnTheNumberOfRows) {
  for (const Precision precision : kPrecisions) {
    for (const auto& [outputs, inputs] : {std::pair{1024, 600}, {512, 32}, {300, 129}, {40, 1}}) {
      Workbench bench(backend());
      const Tensor x = bench.random(70, inputs), bias = bench.random(1, outputs);
      const auto weight = backend().pack(bench.random(inputs, outputs), precision);
      const Tensor all = bench.unset(70, outputs);
      backend().packed_product(x, *weight, {bias}, all);
      for (const int rows : {1, 2, 3, 5, 7, 16, 17, 33, 64}) {
        const Tensor some = bench.unset(rows, outputs);
        backend().packed_product(x.row_range(6, rows), *weight, {bias}, some);
        ASSERT_EQ(bench.host(some), bench.host(all.row_range(6, rows))) << rows << " x " << outputs;
      }
    }
  }
}

TEST_P(PackedTest, PassesOnWhatIsNotFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Precision precision : kPrecisions) {
    Workbench bench(backend());
    const Tensor x = bench.tensor(3, 3, {1, 2, 3, NAN, 1, 1, 1, infinity, -infinity});
    const Tensor w = bench.tensor(3, 2, {1, NAN, 1, 1, 1, 1}), y = bench.unset(3, 2);
    backend().packed_product(x, *backend().pack(w, precision), {{}, Activation::kRelu}, y);
    const std::vector<float> values = bench.host(y);
    EXPECT_NEAR(values[0], 6, 0.1);
    for (int i = 1; i < 6; ++i) EXPECT_TRUE(std::isnan(values[i])) << i;
  }
}

TEST_P(PackedTest, RefusesMoreInputsThanInt8CanSum) {
  Workbench bench(backend());
  const Tensor w = bench.unset((1 << 16) + 1, 1);
  expect_error<Error>([&] { backend().pack(w, Precision::kInt8); }, "65536 inputs");
}

}  // namespace
}  // namespace heed
