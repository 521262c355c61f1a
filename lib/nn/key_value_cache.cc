#include "nn/key_value_cache.h"

#include <algorithm>
#include <limits>

#include "tensor/size.h"

namespace heed {

KeyValueCache::Memory KeyValueCache::allocate(int rows) const {
  const std::size_t numbers = Tensor(nullptr, rows, width_).size();
  return Memory(backend_->allocate(numbers), {backend_});
}

void KeyValueCache::append(const Tensor& keys_values) {
  const int needed = to_int(std::int64_t{used_} + keys_values.rows, "rows of keys and values");
  if (room_ < needed) {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    const auto room = static_cast<int>(std::min(2 * std::int64_t{needed}, kMost));
    Memory larger = allocate(room);
    if (used_ > 0) backend_->copy(rows(), {larger.get(), used_, width_});
    memory_ = std::move(larger);
    room_ = room;
  }
  used_ = needed;
  backend_->copy(keys_values, rows().row_range(used_ - keys_values.rows, keys_values.rows));
}

void KeyValueCache::keep(const Indices& kept) {
  Memory memory = allocate(room_);
  backend_->gather_rows(rows(), kept, {memory.get(), kept.size(), width_});
  memory_ = std::move(memory);
  used_ = kept.size();
}

}  // namespace heed
