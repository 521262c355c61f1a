#include <limits>
#include <random>

#include "backend/workbench.h"
#include "support/expect_error.h"

namespace heed {
namespace {

struct SelectedShape {
  int rows, inputs, outputs;
};
constexpr SelectedShape kSelectedShapes[] = {
    {1, 1, 1},    {1, 2, 3},     {2, 3, 17}, {3, 33, 64}, {5, 64, 65}, {6, 40, 40},   {7, 129, 300},
    {70, 50, 90}, {2, 1100, 40}, {0, 3, 5},  {3, 0, 5},   {1, 600, 1}, {13, 256, 150}};

class SelectedTest : public KernelTest {
 protected:
  /// The numbers of packed_product's columns.
  void expect_columns(const SelectedShape& shape, Precision precision,
                      const std::vector<int>& columns) {
    Workbench bench(backend());
    const Tensor x = bench.random(shape.rows, shape.inputs, 3, 5);
    const Tensor weight = bench.random(shape.outputs, shape.inputs);
    const Tensor bias = bench.random(1, shape.outputs);
    const auto packed = backend().pack(transposed(weight), precision);
    const auto rows = backend().pack_rows(weight, precision);
    for (const Tensor& added : {Tensor(), bias}) {
      const Tensor all = bench.unset(shape.rows, shape.outputs);
      backend().packed_product(x, *packed, {added}, all);
      const int count = static_cast<int>(columns.size());
      const Tensor found = bench.unset(shape.rows, count, 2);
      backend().selected_product(x, *rows, shared(columns), added, found);
      bench.expect_gaps(found);
      const std::vector<float> expected = bench.host(all), values = bench.host(found);
      for (int r = 0; r < shape.rows; ++r) {
        for (int i = 0; i < count; ++i) {
          ASSERT_EQ(values[r * count + i], expected[r * shape.outputs + columns[i]])
              << "row " << r << ", column " << columns[i];
        }
      }
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, SelectedTest, every_backend(), backend_name);

/// In an order of their own, some twice.
std::vector<int> drawn_columns(int outputs, int count) {
  std::mt19937 generator(static_cast<unsigned>(count));
  std::vector<int> columns;
  for (int i = 0; i < count; ++i) {
    columns.push_back(static_cast<int>(generator() % static_cast<unsigned>(outputs)));
  }
  return columns;
}

TEST_P(SelectedTest, HasTheBitsOfThePackedProduct) {
  for (const SelectedShape& shape : kSelectedShapes) {
    SCOPED_TRACE(testing::Message()
                 << shape.rows << " x " << shape.inputs << " x " << shape.outputs);
    std::vector<int> all(shape.outputs);
    for (int e = 0; e < shape.outputs; ++e) all[e] = e;
    for (const Precision precision : {Precision::kFloat, Precision::kInt8}) {
      expect_columns(shape, precision, all);
      for (const int count : {0, 1, 7, 33, 70}) {
        expect_columns(shape, precision, drawn_columns(shape.outputs, count));
      }
    }
  }
}

/// As of a model that came in 8 bits: its codes stay.
TEST_P(SelectedTest, KeepsCodesThatAWeightCameWith) {
  Workbench bench(backend());
  const Tensor x = bench.random(3, 4), found = bench.unset(3, 2), expected = bench.unset(3, 2);
  const Tensor weight = bench.tensor(2, 4, {0.5F, -0.25F, 0.75F, 0, 1, -3, 2, 0});
  backend().packed_product(x, *backend().pack(transposed(weight), Precision::kInt8), {}, expected);
  const std::vector<int> columns{0, 1};
  const auto rows = backend().pack_rows(weight, Precision::kInt8);
  backend().selected_product(x, *rows, shared(columns), {}, found);
  EXPECT_EQ(bench.host(found), bench.host(expected));
}

TEST_P(SelectedTest, RefusesMoreInputsThanInt8CanSum) {
  Workbench bench(backend());
  const Tensor w = bench.unset(1, (1 << 16) + 1);
  expect_error<Error>([&] { backend().pack_rows(w, Precision::kInt8); }, "65536 inputs");
}

}  // namespace
}  // namespace heed
