#pragma once

#include <string>

namespace heed {

/// The three-letter code (ISO 639-3) of a language's two-letter one, such as "deu" of "de"; "" of
/// what is none.
std::string three_letter_code(const std::string& language);

}  // namespace heed
