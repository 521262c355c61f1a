#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace heed {

/// The bytes of a file from beginning to end, decompressed.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills the front of the buffer and returns the count: 0 at the end only, and less than asked
  /// when a terminal or pipe has no more for now. Throws Error on a read error or damaged data.
  virtual std::size_t read(std::span<char> buffer) = 0;

  /// Whether read() would return without waiting; waits for that as long as `patience`. Compressed
  /// data is taken to come in bulk and is always ready.
  virtual bool is_ready(std::chrono::milliseconds /*patience*/) { return true; }

  /// Whether byte n of this source is byte n of a regular file on disk.
  virtual bool is_plain_file() const { return false; }
};

/// Opens a file, or standard input for "-". Plain, gzip and zstd are told apart by the first
/// bytes. Throws Error if the file is missing, unreadable or a directory.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

}  // namespace heed
