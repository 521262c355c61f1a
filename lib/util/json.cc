#include "util/json.h"

#include <cmath>
#include <set>
#include <vector>

#include "util/error.h"

namespace heed {
namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 32;
constexpr auto kReplace = json::error_handler_t::replace;

/// Follows the parser and stops it where nlohmann::json would take the last of several values
/// without a word, or nest without end.
class StrictEvents {
 public:
  explicit StrictEvents(std::string_view where) : where_(where) {}

  void operator()(json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (names_.size() == kDeepest) {
        fail("expected JSON of at most {} levels in {}, found more; it is damaged", kDeepest,
             where_);
      }
      names_.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      names_.pop_back();
    } else if (event == Event::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second) {
        fail("expected each name once in {}, found {} twice; it is damaged", where_,
             printable(name));
      }
    }
  }

 private:
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
  const auto follow = [&](int, json::parse_event_t event, json& parsed) {
    events(event, parsed);
    return true;
  };
  try {
    return json::parse(text, follow);
  } catch (const json::parse_error& error) {
    fail("expected JSON in {}, found a fault at its byte {}; it is damaged", where, error.byte);
  } catch (const json::exception&) {
    fail("expected JSON in {}, found a number out of range; it is damaged", where);
  }
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
