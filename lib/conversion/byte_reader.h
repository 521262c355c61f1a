#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "util/error.h"

namespace heed {

/// Takes numbers and texts out of a file's bytes, which must outlive it. Every read is checked.
class ByteReader {
 public:
  /// Errors name `path`.
  ByteReader(std::span<const std::byte> bytes, const std::string& path)
      : bytes_(bytes), path_(path) {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  const std::string& path() const { return path_; }

  /// The next bytes. Throws Error where there are fewer.
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left()) {
      fail("expected {} bytes at byte {} of {}, found {}; the file is damaged or cut off", count,
           at_, path_, left());
    }
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  std::string_view text(std::uint64_t count) {
    const auto bytes = take(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  /// A little-endian number.
  template <class T>
  T number() {
    static_assert(std::is_arithmetic_v<T>);
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// Throws Error for a place behind the end.
  void seek(std::uint64_t place) {
    at_ = 0;
    take(place);
  }

 private:
  std::span<const std::byte> bytes_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace heed
