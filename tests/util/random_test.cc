#include "util/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace heed {
namespace {

TEST(Random, IsXoshiroSeededBySplitmix) {
  // The published first outputs of splitmix64 from state 0, and xoshiro256++ from them.
  EXPECT_EQ(mix_bits(0), 0xe220a8397b1dcdafU);
  EXPECT_EQ(mix_bits(0x9e3779b97f4a7c15), 0x6e789e6aa1b965f4U);
  Random random(0);
  EXPECT_EQ(random.next_u64(), 0x53175d61490b23dfU);
  EXPECT_EQ(random.next_u64(), 0x61da6f3dc380d507U);
}

TEST(Random, StreamsAreDistinct) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t epoch = 0; epoch < 50; ++epoch) {
    for (std::uint64_t line = 0; line < 50; ++line) seeds.insert(hash_seed(7, {epoch, line}));
    seeds.insert(hash_seed(7, {epoch}));
  }
  EXPECT_EQ(seeds.size(), 50U * 51U);
  EXPECT_NE(hash_seed(7, {1, 2}), hash_seed(8, {1, 2}));
}

TEST(Random, UniformFillsItsRange) {
  Random random(1);
  std::vector<int> bins(10, 0);
  for (int i = 0; i < 100000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    ++bins[static_cast<std::size_t>(value * 10)];
  }
  for (const int bin : bins) EXPECT_NEAR(bin, 10000, 400);
}

TEST(Random, NormalHasItsMoments) {
  Random random(2);
  double sum = 0, squares = 0, fourths = 0;
  const int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.01);
  EXPECT_NEAR(squares / n, 1.0, 0.02);
  EXPECT_NEAR(fourths / n, 3.0, 0.1);
}

TEST(Random, BelowIsUnbiased) {
  Random random(3);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70000; ++i) ++counts.at(random.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
  EXPECT_EQ(random.below(1), 0U);
  // Just over 2^63: a plain remainder would fall into the lower half twice as often.
  const std::uint64_t large = (1ULL << 63) + (1ULL << 62);
  int low = 0;
  for (int i = 0; i < 10000; ++i) low += random.below(large) < large / 2;
  EXPECT_NEAR(low, 5000, 200);
}

TEST(Random, ShuffleIsASeededPermutation) {
  std::vector<int> first(100), second(100);
  std::iota(first.begin(), first.end(), 0);
  second = first;
  const std::vector<int> sorted = first;
  Random(4).shuffle(std::span(first));
  Random(4).shuffle(std::span(second));
  EXPECT_EQ(first, second);
  EXPECT_NE(first, sorted);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, sorted);

  std::vector<int> firsts(3, 0);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::vector<int> values{0, 1, 2};
    Random(seed).shuffle(std::span(values));
    ++firsts[static_cast<std::size_t>(values[0])];
  }
  for (const int count : firsts) EXPECT_NEAR(count, 1000, 120);
}

}  // namespace
}  // namespace heed
