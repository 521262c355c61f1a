#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "util/byte_source.h"
#include "util/descriptor.h"

namespace heed {

/// The lines of a text ("-": standard input), compressed or not, in UTF-8, UTF-16 or UTF-32, as
/// open_text() reads it. Only '\n' ends a line and "\r\n" counts as '\n'; every other byte, NUL
/// included, is part of the line; a last line without '\n' counts. Memory: the longest line.
class LineReader {
 public:
  /// Throws Error if the file is missing, unreadable or a directory.
  explicit LineReader(const std::string& path, const Warn& warn = {});
  explicit LineReader(std::unique_ptr<ByteSource> source);

  /// Puts the next line, without its end, into `line`; false after the last. Throws Error on
  /// damaged or truncated compressed data.
  bool next(std::string& line);

  /// Whether next() would return without waiting for a terminal or pipe; waits for that as long as
  /// `patience`. Throws as next().
  bool is_ready(std::chrono::milliseconds patience);

  /// Number of the line that next() gave last, from 1; 0 before the first.
  std::size_t line_number() const { return line_number_; }

  /// Where that line ends, its '\n' included, in a file on disk, which may begin with a mark; else
  /// in the text as it is decompressed and converted.
  std::uint64_t offset() const { return offset_; }

  /// Whether offset() is a position in a regular file on disk.
  bool is_plain_file() const { return is_plain_file_; }

 private:
  bool refill();

  std::unique_ptr<ByteSource> source_;
  std::string started_;  ///< The beginning of the next line, taken out of the buffer.
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::size_t line_number_ = 0;
  bool is_plain_file_;
  std::uint64_t offset_;
};

/// Writes a file all or nothing: to a temporary file in the same directory, PATH.tmp.PID.RANDOM,
/// which commit() moves to its name. Until then, and after any error, an older file of that name
/// stays as it was; the new one has its mode, and its owner where the system permits. A link stays
/// a link. What is no regular file (a pipe, /dev/stdout) is written to directly.
class AtomicFile {
 public:
  /// Removes the temporary files that killed processes have left for this path. Throws Error if a
  /// new one can't be made.
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the temporary file if commit() was not reached.
  ~AtomicFile();

  /// Throws Error if not all can be written, as on a full disk.
  void write(std::string_view bytes);
  void write(std::span<const std::byte> bytes);

  /// Moves the data to the disk and the file to its name. Throws Error if it can't.
  void commit();

 private:
  [[noreturn]] void fail_to_write() const;
  void open_temporary();

  std::string path_;
  std::string temporary_;  // empty when path_ is written to directly
  Descriptor file_;
};

/// Writes a whole file, all or nothing. Throws as AtomicFile.
void write_file(const std::string& path, std::string_view bytes);

/// A file without a name, in the directory TMPDIR (or /tmp), that goes away with this object.
class ScratchFile {
 public:
  /// Throws Error if the file can't be made.
  ScratchFile();

  /// Appends, through a buffer. Throws Error if not all can be written, as on a full disk.
  void write(std::string_view bytes);

  /// Writes what is buffered and gives the descriptor away, for reading. Throws as write().
  Descriptor release();

 private:
  void flush();

  std::string directory_;
  Descriptor file_;
  std::string buffer_;
};

/// Opens a regular file for reads at any offset. Throws Error naming the file.
Descriptor open_for_reading(const std::string& path);

/// Reads size bytes at an offset; any number of threads may. Throws Error naming `path` if the
/// file has become shorter.
std::string read_at(const Descriptor& file, const std::string& path, std::uint64_t offset,
                    std::size_t size);

/// All bytes of a file, as they are. Throws Error naming the file, also where there are more than
/// `most`.
std::string read_file(const std::string& path,
                      std::size_t most = std::numeric_limits<std::size_t>::max());

/// All lines of a text file, as LineReader reads them.
std::vector<std::string> read_lines(const std::string& path);

/// Where a path leads when all symbolic links at its end are followed, also one to nothing. Throws
/// Error where they lead round in a circle.
std::string follow_links(const std::string& path);

/// A file's bytes in pages of memory that can't be written to. They are a copy: a mapped file that
/// another program shortens (cp, rsync --inplace) kills its readers with SIGBUS.
class FileCopy {
 public:
  /// Throws Error if the file is missing, unreadable or a directory, or becomes shorter meanwhile.
  explicit FileCopy(const std::string& path);
  FileCopy(FileCopy&& other) noexcept;
  FileCopy& operator=(FileCopy&& other) noexcept;
  ~FileCopy();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace heed
