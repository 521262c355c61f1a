#include "autograd/arena.h"

#include <algorithm>

#include "tensor/size.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::size_t kAlignment = 16;                    // floats: 64 bytes
constexpr std::size_t kChunkSize = std::size_t{1} << 21;  // floats: 8 MiB

}  // namespace

Tensor Arena::allocate(std::int64_t rows, std::int64_t cols) {
  Tensor result(nullptr, to_int(rows, "rows of a matrix"), to_int(cols, "columns of a matrix"));
  const std::size_t size = (result.size() + kAlignment - 1) / kAlignment * kAlignment;
  while (chunk_ < chunks_.size() && used_ + size > chunks_[chunk_].size) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    const std::size_t floats = std::max(size, kChunkSize);
    expect_available(floats, result);
    chunks_.push_back({backend_.allocate(floats), floats});
  }
  result.data = chunks_[chunk_].memory + used_;
  used_ += size;
  lent_ += size;
  most_lent_ = std::max(most_lent_, lent_);
  return result;
}

/// What the system promises it may not have: memory is only taken when it is touched.
void Arena::expect_available(std::size_t floats, const Tensor& wanted) const {
  const std::uint64_t available = available_memory();
  if (floats * sizeof(float) <= available) return;
  fail(
      "expected memory for a matrix of {} x {} numbers ({}), found {} available beside {} of this "
      "batch; lower --max-length, --mini-batch-words or --threads",
      with_thousands(wanted.rows), with_thousands(wanted.cols),
      human_size(wanted.size() * sizeof(float)), human_size(available), human_size(memory()));
}

void Arena::reset() { chunk_ = used_ = lent_ = 0; }

void Arena::reserve(std::size_t floats) {
  if (floats == 0 || (chunks_.size() == 1 && chunks_.front().size >= floats)) return;
  release();
  chunks_.push_back({backend_.allocate(floats), floats});
}

void Arena::release() {
  for (const Chunk& chunk : chunks_) backend_.release(chunk.memory);
  chunks_.clear();
  reset();
}

std::size_t Arena::memory() const {
  std::size_t floats = 0;
  for (const Chunk& chunk : chunks_) floats += chunk.size;
  return floats * sizeof(float);
}

}  // namespace heed
