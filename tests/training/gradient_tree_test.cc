#include "training/gradient_tree.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "util/random.h"
#include "util/thread_pool.h"

namespace heed {
namespace {

constexpr int kColumns = 40;

class GradientTreeTest : public testing::Test {
 protected:
  /// Numbers whose sum depends on the order.
  static std::vector<float> gradient(int shard) {
    Random random(static_cast<std::uint64_t>(shard) + 1);
    std::vector<float> values(kColumns);
    for (float& value : values)
      value = static_cast<float>(random.normal()) * (shard % 3 == 0 ? 1e4F : 1e-3F);
    return values;
  }

  std::vector<float> sum(const std::vector<int>& order, int blocks) {
    GradientTree tree(*backend_, kColumns, static_cast<int>(order.size()), blocks);
    for (int round = 0; round < 2; ++round) {
      tree.clear();
      for (const int shard : order) {
        const Tensor block = tree.take();
        backend_->write(gradient(shard), block);
        tree.put(shard, block);
      }
    }
    tree.add_up(0, 30);
    tree.add_up(30, kColumns - 30);
    memory_ = tree.memory();
    std::vector<float> values(kColumns);
    backend_->read(tree.sum(0, kColumns), values);
    return values;
  }

  std::unique_ptr<Backend> backend_ = make_backend("eigen");
  std::size_t memory_ = 0;
};

TEST_F(GradientTreeTest, AddsUpInPairsOfPairs) {
  const std::vector<float> a = gradient(0), b = gradient(1), c = gradient(2), d = gradient(3),
                           e = gradient(4);
  const std::vector<float> found = sum({0, 1, 2, 3, 4}, 5);
  for (int i = 0; i < kColumns; ++i) EXPECT_EQ(found[i], ((a[i] + b[i]) + (c[i] + d[i])) + e[i]);
}

TEST_F(GradientTreeTest, TheOrderOfShardsAndTheRoomForThemChangeNoBit) {
  Random random(1);
  for (const int shards : {1, 2, 3, 6, 7, 8, 13}) {
    std::vector<int> order(static_cast<std::size_t>(shards));
    std::iota(order.begin(), order.end(), 0);
    const std::vector<float> expected = sum(order, shards);
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(sum(order, 1 + i % 4), expected) << shards;
      random.shuffle(std::span(order));
    }
  }
}

/// As processes do that have a range of the shards each, and then all columns from 10 on.
TEST_F(GradientTreeTest, RangesOfShardsAddUpToTheSameBits) {
  for (const int shards : {3, 8, 11}) {
    std::vector<int> order(static_cast<std::size_t>(shards));
    std::iota(order.begin(), order.end(), 0);
    const std::vector<float> expected = sum(order, shards);
    for (int ranges = 1; ranges <= shards; ++ranges) {
      GradientTree whole(*backend_, kColumns, shards, shards);
      std::deque<GradientTree> trees;
      for (int range = 0; range < ranges; ++range) {
        const int first = shards * range / ranges, last = shards * (range + 1) / ranges;
        GradientTree& tree = trees.emplace_back(*backend_, kColumns, shards, shards);
        for (int shard = first; shard < last; ++shard) {
          const Tensor block = tree.take();
          backend_->write(gradient(shard), block);
          tree.put(shard, block);
        }
        tree.add_up_neighbours(
            [&](const Tensor& from, const Tensor& to) { backend_->scale(1.0F, from, adding(to)); });
        for (const GradientTree::Node& node : tree.nodes(first, last)) {
          whole.put(node, tree.block(node).col_range(10, 30), 10);
        }
      }
      whole.add_up(10, 30);
      std::vector<float> values(30);
      backend_->read(whole.sum(10, 30), values);
      EXPECT_EQ(values, std::vector<float>(expected.begin() + 10, expected.end()));
    }
  }
}

TEST_F(GradientTreeTest, InTurnNeedsABlockOfEachLevel) {
  std::vector<int> order(16);
  std::iota(order.begin(), order.end(), 0);
  const int blocks = GradientTree::usual_blocks(16, 1);
  EXPECT_EQ(blocks, 5);
  sum(order, blocks);
  EXPECT_EQ(memory_, blocks * kColumns * sizeof(float));
}

/// Threads that wait for each other's blocks, whoever is slow.
TEST_F(GradientTreeTest, ThreadsDoWithFewBlocks) {
  constexpr int kShards = 32;
  std::vector<int> order(kShards);
  std::iota(order.begin(), order.end(), 0);
  const std::vector<float> expected = sum(order, kShards);
  for (const int threads : {1, 2, 5}) {
    GradientTree tree(*backend_, kColumns, kShards, kShards);
    const int blocks = tree.least_blocks(0, kShards, threads);
    EXPECT_EQ(blocks, 5 + threads);
    tree.limit(blocks);
    tree.clear();
    ThreadPool pool(threads);
    std::atomic<int> next = 0;
    pool.run([&](int worker) {
      while (next < kShards) {
        GradientTree::Taken block(tree);
        const int shard = next++;
        if (shard >= kShards) return;
        backend_->write(gradient(shard), block.tensor());
        if (worker == shard % threads) std::this_thread::yield();
        block.put(shard);
      }
    });
    EXPECT_LE(tree.memory(), blocks * kColumns * sizeof(float));
    tree.add_up(0, kColumns);
    std::vector<float> values(kColumns);
    backend_->read(tree.sum(0, kColumns), values);
    EXPECT_EQ(values, expected) << threads;
  }
}

TEST_F(GradientTreeTest, WhoFailsKeepsNoneWaiting) {
  GradientTree tree(*backend_, kColumns, 8, 1);
  tree.limit(1);
  tree.clear();
  ThreadPool pool(2);
  const auto fail = [&](int) {
    const GradientTree::Taken block(tree);
    throw std::runtime_error("failed");
  };
  EXPECT_THROW(pool.run(fail), std::runtime_error);
  EXPECT_EQ(tree.memory(), kColumns * sizeof(float));
}

}  // namespace
}  // namespace heed
