#include "nn/relative_positions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "support/on_backends.h"

namespace heed {
namespace {

class RelativePositionsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, RelativePositionsTest, every_backend(), backend_name);

constexpr std::array kLongOffsets = {0, 3, 203};

/// Buckets of keys left and right of the row in the middle of the long sentence.
std::vector<int> buckets_of(Backend& backend, Parameters& parameters, Positions kind, bool causal) {
  const RelativePositions positions(parameters, "positions", {kind, 2, 4, causal});
  parameters.initialize(1);
  Tape tape(backend);
  const SelfRows rows = sentence_rows(tape, kLongOffsets, causal);
  const DistanceBuckets buckets = positions.terms(tape, rows).buckets;
  std::vector<int> result;
  const int row = 103 + (causal ? 99 : 0);
  for (int key = 0; key < rows.spans.rows.host[row].keys; ++key)
    result.push_back(buckets.buckets.host[buckets.first.host[row] + key - buckets.lowest]);
  for (const int bucket : result) {
    EXPECT_GE(bucket, 0);
    EXPECT_LT(bucket, buckets.count);
  }
  return result;
}

TEST_P(RelativePositionsTest, DistancesAreClippedAtSixteen) {
  for (const bool causal : {false, true}) {
    const auto found = buckets_of(backend(), parameters(), Positions::kRelative, causal);
    const int here = causal ? 199 : 100;
    for (int key = 0; key < 200; ++key) {
      EXPECT_EQ(found[key], std::clamp(key - here, -16, 16) + 16);
    }
  }
}

/// The smallest distances of buckets 8 to 15 of 16, and 16 to 31 of 32.
constexpr std::array kBothWays = {8, 12, 16, 23, 32, 46, 64, 91};
constexpr std::array kOneWay = {16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113};

template <class Limits>
int bucket_by_limits(const Limits& limits, int distance) {
  if (distance < limits.front()) return distance;
  const auto above = std::upper_bound(limits.begin(), limits.end(), distance);
  return limits.front() - 1 + static_cast<int>(above - limits.begin());
}

TEST_P(RelativePositionsTest, T5HasBucketsThatGrow) {
  const auto both = buckets_of(backend(), parameters(), Positions::kT5, false);
  for (int key = 0; key < 200; ++key) {
    EXPECT_EQ(both[key], bucket_by_limits(kBothWays, std::abs(key - 100)) + (key > 100 ? 16 : 0));
  }
  Parameters others(backend());
  const auto causal = buckets_of(backend(), others, Positions::kT5, true);
  for (int key = 0; key < 200; ++key) {
    EXPECT_EQ(causal[key], bucket_by_limits(kOneWay, 199 - key)) << key;
  }
}

TEST_P(RelativePositionsTest, AlibisSlopesHalve) {
  const RelativePositions positions(parameters(), "positions", {Positions::kAlibi, 8, 4, true});
  Tape tape(backend());
  const RelativeTerms terms = positions.terms(tape, sentence_rows(tape, kLongOffsets, true));
  const std::vector<float> biases = host(terms.biases);
  for (int head = 0; head < 8; ++head) {
    for (const int distance : {0, 1, 7, 199}) {
      EXPECT_FLOAT_EQ(biases[head * terms.buckets.count + distance],
                      -static_cast<float>(distance) / static_cast<float>(2 << head));
    }
  }
  EXPECT_TRUE(parameters().all().empty());
}

TEST_P(RelativePositionsTest, RopesProductsDependOnDistanceAlone) {
  const RelativePositions positions(parameters(), "positions", {Positions::kRope, 1, 6, true});
  Tape tape(backend());
  const SelfRows rows = sentence_rows(tape, std::array{0, 50}, true);
  const Var angles = positions.terms(tape, rows).angles;
  std::vector<float> queries, keys;
  for (int row = 0; row < 50; ++row) {
    queries.insert(queries.end(), {1, -2, 3, 0.5F, -1, 2});
    keys.insert(keys.end(), {2, 1, -1, 1.5F, 3, -0.5F});
  }
  const auto q = host(rotate(constant(tape, 50, 6, queries), angles));
  const auto k = host(rotate(constant(tape, 50, 6, keys), angles));
  const auto product = [&](int i, int j) {
    double sum = 0;
    for (int c = 0; c < 6; ++c) sum += double{q[i * 6 + c]} * k[j * 6 + c];
    return sum;
  };
  EXPECT_NEAR(product(0, 0), 2 - 2 - 3 + 0.75 - 3 - 1, 1e-5);
  for (int i = 7; i < 50; ++i) EXPECT_NEAR(product(i, i - 7), product(7, 0), 1e-4);
  EXPECT_GT(std::abs(product(7, 0) - product(7, 1)), 0.1);
  EXPECT_FLOAT_EQ(q[2 * 6 + 0], std::cos(2.0F) + 2 * std::sin(2.0F));  // the pair (1, -2)
  const double angle = 3 * std::pow(10000.0, -2.0 / 6);
  EXPECT_NEAR(q[3 * 6 + 2], 3 * std::cos(angle) - 0.5 * std::sin(angle), 1e-5);
}

}  // namespace
}  // namespace heed
