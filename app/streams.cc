#include "app/streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

std::string system_message() { return std::generic_category().message(errno); }

void print_count(const LineCount& lines, const char* what) {
  if (lines.count == 0) return;
  fmt::print(stderr, "heed: {} line{} {}: {}{}\n",
             with_thousands(static_cast<std::int64_t>(lines.count)), lines.count == 1 ? "" : "s",
             what, fmt::join(lines.first, ", "), lines.count > lines.first.size() ? ", …" : "");
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

Output::Output(const std::string& path, const std::vector<std::string>& read) : name_(path) {
  expect_not_read(path, read);
  if (path.empty() || path == "-") {
    name_ = "standard output";
    file_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  } else {
    file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  }
  if (!file_.is_open()) fail_to_write();
}

void Output::fail_to_write() const { fail("could not write {}: {}", name_, system_message()); }

void Output::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EPIPE) throw ReaderGone();
    if (count < 0) fail_to_write();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Output::close() {
  if (!file_.close()) fail_to_write();
}

Input::Input(std::vector<std::string> paths) : paths_(std::move(paths)) {
  if (paths_.empty()) paths_.emplace_back("-");
  for (const std::string& path : paths_) {
    if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
      fail("could not read {}: {}", path, system_message());
    }
  }
}

NextLine Input::read(std::string& line) {
  constexpr std::chrono::milliseconds kPatience(10);
  for (;;) {
    if (!reader_) {
      if (next_path_ == paths_.size()) return NextLine::kEnd;
      reader_ = std::make_unique<LineReader>(paths_[next_path_++]);
    }
    if (!reader_->is_ready(kPatience)) return NextLine::kLater;
    if (reader_->next(line)) return NextLine::kRead;
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

std::function<void(const std::string&)> messages(bool quiet) {
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

void print_summary(const StreamSummary& summary) {
  print_count(summary.split, "split");
  print_count(summary.cropped, "cropped");
  print_count(summary.copied, "copied");
  print_count(summary.invalid_utf8, "with invalid UTF-8");
}

}  // namespace heed
