#include "app/streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

std::string system_message() { return std::generic_category().message(errno); }

/// The size of regular files together; nothing where there are others.
std::optional<std::uint64_t> size_of(const std::vector<std::string>& paths) {
  std::uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat status {};
    const int result = path == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(path.c_str(), &status);
    if (result != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    total += static_cast<std::uint64_t>(status.st_size);
  }
  return total;
}

}  // namespace

std::vector<std::string> files_read(std::vector<std::string> inputs,
                                    const std::vector<std::string>& others) {
  if (inputs.empty()) inputs.emplace_back("-");
  inputs.insert(inputs.end(), others.begin(), others.end());
  return inputs;
}

void expect_not_read(const std::string& path, const std::vector<std::string>& read) {
  const auto is_known = [](const std::string& file, int standard, struct stat& status) {
    return (file == "-" ? ::fstat(standard, &status) : ::stat(file.c_str(), &status)) == 0;
  };
  const std::string name = path.empty() ? "-" : path;
  struct stat output {};
  if (!is_known(name, STDOUT_FILENO, output) || !S_ISREG(output.st_mode)) return;
  for (const std::string& file : read) {
    struct stat input {};
    if (!is_known(file, STDIN_FILENO, input)) continue;
    if (input.st_dev != output.st_dev || input.st_ino != output.st_ino) continue;
    fail("expected another file to write than {}, which is read, found {}; write to a new file",
         file == "-" ? "standard input" : file, name == "-" ? "standard output" : name);
  }
}

WrittenRecords written_records(const std::string& path, std::optional<std::size_t> first_id) {
  WrittenRecords whole;
  if (::access(path.c_str(), F_OK) != 0) return whole;
  std::ifstream file(path, std::ios::binary);
  std::uint64_t end = 0;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    const std::uint64_t begin = end;
    end += line.size() + 1;
    ++number;
    if (!first_id) {
      whole = {number, end};
      continue;
    }
    const std::size_t id = parse_moses(line, number).id, last = *first_id + whole.lines;
    if (id == last) continue;
    if (number == 1 || id != last + 1) {
      fail("expected id {} in line {} of {}, found {}; it is of another text",
           number == 1 ? last : last + 1, number, path, id);
    }
    whole = {whole.lines + 1, begin};
  }
  if (file.bad() || !file.eof()) fail("could not read {}: {}", path, system_message());
  return whole;
}

Output::Output(const std::string& path, const std::vector<std::string>& read, std::uint64_t kept)
    : name_(path) {
  expect_not_read(path, read);
  if (path.empty() || path == "-") {
    name_ = "standard output";
    file_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  } else {
    const int emptied = kept == 0 ? O_TRUNC : O_APPEND;
    file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | emptied | O_CLOEXEC, 0666));
  }
  if (!file_.is_open()) fail_to_write();
  if (kept > 0 && ::ftruncate(file_.get(), static_cast<off_t>(kept)) != 0) fail_to_write();
}

Output Output::whole(const std::string& path, const std::vector<std::string>& read) {
  expect_not_read(path, read);
  Output output;
  output.whole_ = std::make_unique<AtomicFile>(path);
  return output;
}

void Output::fail_to_write() const { fail("could not write {}: {}", name_, system_message()); }

void Output::write(std::string_view bytes) {
  if (whole_) return whole_->write(bytes);
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EPIPE) throw ReaderGone();
    if (count < 0) fail_to_write();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Output::close() {
  if (whole_) return whole_->commit();
  if (!file_.close()) fail_to_write();
}

void expect_standard_input_once(const std::vector<std::string>& files) {
  const auto times = std::ranges::count(files, "-");
  if (times > 1) {
    fail_usage("expected standard input (-) once, found it {} times; give the other text as a file",
               times);
  }
}

Input::Input(std::vector<std::string> paths, Warn warn)
    : paths_(std::move(paths)), warn_(std::move(warn)) {
  expect_standard_input_once(paths_);
  if (paths_.empty()) paths_.emplace_back("-");
  for (const std::string& path : paths_) {
    if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
      fail("could not read {}: {}", path, system_message());
    }
  }
  total_ = size_of(paths_);
}

Input::Input(const std::vector<std::string>& paths, const PartNumber& part) : paths_(paths) {
  if (paths_.size() != 1) {
    fail_usage("expected one file of which to read a part, found {}; name one with -i",
               paths_.empty() ? "standard input" : fmt::format("{}", paths_.size()));
  }
  FilePart opened = open_part(paths_.front(), part);
  begin_ = opened.source->place_on_disk().value();
  lines_before_ = opened.lines_before;
  total_ = opened.size;
  reader_ = std::make_unique<LineReader>(std::move(opened.source));
  next_path_ = 1;
}

InputPlace Input::place() const { return {bytes_before_ + bytes_of_file(), total_}; }

/// Where standard input is a file, the system knows how far it is read.
std::uint64_t Input::bytes_of_file() const {
  if (!reader_) return 0;
  if (paths_[next_path_ - 1] != "-") return reader_->offset() - begin_;
  return static_cast<std::uint64_t>(std::max<off_t>(::lseek(STDIN_FILENO, 0, SEEK_CUR), 0));
}

NextLine Input::read(std::string& line) {
  constexpr std::chrono::milliseconds kPatience(10);
  for (;;) {
    if (!reader_) {
      if (next_path_ == paths_.size()) return NextLine::kEnd;
      reader_ = std::make_unique<LineReader>(paths_[next_path_++], warn_);
      const bool is_standard = paths_[next_path_ - 1] == "-";
      if (!is_standard && !reader_->is_plain_file()) total_.reset();
    }
    if (!reader_->is_ready(kPatience)) return NextLine::kLater;
    if (reader_->next(line)) return NextLine::kRead;
    bytes_before_ += bytes_of_file();
    reader_.reset();
    // Opening standard input waits for its first bytes.
    if (next_path_ < paths_.size() && paths_[next_path_] == "-") return NextLine::kLater;
  }
}

int print(std::string_view text) {
  return until_reader_goes([text] {
    Output output("");
    output.write(text);
    output.close();
  });
}

Warn messages(bool quiet) {
  return [quiet](const std::string& message) {
    if (!quiet) fmt::print(stderr, "heed: {}\n", message);
  };
}

int until_reader_goes(const std::function<void()>& action) {
  try {
    action();
  } catch (const ReaderGone&) {
  }
  return 0;
}

std::vector<std::string> summary_lines(const StreamSummary& summary) {
  std::vector<std::string> result;
  const auto add = [&](const LineCount& lines, const char* what) {
    if (lines.count == 0) return;
    result.push_back(fmt::format("{} line{} {}: {}{}",
                                 with_thousands(static_cast<std::int64_t>(lines.count)),
                                 lines.count == 1 ? "" : "s", what, fmt::join(lines.first, ", "),
                                 lines.count > lines.first.size() ? ", …" : ""));
  };
  add(summary.split, "split");
  add(summary.cropped, "cropped");
  add(summary.copied, "copied");
  add(summary.invalid_utf8, "with invalid UTF-8");
  add(summary.invalid_json, "with invalid JSON");
  add(summary.looped, "ended as loops (--no-loop-guard)");
  add(summary.unmet, "without all of their constraints");
  add(summary.doubtful, "that may be no translation (--flag-doubtful)");
  return result;
}

}  // namespace heed
