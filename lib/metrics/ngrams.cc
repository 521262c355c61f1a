#include "metrics/ngrams.h"

#include <algorithm>

namespace heed {

std::vector<std::uint32_t> WordIds::add(std::span<const std::string_view> words) {
  std::vector<std::uint32_t> ids;
  ids.reserve(words.size());
  for (std::string_view word : words) {
    ids.push_back(ids_.insert(word, next_));
    if (ids.back() == next_) ++next_;
  }
  return ids;
}

std::vector<std::uint32_t> WordIds::find(std::span<const std::string_view> words) const {
  std::vector<std::uint32_t> ids;
  ids.reserve(words.size());
  for (std::string_view word : words) ids.push_back(ids_.find(word));
  return ids;
}

ReferenceNgrams::ReferenceNgrams(int order, std::size_t tokens)
    : order_(order), children_(tokens * static_cast<std::size_t>(order)) {
  nodes_.reserve(tokens * static_cast<std::size_t>(order) + 1);
  nodes_.emplace_back();  // the root: the empty n-gram
}

void ReferenceNgrams::add(std::span<const std::uint32_t> tokens) {
  ++references_;
  for (std::size_t start = 0; start < tokens.size(); ++start) {
    const std::size_t end = std::min(tokens.size(), start + static_cast<std::size_t>(order_));
    std::uint32_t parent = 0;
    for (std::size_t i = start; i < end; ++i) {
      const auto fresh = static_cast<std::uint32_t>(nodes_.size());
      parent = children_.insert(key(parent, tokens[i]), fresh);
      if (parent == fresh) nodes_.emplace_back();
      Node& node = nodes_[parent];
      if (node.reference != references_) node.count = 0;
      node.reference = references_;
      node.greatest = std::max(node.greatest, ++node.count);
    }
  }
}

void ReferenceNgrams::count_matches(std::span<const std::uint32_t> tokens,
                                    std::span<double> matches) const {
  std::vector<std::uint32_t> seen(nodes_.size(), 0);
  std::fill(matches.begin(), matches.end(), 0.0);
  for (std::size_t start = 0; start < tokens.size(); ++start) {
    const std::size_t end = std::min(tokens.size(), start + static_cast<std::size_t>(order_));
    std::uint32_t node = 0;
    for (std::size_t i = start; i < end; ++i) {
      node = children_.find(key(node, tokens[i]));
      if (node == decltype(children_)::kEmpty) break;
      if (++seen[node] <= nodes_[node].greatest) ++matches[i - start];
    }
  }
}

}  // namespace heed
