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
  std::string message = fmt::format("unknown {} '{}'", kind, name);
  const std::string meant = nearest_name(name, {names.begin(), names.end()});
  if (!meant.empty()) message += fmt::format(", did you mean '{}'?", meant);
  if (names.size() <= kMostNamesListed) {
    message += fmt::format("{} One of: {}", meant.empty() ? "." : "", fmt::join(names, ", "));
  }
  fail_usage("{}", message);
}

}  // namespace heed
