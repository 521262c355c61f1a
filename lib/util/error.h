#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "heed/error.h"

namespace heed {

/// The text with its control characters as \x0a and such, so that it is one line and does nothing
/// to a terminal, whatever it quotes from a file.
inline std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_control = (c >= 0 && c < ' ') || c == '\x7f';
    line += is_control ? fmt::format("\\x{:02x}", c) : std::string(1, c);
  }
  return line;
}

/// Throws an Error with a formatted one-line message.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(one_line(fmt::format(format, std::forward<Args>(args)...)));
}

/// Throws a UsageError with a formatted one-line message.
template <class... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw UsageError(one_line(fmt::format(format, std::forward<Args>(args)...)));
}

}  // namespace heed
