#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace heed {

/// Throws the UsageError for a name that is not among `names`, with the nearest and all of them:
/// "unknown attention 'additve', did you mean 'additive'? One of: none, additive, dot".
[[noreturn]] void fail_unknown(std::string_view kind, std::string_view name,
                               std::span<const std::string_view> names);

/// The entry of that name in an array or span of entries that have a member `name`. Throws the
/// error of fail_unknown. `kind` says what is looked up ("attention").
template <class Table>
const auto& find_entry(const Table& table, std::string_view kind, std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& entry : table) {
    if (entry.name == name) return entry;
    names.emplace_back(entry.name);
  }
  fail_unknown(kind, name, names);
}

}  // namespace heed
