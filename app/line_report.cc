#include "app/line_report.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "util/strings.h"

namespace heed {

namespace {

LogOptions log_to(const std::string& file) {
  LogOptions options;
  options.quiet = true;
  options.log = file;
  return options;
}

LogOptions shown(bool is_shown) {
  LogOptions options;
  options.quiet = !is_shown;
  return options;
}

/// Whether both are the same terminal, pipe or file.
bool is_same(int a, int b) {
  struct stat first {};
  struct stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

bool disturbs(const LineReport::Options& options) {
  return (options.writes_standard && is_same(STDOUT_FILENO, STDERR_FILENO)) ||
         (options.reads_standard && is_same(STDIN_FILENO, STDERR_FILENO));
}

}  // namespace

LineReport::LineReport(const Options& options)
    : quiet_(options.quiet),
      times_lines_(options.times_lines),
      file_(log_to(options.log_file)),
      screen_(shown(!options.quiet && !disturbs(options))) {}

void LineReport::say(const std::string& message, bool even_if_quiet) {
  const std::lock_guard lock(mutex_);
  file_.info("{}", message);
  if (quiet_ && !even_if_quiet) return;
  screen_.show_status("");
  fmt::print(stderr, "heed: {}\n", message);
}

void LineReport::note_read(const InputPlace& place) {
  const std::lock_guard lock(mutex_);
  place_ = place;
  ++read_;
  if (times_lines_) unwritten_.push_back(Clock::now());
}

void LineReport::note_written(std::span<const TranslatedLine> lines) {
  if (!watches_lines()) return;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; times_lines_ && i < lines.size(); ++i) {
    line_times_.add(std::chrono::duration<double>(Clock::now() - unwritten_.front()).count());
    unwritten_.pop_front();
  }
  if (!shows_progress()) return;
  written_ += lines.size();
  for (const TranslatedLine& line : lines) words_ += split_words(line.source).size();
  if (progress_.is_due()) show();
}

/// Reading is ahead of writing: bytes count as far as their lines are written.
void LineReport::show() {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string text =
      fmt::format("{} lines, {} words/s", with_thousands(static_cast<std::int64_t>(written_)),
                  with_thousands(static_cast<std::int64_t>(static_cast<double>(words_) / seconds)));
  const double share = read_ > 0 ? static_cast<double>(written_) / static_cast<double>(read_) : 0;
  const double done =
      place_.total && *place_.total > 0
          ? share * static_cast<double>(place_.bytes) / static_cast<double>(*place_.total)
          : 0;
  if (done <= 0) return progress_.show(text);
  progress_.show(done,
                 fmt::format("{}, {} left", text, human_duration(seconds * (1 - done) / done)));
}

}  // namespace heed
