#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "util/fields.h"
#include "util/json.h"

namespace heed {

// The fields of options (util/fields.h) as JSON, for the model file's header and the log.

template <class T>
nlohmann::json value_to_json(const T& value) {
  if constexpr (kIsList<T>) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& item : value) list.push_back(value_to_json(item));
    return list;
  } else if constexpr (std::is_floating_point_v<T>) {
    // By way of the text, so that 0.1F is 0.1 and not 0.10000000149.
    if (!std::isfinite(value)) return to_text(value);
    return nlohmann::json::parse(to_text(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else {
    return to_text(value);
  }
}

/// An object with every field under its name.
template <Options T>
nlohmann::json to_json(const T& options) {
  nlohmann::json json = nlohmann::json::object();
  for_each_field(options, [&](const Field& field, const auto& value) {
    json[field.name] = value_to_json(value);
  });
  return json;
}

/// Takes the fields of T that are of this kind out of an object.
template <Options T>
void erase_fields(nlohmann::json& json, FieldKind kind) {
  T options;
  for_each_field(options, [&](const Field& field, const auto&) {
    if (field.kind == kind) json.erase(field.name);
  });
}

/// The texts of a JSON value's items, for from_texts. Throws Error on objects, null, and lists of
/// lists.
std::vector<std::string> json_texts(std::string_view field, const nlohmann::json& json);

/// Sets the fields that an object names and leaves the others as they are. Throws UsageError naming
/// the first unknown name, or a value of the wrong kind.
template <Options T>
void from_json(const nlohmann::json& json, T& options) {
  if (!json.is_object()) fail_usage("expected an object of options, found {}", json.type_name());
  for (const auto& [name, value] : json.items()) set_field(options, name, json_texts(name, value));
}

}  // namespace heed
