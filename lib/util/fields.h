#pragma once

#include <fmt/core.h>
#include <cstddef>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "heed/field.h"
#include "heed/options.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

/// A struct of options: it lists its fields with visit_fields (heed/options.h says how).
template <class T>
concept Options = std::is_class_v<T> && requires(T& options) {
  std::remove_const_t<T>::visit_fields(options, [](const Field&, auto&) {});
};

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

// ---- One value and its text -----------------------------------------------------------------

/// A value as flags, configuration files and the log write it; from_text reads it back exactly.
template <class T>
requires(!kIsList<T>) std::string to_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(enum_names(value).at(static_cast<std::size_t>(value)));
  } else {
    return fmt::format("{}", value);
  }
}

/// Reads a value. Throws UsageError naming the field and what it expects; `value` is then as
/// before.
template <class T>
requires(!kIsList<T>) void from_text(std::string_view field, std::string_view text, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = text;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (text != "true" && text != "false") {
      fail_usage("expected true or false for {}, found '{}'", field, text);
    }
    value = text == "true";
  } else if constexpr (std::is_enum_v<T>) {
    const auto names = enum_names(T{});
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) fail_unknown(field, text, names);
    value = static_cast<T>(found - names.begin());
  } else {
    T parsed{};
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, parsed);
    if (result.ec != std::errc{} || result.ptr != end) {
      constexpr std::string_view kind = std::is_floating_point_v<T> ? "a number"
                                        : std::is_signed_v<T>       ? "a whole number"
                                                                    : "a whole number, 0 or more";
      fail_usage("expected {} for {}, found '{}'", kind, field, text);
    }
    value = parsed;
  }
}

std::string to_text(const AlignmentOutput& value);
void from_text(std::string_view field, std::string_view text, AlignmentOutput& value);

/// Reads a value from the texts of its items: any number for a list, else exactly one.
template <class T>
void from_texts(std::string_view field, const std::vector<std::string>& texts, T& value) {
  if constexpr (kIsList<T>) {
    T parsed(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) from_text(field, texts[i], parsed[i]);
    value = std::move(parsed);
  } else {
    if (texts.size() != 1) fail_usage("expected one value for {}, found {}", field, texts.size());
    from_text(field, texts.front(), value);
  }
}

/// The texts of a value's items, for from_texts.
template <class T>
std::vector<std::string> to_texts(const T& value) {
  if constexpr (kIsList<T>) {
    std::vector<std::string> texts;
    for (const auto& item : value) texts.push_back(to_text(item));
    return texts;
  } else {
    return {to_text(value)};
  }
}

// ---- Ranges ---------------------------------------------------------------------------------

/// "1 to 1024 layers", or nothing for a field without a range.
std::string range_text(const Field& field);

/// Throws the UsageError for a number outside its field's range.
[[noreturn]] void fail_range(const Field& field, std::string_view found);

/// Throws UsageError if a number, or one of a list, is not in the field's range; NaN never is.
template <class T>
void check_value(const Field& field, const T& value) {
  if constexpr (kIsList<T>) {
    for (const auto& item : value) check_value(field, item);
  } else if constexpr (std::is_floating_point_v<T>) {
    // As T, so that a bound such as 0.99 is in its own range.
    const T least = static_cast<T>(field.least), most = static_cast<T>(field.most);
    if (!(value >= least && value <= most)) fail_range(field, to_text(value));
  } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    const auto number = static_cast<double>(value);
    if (number < field.least || number > field.most) fail_range(field, to_text(value));
  }
}

/// The one way in which a field gets a value from text: flags, configuration files, --vary, the
/// headers of models and states. Throws UsageError; `value` is then as before.
template <class T>
void set_value(const Field& field, const std::vector<std::string>& texts, T& value) {
  T parsed = value;
  from_texts(field.name, texts, parsed);
  check_value(field, parsed);
  value = std::move(parsed);
}

// ---- All fields of a struct -----------------------------------------------------------------

/// Calls visitor(Field, field) for each field, in the order in which the struct lists them.
template <class T, class Visitor>
requires Options<std::remove_const_t<T>>
void for_each_field(T& options, Visitor&& visitor) {
  std::remove_const_t<T>::visit_fields(options, visitor);
}

template <Options T>
std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  const T options{};
  for_each_field(options, [&](const Field& field, const auto&) { names.emplace_back(field.name); });
  return names;
}

/// Sets one field by name. Throws UsageError for an unknown name or a value that it can't take.
template <Options T>
void set_field(T& options, std::string_view name, const std::vector<std::string>& texts) {
  bool is_known = false;
  for_each_field(options, [&](const Field& field, auto& value) {
    if (name != field.name) return;
    is_known = true;
    set_value(field, texts, value);
  });
  if (!is_known) fail_unknown("option", name, field_names<T>());
}

/// Checks the ranges of all fields, for structs that a program filled in by itself. Throws
/// UsageError naming the first that is outside.
template <Options T>
void check_fields(const T& options) {
  for_each_field(options, [](const Field& field, const auto& value) { check_value(field, value); });
}

}  // namespace heed
