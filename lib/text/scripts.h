#pragma once

namespace heed {

/// Whether words of the character's script stand side by side without blanks, as in Chinese,
/// Japanese and Thai.
bool is_written_without_blanks(char32_t character);

}  // namespace heed
