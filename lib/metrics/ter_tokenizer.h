#pragma once

#include <string>
#include <string_view>

namespace heed {

/// The options of Tercom's tokenizer; the defaults are Tercom's.
struct TercomOptions {
  /// Split punctuation off words and replace HTML entities.
  bool normalized = false;
  /// Delete punctuation.
  bool no_punctuation = false;
  /// Let the two options above include Chinese and Japanese: each ideograph is a word.
  bool asian_support = false;
  bool case_sensitive = false;
};

/// A sentence's words, with one space between them, as Tercom sees them.
std::string tokenize_tercom(std::string_view sentence, const TercomOptions& options);

}  // namespace heed
