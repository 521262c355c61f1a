#include "text/languages.h"

#include <unicode/locid.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include "heed/languages.h"

namespace heed {

std::string three_letter_code(const std::string& language) {
  return language.size() == 2 ? uloc_getISO3Language(language.c_str()) : "";
}

std::string language_name(const std::string& code) {
  icu::UnicodeString text;
  std::string name;
  icu::Locale(code.c_str()).getDisplayName(icu::Locale::getEnglish(), text).toUTF8String(name);
  return name.empty() ? code : name;
}

}  // namespace heed
