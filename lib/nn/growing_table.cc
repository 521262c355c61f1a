#include "nn/growing_table.h"

#include <algorithm>
#include <bit>

namespace heed {

namespace {

constexpr unsigned kFewest = 256;

}  // namespace

GrowingTable::Rows GrowingTable::at_least(int places) const {
  const std::lock_guard lock(mutex_);
  if (made_.empty() || made_.back().places < places) {
    const auto more = static_cast<int>(std::max(kFewest, std::bit_ceil(unsigned(places))));
    const std::vector<float> numbers = make_(more);
    made_.push_back({more, std::make_unique<Block>(backend_, numbers.size())});
    backend_.write(numbers, made_.back().block->tensor());
  }
  return {made_.back().places, made_.back().block->tensor()};
}

Tensor GrowingTable::for_places(std::span<const int> places, int width) const {
  const int last = places.empty() ? 0 : *std::max_element(places.begin(), places.end());
  const Rows rows = at_least(last + 1);
  return {rows.numbers.data, rows.places, width};
}

}  // namespace heed
