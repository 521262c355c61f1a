#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensor/backend.h"

namespace heed {

/// A backend's memory that is lent matrix by matrix, taken back all at once, and kept.
class Arena {
 public:
  explicit Arena(Backend& backend) : backend_(backend) {}
  ~Arena() { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised memory [rows, cols] until reset. Throws an Error that names the size where there
  /// is not so much, before it is touched, or where a side is no int.
  Tensor allocate(std::int64_t rows, std::int64_t cols);
  /// Takes all back.
  void reset();
  /// Before anything is lent: room for so many floats in one piece, of which nothing is wasted.
  /// What it had before is kept if it is that, else given back.
  void reserve(std::size_t floats);
  /// Gives the memory back to the backend.
  void release();

  std::size_t most_lent() const { return most_lent_; }  ///< Floats at a time, so far.
  std::size_t memory() const;                           ///< Bytes.

 private:
  struct Chunk {
    float* memory;
    std::size_t size;
  };
  void expect_available(std::size_t floats, const Tensor& wanted) const;

  Backend& backend_;
  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0, used_ = 0;  ///< The next memory to lend.
  std::size_t lent_ = 0, most_lent_ = 0;
};

}  // namespace heed
