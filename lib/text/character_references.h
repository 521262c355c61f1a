#pragma once

#include <cstddef>
#include <string_view>

namespace heed {

/// What stands for a character in HTML and XML, from & to ;.
struct CharacterReference {
  char32_t character = 0;  ///< 0: one that is not known.
  std::size_t size = 0;    ///< In bytes; 0: there is none.
};

/// The reference whose & stands at `at`: by number, or by one of the names of HTML 4 and XML.
CharacterReference character_reference_at(std::string_view text, std::size_t at);

}  // namespace heed
