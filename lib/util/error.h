#pragma once

#include <fmt/format.h>

#include <utility>

#include "heed/error.h"

namespace heed {

/// Throws an Error with a formatted one-line message.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws a UsageError with a formatted one-line message.
template <class... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw UsageError(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace heed
