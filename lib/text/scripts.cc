#include "text/scripts.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <string>

#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

int script_named(std::string_view name) {
  const int script = u_getPropertyValueEnum(UCHAR_SCRIPT, std::string(name).c_str());
  if (script >= 0 && !name.empty()) return script;
  fail_usage(
      "expected a script as Unicode names it, such as Latin, Cyrillic, Arabic, Deva or "
      "Han+Hiragana+Katakana, found '{}'",
      name);
}

bool is_of_all_scripts(char32_t character) {
  const int script = script_of(character);
  return script == USCRIPT_COMMON || script == USCRIPT_INHERITED;
}

}  // namespace

bool is_written_without_blanks(char32_t character) {
  return uscript_breaksBetweenLetters(static_cast<UScriptCode>(script_of(character))) != 0;
}

Scripts::Scripts(std::string_view names) {
  for (const std::string_view name : split_fields(names, '+')) {
    scripts_.push_back(script_named(name));
  }
}

bool Scripts::have(char32_t letter) const {
  return std::ranges::any_of(scripts_, [&](int script) {
    return uscript_hasScript(static_cast<UChar32>(letter), static_cast<UScriptCode>(script)) != 0;
  });
}

double Scripts::share(std::string_view text) const {
  int letters = 0, own = 0;
  for (const char32_t character : decode_utf8(text)) {
    if (!is_letter(character)) continue;
    const bool is_own = have(character);
    if (!is_own && is_of_all_scripts(character)) continue;
    ++letters;
    own += is_own ? 1 : 0;
  }
  return letters == 0 ? 1 : static_cast<double>(own) / letters;
}

}  // namespace heed
