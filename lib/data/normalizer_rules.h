#pragma once

#include <string_view>

namespace heed {

/// Whether the rules of normalisation in the bytes of a SentencePiece model point only into
/// themselves. SentencePiece follows them unchecked, so a damaged or hostile model would have it
/// read anywhere in memory.
bool has_sound_rules(std::string_view model);

}  // namespace heed
