#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/model_file.h"

namespace heed {

/// Reads a lexical shortlist of Marian for these vocabularies: text, "target source probability" a
/// line (lex.s2t), or binary, as Firefox and Bergamot have it (lex.50.50.deen.s2t.bin), which knows
/// no probabilities. Of text the 100 likeliest targets of a source token are taken and the first
/// 100 of the vocabulary, as Marian does; words that are no pieces are left out. Throws Error
/// naming the file for a damaged one.
Shortlist read_marian_shortlist(const std::string& path, const Tokenizers& tokenizers);
/// The same of a binary file's bytes.
Shortlist parse_marian_shortlist(std::span<const std::byte> file, const std::string& path,
                                 const Tokenizers& tokenizers);

/// The second number of a binary file: of the 64-bit words behind it.
std::uint64_t marian_checksum(std::span<const std::byte> bytes);

/// The shortlist as Marian's text. What is frequent comes as targets of </s>, which every sentence
/// has; a probability that nobody knows is 1.
std::string marian_shortlist_text(const ModelContents& contents);

}  // namespace heed
