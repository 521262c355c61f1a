#pragma once

#include <string_view>

namespace heed {

/// The page of `heed serve`: app/page.html.
std::string_view page();

}  // namespace heed
