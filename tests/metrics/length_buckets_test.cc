#include "metrics/length_buckets.h"

#include <gtest/gtest.h>

#include "util/error.h"

namespace heed {
namespace {

TEST(LengthBuckets, BoundsBelongToTheShorterBucket) {
  const std::vector<std::size_t> lengths = {0, 10, 11, 20, 21, 500}, bounds = {10, 20};
  const auto buckets = bucket_by_length(lengths, bounds);
  ASSERT_EQ(buckets.size(), 3);
  EXPECT_EQ(buckets[0].sentences, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(buckets[1].sentences, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(buckets[2].sentences, (std::vector<std::size_t>{4, 5}));
  EXPECT_EQ(buckets[1].shortest, 11);
  EXPECT_EQ(buckets[1].longest, 20);
}

TEST(LengthBuckets, RefusesBoundsThatDoNotRise) {
  const std::vector<std::size_t> lengths = {1}, bounds = {10, 10};
  EXPECT_THROW(bucket_by_length(lengths, bounds), UsageError);
}

TEST(LengthBuckets, SelectsRows) {
  const Statistics statistics{2, {1, 2, 3, 4, 5, 6}, 1};
  const std::vector<std::size_t> chosen = {2, 0};
  EXPECT_EQ(select_rows(statistics, chosen).values, (std::vector<double>{5, 6, 1, 2}));
}

}  // namespace
}  // namespace heed
