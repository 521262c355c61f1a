#include "nn/key_value_cache.h"

namespace heed {

void KeyValueCache::append(const Tensor& keys_values) {
  const std::size_t needed = static_cast<std::size_t>(used_ + keys_values.rows) * width_;
  if (memory_ == nullptr || memory_->tensor().size() < needed) {
    auto larger = std::make_unique<Block>(*backend_, 2 * needed);
    if (used_ > 0) backend_->copy(rows(), {larger->tensor().data, used_, width_});
    memory_ = std::move(larger);
  }
  used_ += keys_values.rows;
  backend_->copy(keys_values, rows().row_range(used_ - keys_values.rows, keys_values.rows));
}

void KeyValueCache::keep(std::span<const int> kept) {
  auto memory = std::make_unique<Block>(*backend_, memory_->tensor().size());
  const int count = static_cast<int>(kept.size());
  backend_->gather_rows(rows(), kept, {memory->tensor().data, count, width_});
  memory_ = std::move(memory);
  used_ = count;
}

Tensor KeyValueCache::rows() const { return {memory_->tensor().data, used_, width_}; }

}  // namespace heed
