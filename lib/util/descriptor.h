#pragma once

#include <unistd.h>

#include <utility>

namespace heed {

/// Owns a POSIX file descriptor. Standard input, 0, is borrowed and never closed.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  /// False if the system reports an error that earlier writes had met.
  bool close() {
    const int number = std::exchange(number_, -1);
    return number <= 0 || ::close(number) == 0;
  }

 private:
  int number_ = -1;
};

}  // namespace heed
