#include "util/log.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "util/error.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {
namespace {

std::string local_time(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  localtime_r(&now, &fields);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

TerminalSize size_of(std::FILE* terminal) {
  winsize size{};
  if (ioctl(fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, std::max<std::size_t>(2, size.ws_row == 0 ? 24 : size.ws_row)};
}

/// The first `columns` characters of UTF-8 text, one column each.
std::string_view cut(std::string_view text, std::size_t columns) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins_character && ++characters > columns) return text.substr(0, i);
  }
  return text;
}

/// Takes a status away that the cursor stands at the end of.
std::string erase(std::string_view status) {
  const auto above = std::count(status.begin(), status.end(), '\n');
  return above == 0 ? "\r\x1b[K" : fmt::format("\r\x1b[{}A\x1b[J", above);
}

/// The last lines that fit. One column stays free, or the terminal would go to the next line.
std::string fit(std::string_view text, TerminalSize size) {
  const auto lines = split_fields(text, '\n');
  const std::size_t left_out = lines.size() > size.rows - 1 ? lines.size() - (size.rows - 1) : 0;
  std::string fitted;
  for (std::size_t i = left_out; i < lines.size(); ++i) {
    fitted += i == left_out ? "" : "\n";
    fitted += cut(lines[i], size.columns - 1);
  }
  return fitted;
}

/// Takes the half of a line away that was the last to be written. Fails where that cannot be.
void remove_end(int file, std::size_t size) {
  struct stat status {};
  if (size == 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
  static_cast<void>(::ftruncate(file, status.st_size - static_cast<off_t>(size)) == 0);
}

}  // namespace

Log::Log(const LogOptions& options, std::FILE* screen)
    : screen_(options.quiet ? nullptr : screen),
      has_terminal_(screen_ != nullptr && isatty(fileno(screen_)) == 1),
      level_(options.log_level),
      file_(open(options.log)),
      json_(open(options.log_json)),
      report_(options.report) {}

Log::File Log::open(const std::string& path) {
  if (path.empty()) return {};
  File file{path, std::unique_ptr<std::FILE, CloseFile>(std::fopen(path.c_str(), "ae"))};
  if (!file.stream) {
    fail("cannot write the log {}: {}; choose another file", path,
         std::generic_category().message(errno));
  }
  std::setvbuf(file.stream.get(), nullptr, _IONBF, 0);  // a line is one write
  return file;
}

void Log::append(const File& file, const std::string& line) {
  const std::size_t written = std::fwrite(line.data(), 1, line.size(), file.stream.get());
  if (written == line.size()) return;
  const std::string reason = std::generic_category().message(errno);
  remove_end(fileno(file.stream.get()), written);
  fail("cannot write the log {}: {}; make room or choose another file", file.path, reason);
}

void Log::put_on_screen(const std::string& text) const {
  // A closed or broken standard error must not end a training.
  std::fwrite(text.data(), 1, text.size(), screen_);
  std::fflush(screen_);
}

void Log::write(LogLevel level, std::string_view message) {
  if (level < level_) return;
  const std::string label =
      level == LogLevel::kInfo
          ? ""
          : fmt::format("[{}] ", enum_names(level).at(static_cast<std::size_t>(level)));
  const std::string line =
      fmt::format("[{}] {}{}\n", local_time("%Y-%m-%d %H:%M:%S"), label, message);
  const std::lock_guard lock(mutex_);
  if (screen_ != nullptr) {
    put_on_screen(status_.empty() ? line : erase(status_) + line + status_);
  }
  if (file_.stream) append(file_, line);
}

void Log::report(nlohmann::json object) {
  if (!json_.stream && !report_) return;
  object["time"] = local_time("%Y-%m-%dT%H:%M:%S%z");
  const std::string line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  if (json_.stream) append(json_, line + '\n');
  if (report_) report_(line);
}

void Log::show_status(std::string_view text) {
  if (!has_terminal_) return;
  const std::lock_guard lock(mutex_);
  if (text.empty() && status_.empty()) return;
  const std::string before = erase(status_);
  status_ = fit(text, size_of(screen_));
  put_on_screen(before + status_);
}

}  // namespace heed
