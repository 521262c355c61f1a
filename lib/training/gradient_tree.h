#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "autograd/parameter.h"
#include "tensor/backend.h"

namespace heed {

/// The sum of the gradients of a batch's shards, a block [1, size] each, as a fixed binary tree
/// over their numbers: ((0 + 1) + (2 + 3)) + …. So its bits depend neither on who computed which
/// shard nor on when, and neighbours may be added up before the others are there.
class GradientTree {
 public:
  /// `usual_blocks` are allocated before any are added up early.
  GradientTree(Backend& backend, std::size_t size, int shards, int usual_blocks);

  /// Blocks that so many threads seldom need more of: one each, and a sum of each level that waits.
  static int usual_blocks(int shards, int threads);

  /// Blocks that so many threads can do with if they wait for each other, where a process has the
  /// shards [first, last).
  int least_blocks(int first, int last, int threads) const;

  /// For another number of shards, of which nothing has been summed yet.
  void cut_into(int shards, int usual_blocks);
  /// From the next clear() on no more blocks than that, least_blocks() or more.
  void limit(int blocks) { usual_blocks_ = most_blocks_ = blocks; }
  /// Forgets all sums.
  void clear();

  /// A block for the gradient of a shard, with any numbers in it. Adds up others where there is
  /// none free, and waits where there are none to add up and no more blocks are allowed. Threads
  /// may call it at the same time, and put() and give_back(), one of which must follow.
  Tensor take();
  void put(int shard, const Tensor& block);
  void give_back(const Tensor& block);
  /// A block that was taken; given back at the end, unless put.
  class Taken {
   public:
    explicit Taken(GradientTree& tree) : tree_(tree), block_(tree.take()) {}
    ~Taken() {
      if (block_) tree_.give_back(block_);
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    const Tensor& tensor() const { return block_; }
    void put(int shard) { tree_.put(shard, std::exchange(block_, {})); }

   private:
    GradientTree& tree_;
    Tensor block_;
  };

  /// Shards [index · 2^level, (index + 1) · 2^level), as far as there are such.
  struct Node {
    int level = 0, index = 0;
    bool operator==(const Node&) const = default;
  };
  /// The sums, in the order of shards, that [first, last) have by themselves.
  std::vector<Node> nodes(int first, int last) const;
  /// Leaves no others of the shards that were put; `add` adds a block to another.
  void add_up_neighbours(const std::function<void(const Tensor& from, const Tensor& to)>& add);
  const Tensor& block(const Node& node) const;
  /// A sum from elsewhere, of the columns from `first` on alone.
  void put(const Node& node, const Tensor& columns, int first);

  /// Adds up columns [first, first + count) of all shards. Threads may do so with other columns.
  Tensor add_up(int first, int count) const;
  /// Columns where add_up() has left their sums.
  Tensor sum(int first, int count) const;

  int shards() const { return shards_; }
  std::size_t memory() const;  ///< Bytes.

 private:
  struct Part {
    Node node;
    Tensor block;
    int first = 0;  ///< Column that the block begins with.
  };

  bool exists(const Node& node) const;
  Node lifted(Node node) const;
  void add_to_parts(const Part& part);
  void collect(const Node& node, int first, int last, std::vector<Node>& found) const;
  bool take_pair(Part& left, Part& right);
  Tensor add_up(const Node& node, int first, int count) const;

  Backend& backend_;
  std::size_t size_;
  int shards_, usual_blocks_;
  int most_blocks_ = std::numeric_limits<int>::max();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int taken_ = 0;  ///< Blocks that threads have.
  std::deque<Block> blocks_;
  std::vector<Tensor> free_;
  std::vector<Part> parts_;
};

}  // namespace heed
