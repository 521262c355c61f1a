#pragma once

#include <fmt/format.h>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"
#include "util/fields.h"

namespace heed {

// Configuration files are YAML: a map from the long flags without their dashes to values or flat
// lists of them. Quotes, anchors and several documents are as yaml-cpp reads them.

/// A longer file is refused.
inline constexpr std::size_t kMostConfigBytes = 1 << 20;

/// What --dump-config writes: every field with its help, or only those that were changed.
enum class ConfigDump { kFull, kMinimal };
constexpr std::array<std::string_view, 2> enum_names(ConfigDump) { return {"full", "minimal"}; }

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  ///< The items of a list, or one value.
  std::size_t line = 0;             ///< From 1.
};

/// Throws UsageError, beginning with "name:line:", for what is not of that form or comes twice. The
/// cost is bounded, whatever the text.
std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name);

/// A value as the file holds it, in quotes where needed.
std::string quote_config(std::string_view value);

/// What YAML 1.1 has for true (yes, on) and false (no, off).
std::optional<bool> yaml_truth(std::string_view text);

/// An entry's values for a field: yes and no are said as the field does. Where a flag may stand
/// alone, yes is what it then means, and no its default, `plain`.
template <class T>
std::vector<std::string> values_for(const Field& field, const T& plain, const ConfigEntry& entry) {
  const auto truth = entry.values.size() == 1 ? yaml_truth(entry.values[0]) : std::nullopt;
  if (!truth) return entry.values;
  if (std::is_same_v<T, bool>) return {*truth ? "true" : "false"};
  if (field.bare == nullptr) return entry.values;
  return *truth ? std::vector<std::string>{field.bare} : to_texts(plain);
}

/// Sets the field that an entry of a file, or a flag, names. Throws UsageError as set_field does.
template <Options T>
void set_entry(T& options, ConfigEntry entry) {
  const T defaults{};
  for_each_field(defaults, [&](const Field& field, const auto& plain) {
    if (entry.key == field.name) entry.values = values_for(field, plain, entry);
  });
  set_field(options, entry.key, entry.values);
}

/// Sets the fields that the text gives and leaves the others as they are; `name` is the file's.
/// Throws UsageError, beginning with "name:line:", for unknown fields and wrong values.
template <Options T>
void read_config(std::string_view text, const std::string& name, T& options) {
  for (const ConfigEntry& entry : parse_config(text, name)) {
    try {
      set_entry(options, entry);
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
