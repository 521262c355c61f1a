#include "translation/continuations.h"

#include <string_view>

#include "text/scripts.h"
#include "text/unicode.h"
#include "translation/long_lines.h"

namespace heed {

namespace {

bool goes_on(std::string_view piece) {
  const std::u32string characters = decode_utf8(piece);
  if (characters.empty()) return true;
  const char32_t first = characters.front();
  return (is_letter(first) || is_number(first) || is_mark(first)) &&
         !is_written_without_blanks(first);
}

}  // namespace

std::vector<bool> find_continuations(const Tokenizer& tokenizer) {
  std::vector<bool> result(tokenizer.size());
  for (int id = 0; id < tokenizer.size(); ++id) {
    const std::string piece = tokenizer.piece(id);
    result[id] = id == tokenizer.bos_id() || is_byte(piece) || goes_on(piece);
  }
  return result;
}

}  // namespace heed
