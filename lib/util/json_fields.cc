#include "util/json_fields.h"

namespace heed {
namespace {

std::string scalar_text(std::string_view field, const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  fail_usage("expected a text, number, true or false for {}, found {}", field, value.type_name());
}

}  // namespace

std::vector<std::string> json_texts(std::string_view field, const nlohmann::json& value) {
  if (!value.is_array()) return {scalar_text(field, value)};
  std::vector<std::string> texts;
  for (const nlohmann::json& item : value) texts.push_back(scalar_text(field, item));
  return texts;
}

}  // namespace heed
