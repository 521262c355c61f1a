#pragma once

#include <string>
#include <vector>

#include "conversion/foreign_model.h"

namespace heed {

/// Pieces in the order of their numbers.
using VocabularyList = std::vector<std::string>;

/// Reads a list of pieces: JSON (a list, or an object of numbers by piece), YAML of Marian (a line
/// "piece: number" each) or text, a piece a line. Throws Error naming the file for a number twice
/// or left out.
VocabularyList read_vocabulary_list(const std::string& path);

/// SentencePiece models whose pieces have the numbers of lists.
struct ListedTokenizers {
  Tokenizers tokenizers;
  int source_items = 0, target_items = 0;  ///< Of the lists; more pieces come behind them.
};

/// `models` are paths of one SentencePiece model, or of those of source and target. `tied`: both
/// get as many pieces.
ListedTokenizers list_tokenizers(const std::vector<std::string>& models,
                                 const VocabularyList& source, const VocabularyList& target,
                                 bool tied);

/// Gives the pieces behind the lists, which the other tool takes for <unk>, its embedding, and no
/// chance in the output.
void extend_vocabulary(ForeignModel& model, const ListedTokenizers& listed);

/// The log-odds of what never comes: less than any, and finite in half precision.
inline constexpr float kNeverBias = -30000;

}  // namespace heed
