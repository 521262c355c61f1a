#include <functional>

#include "backend/workbench.h"
#include "support/expect_error.h"

namespace heed {
namespace {

using MatrixTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, MatrixTest, every_backend(), backend_name);

TEST_P(MatrixTest, DescribesItsNameAndInstructionSet) {
  const std::string text = backend().description();
  EXPECT_EQ(text.substr(0, GetParam().size() + 1), std::string(GetParam()) + " ");
}

TEST(BackendTable, RefusesAnUnknownName) {
  expect_error<UsageError>([] { make_backend("abacus"); }, "'abacus'");
}

TEST_P(MatrixTest, AllocatesAlignedMemory) {
  float* memory = backend().allocate(3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0U);
  backend().release(memory);
}

TEST_P(MatrixTest, MultipliesByHand) {
  Workbench bench(backend());
  const Tensor a = bench.tensor(2, 3, {1, 2, 3, 4, 5, 6});
  const Tensor b = bench.tensor(3, 2, {7, 8, 9, 10, 11, 12});
  const Tensor c = bench.unset(2, 2);
  backend().gemm(a, b, c);
  EXPECT_EQ(bench.host(c), (std::vector<float>{58, 64, 139, 154}));
  backend().gemm(transposed(b), transposed(a), adding(c));
  EXPECT_EQ(bench.host(c), (std::vector<float>{116, 203, 203, 308}));
}

struct GemmShape {
  int rows, cols, depth;
};

/// Products of all kinds of operands, on the reference and here.
void check_gemm(Backend& plain, Backend& fast, const std::vector<GemmShape>& shapes) {
  for (const auto [rows, cols, depth] : shapes) {
    for (int options = 0; options < 16; ++options) {
      const bool transpose_a = options & 1, transpose_b = options & 2;
      const float beta = options & 4 ? 1 : 0;
      const int gap = options & 8 ? 5 : 0;
      SCOPED_TRACE(testing::Message()
                   << rows << " x " << depth << " x " << cols << (transpose_a ? " A^T" : "")
                   << (transpose_b ? " B^T" : "") << " beta " << beta << " gap " << gap);
      const auto operand = [gap](Workbench& bench, int height, int width, bool transpose) {
        return transpose ? transposed(bench.random(width, height, gap))
                         : Operand(bench.random(height, width, gap));
      };
      const auto multiply = [&](Workbench& bench) {
        const Operand a = operand(bench, rows, depth, transpose_a);
        const Operand b = operand(bench, depth, cols, transpose_b);
        const Sum c = bench.sum(beta, rows, cols, gap);
        bench.backend.gemm(a, b, c);
        bench.result(c);
      };
      expect_equal_results(plain, fast, multiply, 2e-5);
    }
  }
}

const std::vector<GemmShape> kGemmShapes = {
    {1, 1, 1},     {1, 33, 17},  {3, 17, 33},   {5, 100, 64}, {8, 65, 40},
    {13, 48, 31},  {33, 1, 17},  {17, 33, 3},   {70, 50, 90}, {0, 17, 3},
    {9, 70, 1100}, {3, 0, 17},   {3, 17, 0},    {1, 17, 0},   {1, 300, 130},
    {6, 260, 64},  {2, 16, 256}, {4, 128, 512}, {7, 37, 129}, {50, 512, 300}};

using FastGemmTest = FastKernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, FastGemmTest, fast_backends(), backend_name);

TEST_P(FastGemmTest, EqualsTheReference) {
  check_gemm(*make_backend("reference"), backend(), kGemmShapes);
}

TEST_P(FastGemmTest, EqualsTheReferenceInBf16) {
  const auto fast = bf16_backend(GetParam());
  if (fast == nullptr) return;
  const auto plain = make_backend("reference", GemmPrecision::kBf16);
  check_gemm(*plain, *fast, kGemmShapes);
  check_gemm(*plain, *fast, {{200, 1030, 20}, {20, 40, 1100}, {200, 17, 520}});
}

/// Products of few rows of `a` have the bits of those of all.
void check_rows(Backend& backend) {
  for (const auto& [cols, depth] : {std::pair{1024, 600}, {512, 32}, {300, 129}, {40, 1}}) {
    Workbench bench(backend);
    const Tensor a = bench.random(70, depth), b = bench.random(depth, cols);
    const Tensor all = bench.unset(70, cols);
    backend.gemm(a, b, all);
    for (const int rows : {1, 2, 3, 5, 7, 16, 17, 33, 64}) {
      const Tensor some = bench.unset(rows, cols);
      backend.gemm(a.row_range(6, rows), b, some);
      ASSERT_EQ(bench.host(some), bench.host(all.row_range(6, rows))) << rows << " x " << cols;
    }
  }
}

/// A sentence is translated alike alone and among others.
TEST_P(MatrixTest, RowsDoNotDependOnTheNumberOfRows) { check_rows(backend()); }

TEST_P(FastGemmTest, RowsInBf16DoNotDependOnTheNumberOfRows) {
  if (const auto fast = bf16_backend(GetParam())) check_rows(*fast);
}

TEST(Bf16, FactorsAreRoundedToNearestTiesToEven) {
  const auto backend = make_backend("reference", GemmPrecision::kBf16);
  Workbench bench(*backend);
  // 1 has 7 bits behind the point: a step is 2⁻⁷.
  const float step = 1 / 128.0F;
  const std::vector<float> values = {1 + step / 2,  1 + 3 * step / 2, 1 + step / 2 + 1e-6F,
                                     -1 - step / 4, INFINITY,         NAN};
  const std::vector<float> rounded = {1, 1 + 2 * step, 1 + step, -1, INFINITY, NAN};
  const Tensor y = bench.unset(6, 1);
  backend->gemm(bench.tensor(6, 1, values), bench.tensor(1, 1, {1}), y);
  expect_near(rounded, bench.host(y), 0);
}

TEST_P(MatrixTest, MovesRowsOfAnyStride) {
  for (const int cols : {1, 3, 17, 33}) {
    Workbench bench(backend());
    const Tensor x = bench.random(4, cols, 3), y = bench.random(4, cols, 2);
    const Tensor bias = bench.random(1, cols);
    const std::vector<float> xs = bench.host(x), ys = bench.host(y), biases = bench.host(bias);
    const auto expect = [&](const Tensor& found, const std::function<float(int)>& expected) {
      std::vector<float> values(found.size());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = expected(static_cast<int>(i));
      expect_near(values, bench.host(found));
      bench.expect_gaps(found);
    };
    const Tensor copied = bench.unset(4, cols, 1), both = bench.unset(4, cols, 2);
    const Tensor filled = bench.unset(4, cols, 7);
    backend().copy(x, copied);
    backend().add(x, y, both);
    backend().fill(filled, 2.5F);
    expect(copied, [&](int i) { return xs[i]; });
    expect(both, [&](int i) { return xs[i] + ys[i]; });
    expect(filled, [&](int) { return 2.5F; });
    for (const float beta : {0.0F, 1.0F}) {
      const Tensor scaled = bench.tensor(4, cols, ys, 1), sum = bench.tensor(1, cols, biases);
      backend().scale(-0.5F, x, {scaled, beta});
      backend().sum_rows(x, {sum, beta});
      expect(scaled, [&](int i) { return -0.5F * xs[i] + beta * ys[i]; });
      expect(sum, [&](int c) {
        return xs[c] + xs[cols + c] + xs[2 * cols + c] + xs[3 * cols + c] + beta * biases[c];
      });
    }
    backend().add_bias(y, bias, y);
    expect(y, [&](int i) { return ys[i] + biases[i % cols]; });
  }
}

TEST_P(MatrixTest, MovesByHand) {
  Workbench bench(backend());
  const Tensor x = bench.tensor(2, 2, {1, 2, 3, 4}, 1), y = bench.tensor(2, 2, {5, 6, 7, 8}, 2);
  backend().scale(bench.tensor(1, 1, {2}), x, adding(y));
  EXPECT_EQ(bench.host(y), (std::vector<float>{7, 10, 13, 16}));
  backend().copy(x, y);
  backend().add_bias(y, bench.tensor(1, 2, {10, 20}), y);
  EXPECT_EQ(bench.host(y), (std::vector<float>{11, 22, 13, 24}));
  const Tensor sum = bench.tensor(1, 2, {1, 1});
  backend().sum_rows(y, adding(sum));
  EXPECT_EQ(bench.host(sum), (std::vector<float>{25, 47}));
  backend().scale(2, sum, sum);
  EXPECT_EQ(bench.host(sum), (std::vector<float>{50, 94}));
  backend().multiply(sum, sum, adding(sum));
  EXPECT_EQ(bench.host(sum), (std::vector<float>{2550, 8930}));
}

TEST_P(MatrixTest, GathersAndScattersRows) {
  Workbench bench(backend());
  const Tensor table = bench.tensor(3, 2, {1, 2, 3, 4, 5, 6}, 1);
  const std::vector<int> rows{2, -1, 0, 2};
  const Tensor y = bench.unset(4, 2, 3);
  backend().gather_rows(table, shared(rows), y);
  EXPECT_EQ(bench.host(y), (std::vector<float>{5, 6, 0, 0, 1, 2, 5, 6}));
  backend().fill(y, 1);
  backend().scatter_rows(y, shared(rows), 10, adding(table));
  EXPECT_EQ(bench.host(table), (std::vector<float>{11, 12, 3, 4, 25, 26}));
  backend().scatter_rows(y, shared(rows), 10, table);
  EXPECT_EQ(bench.host(table), (std::vector<float>{10, 10, 0, 0, 20, 20}));
}

TEST_P(MatrixTest, TakesMatricesWithoutRows) {
  Workbench bench(backend());
  const Tensor none = bench.unset(0, 17), row = bench.tensor(1, 2, {1, 2});
  backend().scale(1, none, none);
  backend().gather_rows(none, {}, none);
  backend().activate(Activation::kTanh, none, none);
  backend().dropout(none, 1, 0.5F, none);
  backend().sum_rows(bench.unset(0, 2), adding(row));
  backend().log_normalizers(none, bench.unset(0, 2));
  EXPECT_EQ(backend().sum_squares(none), 0);
  EXPECT_EQ(bench.host(row), (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace heed
