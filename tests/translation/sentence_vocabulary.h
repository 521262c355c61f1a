#pragma once

#include "data/placeholders.h"
#include "data/vocabulary_trainer.h"
#include "heed/options.h"

namespace heed {

/// A vocabulary of a few English sentences, with placeholders or without.
inline const Tokenizer& sentence_vocabulary(bool with_placeholders) {
  const auto make = [](bool symbols) {
    DataOptions options;
    options.vocab_size = 340;
    if (symbols) options.user_symbols = placeholders();
    const char* const lines[] = {"A man sleeps, and a dog runs.", "The woman reads to the child.",
                                 "Two boys play here!", "Who jumps over there?"};
    return train_tokenizer(
        40, [&](std::size_t i) { return lines[i % 4]; }, options);
  };
  static const Tokenizer with = make(true), without = make(false);
  return with_placeholders ? with : without;
}

}  // namespace heed
