#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace heed {

/// Takes a message of one line, without its end.
using Warn = std::function<void(const std::string&)>;

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

  /// Where the byte that read() gives next stands in a regular file on disk, if it and all that
  /// follow come from there as they are.
  virtual std::optional<std::uint64_t> place_on_disk() const { return std::nullopt; }
};

/// "standard input" for "-", others as they are.
std::string display_name(const std::string& path);

/// Opens a file, or standard input for "-". Plain, gzip, zstd, xz and bzip2 are told apart by the
/// first bytes; of what follows gzip or bzip2 data and is none, one warning tells. Throws Error if
/// the file is missing, unreadable or a directory.
std::unique_ptr<ByteSource> open_bytes(const std::string& path, const Warn& warn = {});

/// The same as UTF-8, without a byte order mark. UTF-16 and UTF-32, which a mark tells, are
/// converted, and a message says so; what is ill-formed in them becomes U+FFFD. Without a mark all
/// bytes stay as they are.
std::unique_ptr<ByteSource> open_text(const std::string& path, const Warn& warn = {});

}  // namespace heed
