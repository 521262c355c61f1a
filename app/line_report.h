#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "heed/translator.h"
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
  };

  /// Throws Error if the log file can't be opened.
  explicit LineReport(const Options& options);

  void say(const std::string& message, bool even_if_quiet = false);
  bool shows_progress() const { return screen_.has_terminal(); }
  void note_read(const InputPlace& place);
  void note_written(std::span<const TranslatedLine> lines);

 private:
  void show();

  const bool quiet_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  Log file_;
  Log screen_;
  Progress progress_{screen_};
  InputPlace place_;
  std::uint64_t read_ = 0, written_ = 0, words_ = 0;
};

}  // namespace heed
