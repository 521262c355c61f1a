#pragma once

#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "heed/options.h"

namespace heed {

// Not spdlog: its loggers would replace some 40 lines of files and levels, but the terminal's
// status line, its cutting, and an Error where a log's disk is full would stay, as a sink of our
// own.

/// Where messages go: lines with the time, as Marian writes them, to standard error and to a file,
/// and reports as JSON lines to another file. It is passed by reference to what has something to
/// say. Any thread may write.
class Log {
 public:
  /// Writes nowhere.
  Log() = default;

  /// `screen` stands for standard error and is not closed. Throws Error if a file can't be opened.
  explicit Log(const LogOptions& options, std::FILE* screen = stderr);

  /// Each writes one line. Throws Error if the log file can't take it, as on a full disk.
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
  }
  void write(LogLevel level, std::string_view message);

  /// Writes an object with the time added to the JSON log, if there is one. Throws Error if the
  /// file can't take it.
  void report(nlohmann::json object);

  /// Whether standard error is a terminal, so that show_status does anything.
  bool has_terminal() const { return has_terminal_; }

  /// Shows a passing line, or several with '\n' between them, at the bottom of the terminal, cut
  /// to its width and height, in place of the last; "" takes it away. Messages appear above it.
  void show_status(std::string_view text);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct File {
    std::string path;
    std::unique_ptr<std::FILE, CloseFile> stream;
  };

  static File open(const std::string& path);
  static void append(const File& file, const std::string& line);
  void put_on_screen(const std::string& text) const;

  std::mutex mutex_;
  std::FILE* screen_ = nullptr;
  bool has_terminal_ = false;
  LogLevel level_ = LogLevel::kInfo;
  File file_;
  File json_;
  std::function<void(const std::string&)> report_;
  std::string status_;  ///< As it stands on the terminal.
};

}  // namespace heed
