#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "util/descriptor.h"

namespace heed {

/// A text with random access to its lines, which stays on disk: in memory are 8 bytes a line.
/// Standard input, compressed files, UTF-16 and UTF-32 go to a scratch file first. What lines are,
/// LineReader says.
class IndexedText {
 public:
  /// Sees each line once, with its number from 1.
  using LineCheck = std::function<void(std::string_view line, std::size_t number)>;

  /// Reads the whole file ("-": standard input) once. Throws Error if it can't be read, if there
  /// is no space for the scratch file, and whatever the check throws.
  explicit IndexedText(const std::string& path, const LineCheck& check = {});

  std::size_t size() const { return ends_.size(); }

  /// Line i, from 0, with invalid UTF-8 replaced by U+FFFD. Any number of threads may read.
  /// Throws Error if the file has become shorter.
  std::string line(std::size_t i) const;

  const std::string& path() const { return path_; }

  /// CRC-32 of the lines, each with '\n': the same for the same text however it is compressed.
  std::uint32_t checksum() const { return checksum_; }

  /// What the user should know of how it was read: its encoding, invalid UTF-8; a line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void add_to_checksum(const std::string& line);

  std::string path_;
  Descriptor file_;
  std::uint64_t first_begin_ = 0;    // where the first line begins, behind a mark
  std::vector<std::uint64_t> ends_;  // where each line ends, its '\n' included
  std::uint32_t checksum_ = 0;
  std::size_t invalid_lines_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace heed
