#pragma once

#include <string_view>

#include "heed/translation.h"
#include "text/marked_text.h"

namespace heed {

/// Takes a text and its markup apart. Any valid UTF-8 is accepted: what is not closed is a tag to
/// the end of the text. Time is in proportion to the text.
MarkedText read_markup(std::string_view text, Markup markup);

}  // namespace heed
