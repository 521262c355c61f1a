#include "util/buffered_bytes.h"

#include <algorithm>

namespace heed {

std::size_t BufferedBytes::read(std::span<char> buffer) {
  const std::string_view next = held();
  if (next.empty()) {
    const std::size_t count = at_end_ ? 0 : source_->read(buffer);
    at_end_ = count == 0;
    return count;
  }
  const std::size_t count = std::min(buffer.size(), next.size());
  std::copy_n(next.begin(), count, buffer.begin());
  skip(count);
  return count;
}

bool BufferedBytes::is_ready(std::chrono::milliseconds patience) {
  return !held().empty() || at_end_ || source_->is_ready(patience);
}

std::optional<std::uint64_t> BufferedBytes::place_on_disk() const {
  const std::optional<std::uint64_t> place = source_->place_on_disk();
  return place ? std::optional(*place - held().size()) : std::nullopt;
}

std::string_view BufferedBytes::peek() {
  if (held().empty()) read_more();
  return held();
}

bool BufferedBytes::starts_with(std::string_view bytes) {
  while (held().size() < bytes.size() && bytes.starts_with(held())) {
    if (!read_more()) return false;
  }
  return held().starts_with(bytes);
}

bool BufferedBytes::read_more() {
  constexpr std::size_t kReadAhead = 1 << 16;
  if (at_end_) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kReadAhead);
  const std::size_t count = source_->read(std::span(buffer_).subspan(before));
  buffer_.resize(before + count);
  at_end_ = count == 0;
  return !at_end_;
}

}  // namespace heed
