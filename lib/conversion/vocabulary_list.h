#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversion/foreign_model.h"

namespace heed {

/// Pieces in the order of their numbers.
using VocabularyList = std::vector<std::string>;

/// Reads a list of pieces: JSON (a list, or an object of numbers by piece), YAML of Marian (a line
/// "piece: number" each) or text, a piece a line. Throws Error naming the file for a number twice
/// or left out.
VocabularyList read_vocabulary_list(const std::string& path);
/// The same of a file's text.
VocabularyList parse_vocabulary_list(std::string_view text, const std::string& path);

/// A .spm file.
struct SpmFile {
  std::string bytes, path;

  Tokenizer tokenizer() const { return Tokenizer(bytes, path); }
};
std::vector<SpmFile> read_spm_files(const std::vector<std::string>& paths);

/// The pieces in the order of their numbers, as a JSON list.
std::string list_text(const Tokenizer& tokenizer);

/// The words of a word model as Marian's vocab.yml.
std::string word_list_text(const Tokenizer& tokenizer);

/// A list of words, whose text comes as a model was trained on it: split at blanks, normalized and
/// maybe cut into pieces (subword-nmt's "un@@ do"), or with the codes by which to cut it.
struct WordList {
  VocabularyList words;
  std::string path;
  std::string codes{};  ///< The text of a file of subword-nmt.

  /// Of the file `codes`, where that isn't "". Throws Error for a list of SentencePiece's pieces,
  /// or without </s> or <unk>, which Nematus calls eos and UNK, and for damaged codes.
  static WordList read(const std::string& path, const std::string& codes = "");
  /// Of the first `size` words, as Marian reads them; where there are fewer, some are never read.
  Tokenizer tokenizer(std::size_t size) const;
};

/// Gives the model the lists' words (one list, or those of source and target), as many as it knows.
void use_words(ForeignModel& model, const std::vector<WordList>& lists);

/// SentencePiece models whose pieces have the numbers of lists.
struct ListedTokenizers {
  Tokenizers tokenizers;
  int source_items = 0, target_items = 0;  ///< Of the lists; more pieces come behind them.
};

/// `models` are one for both sides, or those of source and target. `tied`: both get as many pieces.
ListedTokenizers list_tokenizers(const std::vector<SpmFile>& models, const VocabularyList& source,
                                 const VocabularyList& target, bool tied);

/// Gives the pieces behind the lists, which the other tool takes for <unk>, its embedding, and no
/// chance in the output.
void extend_vocabulary(ForeignModel& model, const ListedTokenizers& listed);

/// The log-odds of what never comes: less than any, and finite in half precision.
inline constexpr float kNeverBias = -30000;

}  // namespace heed
