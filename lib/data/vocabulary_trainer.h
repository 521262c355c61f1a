#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "data/tokenizer.h"

namespace heed {

/// Lines that a vocabulary is trained on at most; of a longer text, so many random ones are taken.
inline constexpr std::size_t kMostVocabularyLines = 2'000'000;

/// Trains a vocabulary on `lines` lines, of which line(i) gives one, as vocab_size, vocab_type,
/// byte_fallback, normalizer, user_symbols and spm_options say. Numbers: 0 <unk>, 1 <s>, 2 </s>.
/// With identity, decode(encode(line)) is the line, but for repeated blanks; the other normalizers
/// have composed text. The result depends on lines and options only. Where the text has fewer
/// pieces than asked for, all are taken, which size() tells. Where it has more characters than fit,
/// the rare ones become bytes, if byte_fallback allows. Memory: `most_lines` lines. Throws Error on
/// a text without words, and UsageError if vocab_size can't hold the characters, or on spm_options
/// that SentencePiece doesn't take.
Tokenizer train_tokenizer(std::size_t lines, const std::function<std::string(std::size_t)>& line,
                          const DataOptions& options,
                          std::size_t most_lines = kMostVocabularyLines);

}  // namespace heed
