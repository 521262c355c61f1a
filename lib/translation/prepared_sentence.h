#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tokenizer.h"
#include "text/copied_spans.h"

namespace heed {

/// A span of a sentence that comes out as it stands.
struct CopiedSpan {
  std::string text;
  int symbol = 0;               ///< The placeholder that stands for it, from 1; 0: it was cut out.
  int word = 0;                 ///< The sentence's word that it begins in, from 0.
  int after_word = -1;          ///< The word that it stands behind; -1: it is first.
  bool is_apart = true;         ///< Has a blank before it, or begins the sentence.
  bool is_before_mark = false;  ///< A punctuation mark follows without a blank.
};

/// One sentence as the model will read it. Words are those of the sentence as given, from 0.
struct PreparedSentence {
  std::vector<int> ids;            ///< Without </s>.
  std::vector<int> words;          ///< The word of each id.
  std::vector<CopiedSpan> copied;  ///< In order.
  std::vector<int> part_lengths;   ///< In ids, of its parts; one unless it is split.
  bool is_in_capitals = false;     ///< Is read in small letters; its translation gets capitals.
};

struct SentenceRules {
  bool folds_capitals = true;  ///< Sentences in capitals are read in small letters.
  bool copies_unknown = true;  ///< What spans_to_copy finds is not for the model.
};

/// `is_protected`: further spans of the text that come out as they stand, to the byte; in order,
/// and apart from each other. They may hold white space. Throws as Tokenizer::encode.
PreparedSentence prepare_sentence(std::string_view text, const Tokenizer& tokenizer,
                                  const SentenceRules& rules,
                                  std::span<const TextSpan> is_protected = {});

/// A sentence and its given translation: spans that both sides have become placeholders, where the
/// vocabulary has them; nothing is cut out. A side in capitals is read in small letters.
std::pair<PreparedSentence, PreparedSentence> prepare_sentence_pair(
    std::string_view source, std::string_view target, const Tokenizer& source_tokenizer,
    const Tokenizer& target_tokenizer, const SentenceRules& rules);

}  // namespace heed
