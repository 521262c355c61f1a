#pragma once

#include <cmath>

namespace heed {

/// One row of Backend::top_k being filled: the largest first, equal values in order of arrival, NaN
/// last.
class BestList {
 public:
  BestList(float* columns, float* values, int capacity)
      : columns_(columns), values_(values), capacity_(capacity) {}

  bool full() const { return size_ == capacity_; }
  float worst() const { return values_[size_ - 1]; }

  void offer(int column, float value) {
    if (full() && !better(value, worst())) return;
    int place = full() ? capacity_ - 1 : size_++;
    for (; place > 0 && better(value, values_[place - 1]); --place) {
      columns_[place] = columns_[place - 1];
      values_[place] = values_[place - 1];
    }
    columns_[place] = static_cast<float>(column);
    values_[place] = value;
  }

 private:
  static bool better(float a, float b) { return a > b || (std::isnan(b) && !std::isnan(a)); }

  float* columns_;
  float* values_;
  int capacity_;
  int size_ = 0;
};

}  // namespace heed
