#include "nn/key_value_cache.h"

#include <algorithm>
#include <limits>

#include "tensor/size.h"

namespace heed {

void KeyValueCache::append(const Tensor& keys_values) {
  const int needed = to_int(std::int64_t{used_} + keys_values.rows, "rows of keys and values");
  if (memory_ == nullptr || memory_->tensor().rows < needed) {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    auto larger =
        std::make_unique<Block>(*backend_, std::min(2 * std::int64_t{needed}, kMost), width_);
    if (used_ > 0) backend_->copy(rows(), larger->tensor().row_range(0, used_));
    memory_ = std::move(larger);
  }
  used_ = needed;
  backend_->copy(keys_values, rows().row_range(used_ - keys_values.rows, keys_values.rows));
}

void KeyValueCache::keep(const Indices& kept) {
  auto memory = std::make_unique<Block>(*backend_, memory_->tensor().rows, width_);
  backend_->gather_rows(rows(), kept, memory->tensor().row_range(0, kept.size()));
  memory_ = std::move(memory);
  used_ = kept.size();
}

Tensor KeyValueCache::rows() const { return memory_->tensor().row_range(0, used_); }

}  // namespace heed
