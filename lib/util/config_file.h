#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"
#include "util/fields.h"

namespace heed {

// Configuration files are the part of YAML that Marian's users know: `key: value` lines, lists as
// [a, b] or as lines `- a` below the key, '' and "" around text, comments from # on. Keys are the
// long flags without their dashes.

/// What --dump-config writes: every field with its help, or only those that were changed.
enum class ConfigDump { kFull, kMinimal };
constexpr std::array<std::string_view, 2> enum_names(ConfigDump) { return {"full", "minimal"}; }

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  ///< The items of a list, or one value.
  std::size_t line = 0;             ///< From 1.
};

/// Throws UsageError, beginning with "name:line:", for what is not of that form or comes twice.
std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name);

/// A value as the file holds it, in quotes where needed.
std::string quote_config(std::string_view value);

/// Sets the fields that the text gives and leaves the others as they are; `name` is the file's.
/// Throws UsageError, beginning with "name:line:", for unknown fields and wrong values.
template <Options T>
void read_config(std::string_view text, const std::string& name, T& options) {
  for (const ConfigEntry& entry : parse_config(text, name)) {
    try {
      set_field(options, entry.key, entry.values);
    } catch (const Error& error) {
      fail_usage("{}:{}: {}", name, entry.line, error.what());
    }
  }
}

/// The text of a configuration file that read_config reads back exactly. A minimal one has only the
/// fields that differ from `defaults`.
template <Options T>
std::string write_config(const T& options, ConfigDump kind, const T& defaults = {}) {
  std::vector<std::vector<std::string>> plain;
  for_each_field(defaults, [&](const Field&, const auto& v) { plain.push_back(to_texts(v)); });
  std::string text;
  std::size_t i = 0;
  for_each_field(options, [&]<class V>(const Field& field, const V& value) {
    std::vector<std::string> items = to_texts(value);
    if (items == plain[i++] && kind == ConfigDump::kMinimal) return;
    for (std::string& item : items) item = quote_config(item);
    const std::string joined = fmt::format("{}", fmt::join(items, ", "));
    if (kind == ConfigDump::kFull) text += fmt::format("# {}\n", field.help);
    text += kIsList<V> ? fmt::format("{}: [{}]\n", field.name, joined)
                       : fmt::format("{}: {}\n", field.name, joined);
  });
  return text;
}

}  // namespace heed
