#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "app/line_report.h"
#include "heed/translator.h"
#include "util/descriptor.h"
#include "util/file_part.h"
#include "util/files.h"

namespace heed {

/// The reader of what is written has gone away, as `head` does: a reason to end quietly.
class ReaderGone : public std::runtime_error {
 public:
  ReaderGone() : std::runtime_error("nobody reads the output any more") {}
};

/// The files that a command reads: its inputs, where none and "-" are standard input, and others.
std::vector<std::string> files_read(std::vector<std::string> inputs,
                                    const std::vector<std::string>& others);

/// Throws Error if the file that is to be written (as Output takes it) is one that is read
/// meanwhile: it would be emptied, or grow for ever.
void expect_not_read(const std::string& path, const std::vector<std::string>& read);

/// What a run that was cut off has written: records of so many lines, in so many bytes.
struct WrittenRecords {
  std::size_t lines = 0;
  std::uint64_t bytes = 0;
};

/// Of a file with a record a line, or with `first_id` of a Moses n-best list, which begins with
/// that and whose last group may be incomplete. Nothing if there is no such file. Throws Error if
/// it can't be read or is no such list.
WrittenRecords written_records(const std::string& path, std::optional<std::size_t> first_id);

/// Standard output, or a file that is written anew, from a place on, or all or nothing. But for the
/// last nothing is held back.
class Output {
 public:
  /// "" and "-" are standard output. The file's first `kept` bytes stay. Throws Error if the file
  /// can't be made, or as expect_not_read().
  explicit Output(const std::string& path, const std::vector<std::string>& read = {},
                  std::uint64_t kept = 0);
  /// An output whose file has its name when it is closed. Throws as the others.
  static Output whole(const std::string& path, const std::vector<std::string>& read);

  /// Throws ReaderGone, or Error if not all can be written, as on a full disk.
  void write(std::string_view bytes);
  /// Throws Error if the system couldn't write what it had taken.
  void close();

 private:
  Output() = default;
  [[noreturn]] void fail_to_write() const;

  std::string name_;
  Descriptor file_;
  std::unique_ptr<AtomicFile> whole_;
};

/// Throws UsageError if "-" is among the files more than once: it can be read once.
void expect_standard_input_once(const std::vector<std::string>& files);

/// The lines of files, one after the other. None given, and "-", are standard input.
class Input {
 public:
  /// Throws Error if one is missing or unreadable, and UsageError if standard input is named twice.
  /// What should be known of how they are read goes to `warn`.
  Input(std::vector<std::string> paths, Warn warn);
  /// A part of one file, as open_part() reads it. Throws as that, and UsageError for other files.
  Input(const std::vector<std::string>& paths, const PartNumber& part);

  /// Waits only some milliseconds for a line. Throws Error if a file can't be read.
  NextLine read(std::string& line);

  /// How far it is read.
  InputPlace place() const;

  /// Lines of the file that are left to parts before.
  std::uint64_t lines_before() const { return lines_before_; }

 private:
  std::uint64_t bytes_of_file() const;

  std::vector<std::string> paths_;
  Warn warn_;
  std::size_t next_path_ = 0;
  std::uint64_t bytes_before_ = 0;        ///< Of files that are read.
  std::optional<std::uint64_t> total_{};  ///< Of all files, while all are plain.
  std::unique_ptr<LineReader> reader_;
  std::uint64_t begin_ = 0;  ///< Of the part in its file.
  std::uint64_t lines_before_ = 0;
};

/// Writes to standard output. Returns the exit code, also when nobody reads it.
int print(std::string_view text);

/// Writes messages to standard error, or nowhere if they are not wanted.
Warn messages(bool quiet);

/// Runs what writes output; that nobody reads it any more is a quiet end. Returns the exit code.
int until_reader_goes(const std::function<void()>& action);

/// "3 lines split: 17, 204, 881" for each kind of line that wasn't translated as it was.
std::vector<std::string> summary_lines(const StreamSummary& summary);

}  // namespace heed
