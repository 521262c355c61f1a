#pragma once

#include <string>

namespace heed {

/// The English name of a language by its code, such as "German" of "de"; the code itself where it
/// is not known.
std::string language_name(const std::string& code);

}  // namespace heed
