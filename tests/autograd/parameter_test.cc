#include "autograd/parameter.h"

#include <chrono>
#include <cmath>

#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class ParameterTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, ParameterTest, every_backend(), backend_name);

TEST_P(ParameterTest, EqualSeedNameAndShapeGiveEqualValues) {
  Parameters one(backend()), two(backend());
  const Parameter& a = one.add("a", 5, 6);
  const Parameter& b = one.add("b", 5, 6);
  two.add("first", 3, 3);
  const Parameter& other_b = two.add("b", 5, 6);
  const Parameter& other_a = two.add("a", 5, 6);
  one.initialize(4);
  two.initialize(4);
  EXPECT_EQ(host(a.value), host(other_a.value));
  EXPECT_EQ(host(b.value), host(other_b.value));
  EXPECT_NE(host(a.value), host(b.value));
  Parameters three(backend());
  const Parameter& seeded = three.add("a", 5, 6);
  three.initialize(5);
  EXPECT_NE(host(a.value), host(seeded.value));
}

TEST_P(ParameterTest, ManyNamesCostNoMoreThanTheyAre) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 200'000; ++i) parameter(std::to_string(i), 1, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  expect_error([&] { parameter("17", 1, 1); }, "found '17' twice");
}

TEST_P(ParameterTest, ParametersLieApartAndAligned) {
  const Parameter& a = parameter("a", 3, 5);
  const Parameter& b = parameter("b", 1, 16);
  const Parameter& c = parameter("c", 1, 1);
  EXPECT_EQ(a.offset, 0U);
  EXPECT_EQ(b.offset, 16U);
  EXPECT_EQ(c.offset, 32U);
  EXPECT_EQ(c.index, 2U);
  EXPECT_EQ(parameters().size(), 48U);
  EXPECT_EQ(parameters().count(), 32U);
  parameters().initialize(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(parameters().flat().data) % 64, 0U);
  EXPECT_EQ(c.value.data, parameters().flat().data + 32);
  for (const float value : host(parameters().flat())) EXPECT_EQ(value, 0);  // padding as well
}

/// Sizes that are a multiple of the rows worked on at a time, and others.
TEST_P(ParameterTest, OrthogonalBlocks) {
  constexpr int kBlocks = 3;
  for (const int size : {1, 5, 24, 29}) {
    Parameters weights(backend());
    const Parameter& weight = weights.add("w", size, kBlocks * size, Initializer::kOrthogonal);
    weights.initialize(1);
    const std::vector<float> values = host(weight.value);
    const auto at = [&](int block, int row, int column) {
      return double{values[row * kBlocks * size + block * size + column]};
    };
    for (int block = 0; block < kBlocks; ++block) {
      for (int i = 0; i < size; ++i) {
        for (int j = 0; j < size; ++j) {
          double product = 0;
          for (int d = 0; d < size; ++d) product += at(block, i, d) * at(block, j, d);
          EXPECT_NEAR(product, i == j ? 1 : 0, 2e-5);
        }
      }
    }
    EXPECT_NE(values.front(), size > 1 ? at(1, 0, 0) : 0);
  }
  Parameters wrong(backend());
  wrong.add("u", 4, 6, Initializer::kOrthogonal);
  expect_error([&] { wrong.initialize(1); }, "multiple of the 4 rows for orthogonal 'u', found 6");
}

TEST_P(ParameterTest, RandomValuesHaveTheirSpread) {
  Parameters weights(backend());
  const Parameter& glorot = weights.add("glorot", 50, 100);
  const Parameter& table = weights.add("table", 100, 64, Initializer::kEmbedding);
  const Parameter& ones = weights.add("ones", 1, 5, Initializer::kOnes);
  weights.initialize(1);
  const auto deviation = [&](const Parameter& parameter) {
    double squares = 0;
    for (const float x : host(parameter.value)) squares += double{x} * x;
    return std::sqrt(squares / static_cast<double>(parameter.size()));
  };
  const double limit = std::sqrt(6.0 / 150);
  for (const float x : host(glorot.value)) EXPECT_LE(std::abs(x), limit);
  EXPECT_NEAR(deviation(glorot), limit / std::sqrt(3.0), 0.005);
  EXPECT_NEAR(deviation(table), 0.125, 0.005);
  EXPECT_EQ(host(ones.value), std::vector<float>(5, 1));
}

TEST_P(ParameterTest, BoundParametersViewOtherMemory) {
  const Parameter& a = parameter("a", 2, 3);
  parameter("b", 1, 4);
  Block block(backend(), parameters().size()), wrong(backend(), 16);
  for (const float value : host(block.tensor())) EXPECT_EQ(value, 0);
  parameters().bind(block.tensor());
  EXPECT_EQ(a.value.data, block.tensor().data);
  expect_error([&] { parameters().bind(wrong.tensor()); },
               "32 numbers for the parameters, found 16");
}

TEST_P(ParameterTest, NamesDiffer) {
  parameter("a", 2, 3);
  expect_error([&] { parameter("a", 1, 1); }, "'a' twice");
}

TEST(ParameterSizesTest, SidesOfABlockAreInts) {
  const auto backend = make_test_backend("reference");
  expect_error([&] { Block(*backend, std::size_t{1} << 31); }, "numbers, found 2147483648");
  Parameters parameters(*backend);
  parameters.add("a", 1 << 16, 1 << 16);
  expect_error([&] { parameters.initialize(1); }, "numbers in all parameters, found 4294967296");
}

}  // namespace
}  // namespace heed
