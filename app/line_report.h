#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "heed/translator.h"
#include "util/durations.h"
#include "util/log.h"
#include "util/progress.h"

namespace heed {

/// How much of the input is read, in bytes of its files.
struct InputPlace {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> total{};  ///< Not known of pipes and compressed files.
};

/// What is said while lines go through a program: messages, on standard error and in a log file,
/// and on a terminal how far it has come, as training shows it: of the input, lines, source words a
/// second, time left. Any thread may call.
class LineReport {
 public:
  struct Options {
    bool quiet = false;
    std::string log_file{};       ///< "": none.
    bool reads_standard = true;   ///< Where the terminal is typed at or written to, there is no
    bool writes_standard = true;  ///< progress.
    bool times_lines = false;     ///< Whether line_times() is asked for.
  };

  /// Throws Error if the log file can't be opened.
  explicit LineReport(const Options& options);

  void say(const std::string& message, bool even_if_quiet = false);
  /// Whether it wants to hear of lines.
  bool watches_lines() const { return shows_progress() || times_lines_; }
  void note_read(const InputPlace& place);
  void note_written(std::span<const TranslatedLine> lines);
  /// From reading to writing, each line.
  const Durations& line_times() const { return line_times_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool shows_progress() const { return screen_.has_terminal(); }
  void show();

  const bool quiet_, times_lines_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  Log file_;
  Log screen_;
  Progress progress_{screen_};
  InputPlace place_;
  std::uint64_t read_ = 0, written_ = 0, words_ = 0;
  std::deque<Clock::time_point> unwritten_;  ///< When they were read.
  Durations line_times_;
};

}  // namespace heed
