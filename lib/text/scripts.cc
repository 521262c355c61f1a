#include "text/scripts.h"

#include <unicode/uscript.h>

#include "text/unicode.h"

namespace heed {

bool is_written_without_blanks(char32_t character) {
  return uscript_breaksBetweenLetters(static_cast<UScriptCode>(script_of(character))) != 0;
}

}  // namespace heed
