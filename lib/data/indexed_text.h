#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/line_ends.h"
#include "util/descriptor.h"
#include "util/files.h"

namespace heed {

/// A text with random access to its lines, which stays on disk: in memory are 4 bytes a line.
/// Standard input, compressed files, UTF-16 and UTF-32 go to a scratch file first. What lines are,
/// LineReader says.
class IndexedText {
 public:
  /// Reads the whole file ("-": standard input) once. Throws as TextIndexer.
  explicit IndexedText(const std::string& path);

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
  friend class TextIndexer;
  IndexedText() = default;

  std::string path_;
  Descriptor file_;
  std::uint64_t first_begin_ = 0;  // where the first line begins, behind a mark
  LineEnds ends_;                  // its '\n' included
  std::uint32_t checksum_ = 0;
  std::size_t invalid_lines_ = 0;
  std::vector<std::string> warnings_;
};

/// Reads a text from beginning to end, for who looks at its lines on the way, and indexes it.
class TextIndexer {
 public:
  /// Throws Error if the file can't be read or there is no space for a scratch file, as next() and
  /// finish() do.
  explicit TextIndexer(const std::string& path);
  TextIndexer(const TextIndexer&) = delete;
  TextIndexer& operator=(const TextIndexer&) = delete;

  /// Puts the next line, as it stands in the file but for its end, into `line`; false after the
  /// last.
  bool next(std::string& line);
  /// The number of that line, from 1.
  std::size_t line_number() const { return reader_.line_number(); }
  /// What was read. To be called once.
  IndexedText finish();

 private:
  void add_to_checksum(const std::string& line);

  IndexedText text_;
  LineReader reader_;
  std::optional<ScratchFile> scratch_;
  std::uint64_t scratch_size_ = 0;
  std::size_t first_invalid_ = 0;
};

}  // namespace heed
