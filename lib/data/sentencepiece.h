#pragma once

#include <sentencepiece_processor.h>

#include <string>

namespace heed {

// What data/tokenizer.cc and data/vocabulary_trainer.cc, the only files with SentencePiece, share.

/// What SentencePiece says, without its source file: "Internal: file.cc(56) [condition] message".
/// Where there is no message it is the condition, in the names of its options.
std::string message_of(const sentencepiece::util::Status& status);

/// Keeps SentencePiece from writing to standard error.
void silence_sentencepiece();

}  // namespace heed
