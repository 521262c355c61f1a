#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// Splits a sentence into the tokens that BLEU counts; one space stands between two tokens.
using BleuTokenizer = std::function<std::string(std::string_view sentence)>;

/// mteval-v13a's tokenizer, the standard of WMT: ASCII punctuation is split off, except for the
/// apostrophe, the hyphen, and full stops and commas within numbers; four HTML entities are
/// replaced, `<skipped>` is deleted.
std::string tokenize_13a(std::string_view sentence);

/// mteval-v14's international tokenizer: Unicode punctuation is split off unless it stands beside
/// a number; Unicode symbols always are.
std::string tokenize_intl(std::string_view sentence);

/// Each character is a token.
std::string tokenize_char(std::string_view sentence);

/// Each Chinese character is a token; the rest is split as in 13a.
std::string tokenize_zh(std::string_view sentence);

/// The tokenizer of that name: none, 13a, intl, char or zh. Throws UsageError, with the valid
/// names, for another one.
BleuTokenizer make_bleu_tokenizer(std::string_view name);

/// The names that make_bleu_tokenizer knows.
std::vector<std::string_view> bleu_tokenizer_names();

}  // namespace heed
