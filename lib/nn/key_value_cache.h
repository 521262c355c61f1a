#pragma once

#include <memory>
#include <span>

#include "autograd/parameter.h"

namespace heed {

/// The KV cache: keys and values of all partial translations of a search, for one layer: a row for
/// each token that any of them has had. Which rows belong to a translation is told by
/// AttentionSpans.
class KeyValueCache {
 public:
  KeyValueCache(Backend& backend, int width) : backend_(&backend), width_(width) {}
  /// keys_values [R, width] become the next R rows.
  void append(const Tensor& keys_values);
  /// Forgets all rows but these, which get the numbers 0, 1, 2 …
  void keep(const Indices& rows);
  Tensor rows() const;  ///< [size(), width]
  int size() const { return used_; }

 private:
  Backend* backend_;
  int width_;
  std::unique_ptr<Block> memory_;
  int used_ = 0;
};

}  // namespace heed
