#pragma once

#include <string_view>

#include "text/marked_text.h"

namespace heed {

/// Takes a paragraph of CommonMark (0.31, section 6) and its markup apart: emphasis, also with ~~,
/// links and images, code, tags, entities, hard line breaks. Time is in proportion to the text.
MarkedText read_markdown(std::string_view text);

}  // namespace heed
