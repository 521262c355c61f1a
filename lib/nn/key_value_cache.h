#pragma once

#include <memory>
#include <span>

#include "tensor/backend.h"

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
  /// Forgets all rows; keeps the memory.
  void clear() { used_ = 0; }
  Tensor rows() const { return whole().row_range(0, used_); }  ///< [size(), width]
  int size() const { return used_; }

 private:
  struct Release {
    Backend* backend;
    void operator()(float* numbers) const { backend->release(numbers); }
  };
  using Memory = std::unique_ptr<float, Release>;

  Memory allocate(int rows) const;
  Tensor whole() const { return {memory_.get(), room_, width_}; }

  Backend* backend_;
  int width_;
  Memory memory_{nullptr, {backend_}};  ///< Nothing is written to a row before it is used.
  int room_ = 0;                        ///< Rows that memory_ has.
  int used_ = 0;
};

}  // namespace heed
