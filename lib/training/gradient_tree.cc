#include "training/gradient_tree.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace heed {

namespace {

int height_of(int shards) { return std::bit_width(static_cast<unsigned>(shards - 1)); }

}  // namespace

GradientTree::GradientTree(Backend& backend, std::size_t size, int shards, int usual_blocks)
    : backend_(backend), size_(size), shards_(shards), usual_blocks_(usual_blocks) {}

int GradientTree::usual_blocks(int shards, int threads) {
  return std::min(shards, threads + height_of(shards));
}

int GradientTree::least_blocks(int first, int last, int threads) const {
  std::size_t sums = 0;  // of the shards before those that are worked on
  for (int done = first + 1; done < last; ++done) {
    sums = std::max(sums, nodes(first, done).size());
  }
  return std::min(last - first, static_cast<int>(sums) + threads);
}

void GradientTree::cut_into(int shards, int usual_blocks) {
  shards_ = shards;
  usual_blocks_ = usual_blocks;
}

void GradientTree::clear() {
  parts_.clear();
  free_.clear();
  while (std::cmp_greater(blocks_.size(), most_blocks_)) blocks_.pop_back();
  for (const Block& block : blocks_) free_.push_back(block.tensor());
  taken_ = 0;
}

bool GradientTree::exists(const Node& node) const { return node.index << node.level < shards_; }

/// A part without a right neighbour is the parent's too.
GradientTree::Node GradientTree::lifted(Node node) const {
  while (node.level < height_of(shards_) && !exists({node.level, node.index ^ 1})) {
    node = {node.level + 1, node.index / 2};
  }
  return node;
}

void GradientTree::collect(const Node& node, int first, int last, std::vector<Node>& found) const {
  const int begin = node.index << node.level;
  const int end = std::min(shards_, (node.index + 1) << node.level);
  if (begin >= last || end <= first) return;
  if (begin >= first && end <= last) {
    found.push_back(node);
    return;
  }
  collect({node.level - 1, 2 * node.index}, first, last, found);
  collect({node.level - 1, 2 * node.index + 1}, first, last, found);
}

std::vector<GradientTree::Node> GradientTree::nodes(int first, int last) const {
  std::vector<Node> found;
  collect({height_of(shards_), 0}, first, last, found);
  return found;
}

bool GradientTree::take_pair(Part& left, Part& right) {
  for (const Part& part : parts_) {
    const Node sibling{part.node.level, part.node.index + 1};
    const auto is_sibling = [&](const Part& other) { return other.node == sibling; };
    const auto found = std::ranges::find_if(parts_, is_sibling);
    if (part.node.index % 2 == 1 || found == parts_.end()) continue;
    left = part;
    right = *found;
    std::erase_if(parts_,
                  [&](const Part& p) { return p.node == left.node || p.node == right.node; });
    return true;
  }
  return false;
}

Tensor GradientTree::take() {
  std::unique_lock lock(mutex_);
  for (;; changed_.wait(lock)) {
    Part left, right;
    if (!free_.empty()) {
      const Tensor block = free_.back();
      free_.pop_back();
      ++taken_;
      return block;
    }
    const bool may_grow = std::cmp_less(blocks_.size(), most_blocks_) || taken_ == 0;
    const bool is_usual = std::cmp_less(blocks_.size(), usual_blocks_);
    if (is_usual || (!take_pair(left, right) && may_grow)) {
      ++taken_;
      return blocks_.emplace_back(backend_, size_).tensor();
    }
    if (!left.block) continue;
    ++taken_;
    lock.unlock();
    backend_.scale(1.0F, right.block, adding(left.block));
    lock.lock();
    add_to_parts({{left.node.level + 1, left.node.index / 2}, left.block});
    return right.block;
  }
}

/// Others may wait for a neighbour to add up.
void GradientTree::add_to_parts(const Part& part) {
  parts_.push_back({lifted(part.node), part.block});
  changed_.notify_all();
}

void GradientTree::put(int shard, const Tensor& block) {
  const std::lock_guard lock(mutex_);
  --taken_;
  add_to_parts({{0, shard}, block});
}

void GradientTree::give_back(const Tensor& block) {
  const std::lock_guard lock(mutex_);
  --taken_;
  free_.push_back(block);
  changed_.notify_all();
}

void GradientTree::add_up_neighbours(
    const std::function<void(const Tensor& from, const Tensor& to)>& add) {
  for (Part left, right; take_pair(left, right);) {
    add(right.block, left.block);
    parts_.push_back({lifted({left.node.level + 1, left.node.index / 2}), left.block});
  }
}

const Tensor& GradientTree::block(const Node& node) const {
  return std::ranges::find(parts_, node, &Part::node)->block;
}

void GradientTree::put(const Node& node, const Tensor& columns, int first) {
  parts_.push_back({node, columns, first});
}

Tensor GradientTree::add_up(int first, int count) const {
  return add_up({height_of(shards_), 0}, first, count);
}

Tensor GradientTree::add_up(const Node& node, int first, int count) const {
  const auto part = std::ranges::find(parts_, node, &Part::node);
  if (part != parts_.end()) return part->block.col_range(first - part->first, count);
  const Tensor left = add_up({node.level - 1, 2 * node.index}, first, count);
  const Node right{node.level - 1, 2 * node.index + 1};
  if (exists(right)) backend_.scale(1.0F, add_up(right, first, count), adding(left));
  return left;
}

Tensor GradientTree::sum(int first, int count) const {
  const auto part = std::ranges::find_if(parts_, [](const Part& p) { return p.node.index == 0; });
  return part->block.col_range(first - part->first, count);
}

std::size_t GradientTree::memory() const { return blocks_.size() * size_ * sizeof(float); }

}  // namespace heed
