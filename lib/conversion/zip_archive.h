#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// A zip file (PKWARE's APPNOTE 6.3), as NumPy, Marian and PyTorch put arrays into one: files that
/// are stored or deflated. The bytes must outlive it.
class ZipArchive {
 public:
  struct Entry {
    std::string name;
    bool deflated = false;
    std::uint32_t checksum = 0;  ///< CRC-32 of the contents.
    std::uint64_t size = 0;      ///< Of the contents.
    std::span<const std::byte> data;
  };

  /// Throws Error naming `path` if the bytes are no zip file, or one with encrypted or otherwise
  /// compressed files, or a name twice.
  ZipArchive(std::span<const std::byte> file, const std::string& path);

  static bool is_zip(std::span<const std::byte> file);

  const std::vector<Entry>& entries() const { return entries_; }
  /// The entry of that name, or nullptr.
  const Entry* find(std::string_view name) const;
  /// The contents. Throws Error where they are damaged.
  std::vector<std::byte> read(const Entry& entry) const;

 private:
  std::string path_;
  std::vector<Entry> entries_;
};

/// Puts files into a zip file's bytes, stored, for readers such as NumPy's.
class ZipWriter {
 public:
  void add(const std::string& name, std::string_view contents);
  /// All of it. Throws Error where it has more than a zip file can count (4 GiB).
  std::string finish();

 private:
  std::string file_, directory_;
  std::size_t count_ = 0;
};

}  // namespace heed
