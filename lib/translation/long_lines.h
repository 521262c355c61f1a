#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoding/alignment.h"
#include "decoding/beam.h"

namespace heed {

/// Whether a piece is a byte of a character that has none, such as <0xC3>.
bool is_byte(std::string_view piece);

/// Cuts a sequence of pieces into parts of at most `most` (at least 1): where possible after the
/// end of a sentence, else after other punctuation, else between words, and between a character's
/// byte pieces only where nothing else is left. `words` gives the word of each piece
/// (Tokenizer::encode_words). Returns the end of each part; the last is pieces.size().
std::vector<int> split_pieces(std::span<const std::string> pieces, std::span<const int> words,
                              int most);

/// The translations of a line's parts as that of the line, without attention: tokens follow each
/// other, the last part's </s> ends them. Inner </s> count nowhere: log p is the word scores' sum;
/// penalties are added up.
Hypothesis join_parts(std::span<const Hypothesis* const> parts, float normalize);

/// The attention of join_parts: each part's weights stand in its own columns, the weight on its
/// </s> in the last column. `source_lengths` are those of the parts, without </s>. Needs the square
/// of the line's length.
AttentionMatrix join_attention(std::span<const Hypothesis* const> parts,
                               std::span<const int> source_lengths);

}  // namespace heed
