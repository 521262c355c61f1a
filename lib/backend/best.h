#pragma once

#include <cmath>
#include <cstddef>

#include "tensor/backend.h"

namespace heed {

/// One row of TopK being filled: the best first, equal values in order of arrival, NaN last.
class BestList {
 public:
  BestList(const TopK& best, int row, int capacity)
      : ids_(best.ids.data() + static_cast<std::size_t>(row) * capacity),
        values_(best.values.data() + static_cast<std::size_t>(row) * capacity),
        capacity_(capacity) {}

  bool full() const { return size_ == capacity_; }
  float worst() const { return values_[size_ - 1]; }

  void offer(int id, float value) {
    if (full() && !better(value, worst())) return;
    int place = full() ? capacity_ - 1 : size_++;
    for (; place > 0 && better(value, values_[place - 1]); --place) {
      ids_[place] = ids_[place - 1];
      values_[place] = values_[place - 1];
    }
    ids_[place] = id;
    values_[place] = value;
  }

 private:
  static bool better(float a, float b) { return a > b || (std::isnan(b) && !std::isnan(a)); }

  int* ids_;
  float* values_;
  int capacity_;
  int size_ = 0;
};

}  // namespace heed
