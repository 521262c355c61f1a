#include "text/languages.h"

#include <unicode/uloc.h>

namespace heed {

std::string three_letter_code(const std::string& language) {
  return language.size() == 2 ? uloc_getISO3Language(language.c_str()) : "";
}

}  // namespace heed
