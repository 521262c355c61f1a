#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// What takes the compiler seconds is compiled in json.cc and not in each file that includes this.
namespace nlohmann {
extern template class detail::serializer<json>;
extern template class detail::serializer<ordered_json>;
extern template class detail::parser<json, detail::iterator_input_adapter<const char*>>;
extern template class detail::parser<json,
                                     detail::iterator_input_adapter<std::string::const_iterator>>;
extern template class detail::parser<ordered_json,
                                     detail::iterator_input_adapter<std::string::const_iterator>>;
}  // namespace nlohmann

namespace heed {

/// Strict JSON for files that may be damaged or hostile: a name may appear only once in an object,
/// and nesting is limited. Throws Error naming `where` and the byte at fault.
nlohmann::json parse_json(std::string_view text, std::string_view where);

/// A value as JSON on one line; invalid UTF-8 in strings becomes U+FFFD. Whole numbers and doubles
/// read back exactly. Throws Error on infinite numbers and NaN, which JSON can't hold.
std::string json_text(const nlohmann::json& value);

/// A string from a file as it may stand in a message: in double quotes, on one line, not too long.
std::string printable(std::string_view text);

}  // namespace heed
