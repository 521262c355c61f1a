#include "util/json_fields.h"

namespace heed {
namespace {

std::string scalar_text(std::string_view field, const nlohmann::json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean() || json.is_number()) return json.dump();
  fail_usage("expected a text, number, true or false for {}, found {}", field, json.type_name());
}

}  // namespace

std::vector<std::string> json_texts(std::string_view field, const nlohmann::json& json) {
  if (!json.is_array()) return {scalar_text(field, json)};
  std::vector<std::string> texts;
  for (const nlohmann::json& item : json) texts.push_back(scalar_text(field, item));
  return texts;
}

}  // namespace heed
