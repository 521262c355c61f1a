#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace heed {

/// Zeros that begin at a line of the cache.
template <class T>
class AlignedArray {
 public:
  explicit AlignedArray(std::size_t size)
      : numbers_(static_cast<T*>(::operator new(size * sizeof(T), kLine))) {
    std::uninitialized_value_construct_n(numbers_.get(), size);
  }
  T* data() { return numbers_.get(); }
  const T* data() const { return numbers_.get(); }

 private:
  static constexpr std::align_val_t kLine{64};
  struct Release {
    void operator()(T* numbers) const { ::operator delete(numbers, kLine); }
  };
  std::unique_ptr<T[], Release> numbers_;
};

}  // namespace heed
