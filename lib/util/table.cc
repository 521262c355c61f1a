#include "util/table.h"

#include <fmt/format.h>

#include <string>

#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

constexpr std::size_t kMostNamesListed = 20;

}  // namespace

void fail_unknown(std::string_view kind, std::string_view name,
                  std::span<const std::string_view> names) {
  constexpr std::size_t kLongest = 80;  // of names: files may hold others
  const bool is_long = name.size() > kLongest;
  std::string message =
      fmt::format("unknown {} '{}{}'", kind, name.substr(0, kLongest), is_long ? "..." : "");
  const std::string meant =
      is_long ? std::string() : nearest_name(name, {names.begin(), names.end()});
  if (!meant.empty()) message += fmt::format(", did you mean '{}'?", meant);
  if (names.size() <= kMostNamesListed) {
    message += fmt::format("{} One of: {}", meant.empty() ? "." : "", fmt::join(names, ", "));
  }
  fail_usage("{}", message);
}

}  // namespace heed
