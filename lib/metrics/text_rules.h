#pragma once

#include <string>
#include <string_view>

namespace heed {

/// Replaces each occurrence of `from`, from left to right.
void replace_all(std::string& text, std::string_view from, std::string_view to);

/// Replaces &quot;, &amp;, &lt; and &gt;, in this order (so `&amp;lt;` becomes `<`).
void replace_entities(std::string& text);

/// mteval-v13a's rules for Western languages, which 13a, zh and Tercom's tokenizer share. Puts
/// spaces around ASCII punctuation except ' and -, around full stops and commas unless they stand
/// between digits, and around a hyphen after a digit. More than one space may result.
std::string split_western(std::string_view text);

/// The first step of split_western: spaces around ASCII punctuation except ' - . and ,
std::string split_ascii_punctuation(std::string_view text);

/// The other steps of split_western: full stops, commas, and hyphens after digits.
std::string split_stops(std::string_view text);

}  // namespace heed
