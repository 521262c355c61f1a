#pragma once

#include <string>
#include <string_view>

namespace heed {

/// The text for XML or HTML, between tags or in quotes. What they can't hold is U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace heed
