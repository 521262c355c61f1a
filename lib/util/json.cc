#include "util/json.h"

#include <cmath>
#include <cstddef>
#include <set>
#include <vector>

#include "util/error.h"

namespace nlohmann {
template class detail::serializer<json>;
template class detail::serializer<ordered_json>;
template class detail::parser<json, detail::iterator_input_adapter<const char*>>;
template class detail::parser<json, detail::iterator_input_adapter<std::string::const_iterator>>;
template class detail::parser<ordered_json,
                              detail::iterator_input_adapter<std::string::const_iterator>>;
}  // namespace nlohmann

namespace heed {
namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 32;
constexpr auto kReplace = json::error_handler_t::replace;

/// Reads along before a value is built, and stops where nlohmann::json would take the last of
/// several values without a word, or nest without end. (Its own callback looks through an object's
/// members after each of them: a file's header could take minutes.)
class StrictEvents final : public nlohmann::json_sax<json> {
 public:
  explicit StrictEvents(std::string_view where) : where_(where) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(json::number_integer_t) override { return true; }
  bool number_unsigned(json::number_unsigned_t) override { return true; }
  bool number_float(json::number_float_t, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (!names_.back().insert(name).second) {
      fail("expected each name once in {}, found {} twice; it is damaged", where_, printable(name));
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    if (const auto* const fault = dynamic_cast<const json::parse_error*>(&error)) {
      fail("expected JSON in {}, found a fault at its byte {}; it is damaged", where_, fault->byte);
    }
    fail("expected JSON in {}, found a number out of range; it is damaged", where_);
  }

 private:
  bool open() {
    if (names_.size() == kDeepest) {
      fail("expected JSON of at most {} levels in {}, found more; it is damaged", kDeepest, where_);
    }
    names_.emplace_back();
    return true;
  }
  bool close() {
    names_.pop_back();
    return true;
  }

  std::string_view where_;
  std::vector<std::set<std::string>> names_;  // of the objects that are open
};

void check_finite(const json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    fail("expected a finite number to save, found {}", value.get<double>());
  }
  if (!value.is_structured()) return;
  for (const json& item : value) check_finite(item);
}

}  // namespace

json parse_json(std::string_view text, std::string_view where) {
  StrictEvents events(where);
  json::sax_parse(text, &events);
  return json::parse(text);
}

std::string json_text(const json& value) {
  check_finite(value);
  return value.dump(-1, ' ', false, kReplace);
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string shown(text.substr(0, kLongest));
  if (text.size() > kLongest) shown += "...";
  return json(shown).dump(-1, ' ', false, kReplace);
}

}  // namespace heed
