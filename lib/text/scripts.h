#pragma once

#include <string_view>
#include <vector>

namespace heed {

/// Whether words of the character's script stand side by side without blanks, as in Chinese,
/// Japanese and Thai.
bool is_written_without_blanks(char32_t character);

/// Scripts that a text may be written in (Unicode Standard Annex #24).
class Scripts {
 public:
  /// Names of Unicode or of ISO 15924, such as "Latin", "Cyrl", "Han+Hiragana+Katakana". Throws
  /// UsageError for one that is none.
  explicit Scripts(std::string_view names);

  /// The share of the text's letters that are of these scripts, 0 to 1; of no letters all are. What
  /// all scripts use (µ) doesn't count.
  double share(std::string_view text) const;

 private:
  bool have(char32_t letter) const;

  std::vector<int> scripts_;
};

}  // namespace heed
