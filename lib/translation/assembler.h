#pragma once

#include <span>
#include <vector>

#include "decoding/alignment.h"
#include "decoding/beam.h"
#include "heed/options.h"
#include "heed/translation.h"
#include "model/attention_choice.h"
#include "model/model_file.h"
#include "translation/placed_markup.h"
#include "translation/prepared_line.h"
#include "translation/restored_text.h"

namespace heed {

/// A line's text without markup, and of each sentence its first words in source and text.
struct RestoredLine : RestoredText {
  std::vector<std::pair<int, int>> starts{};
};

/// Makes of what the model said what people read: texts, words, alignments.
class Assembler {
 public:
  /// Both must outlive it.
  Assembler(const Tokenizers& tokenizers, const TranslateOptions& options)
      : tokenizers_(tokenizers), options_(options) {}

  /// `parts` has the hypotheses of each part of the line, best first.
  TranslatedLine assemble(const PreparedLine& line,
                          std::span<const std::vector<Hypothesis>> parts) const;

  /// A given translation's attention by some layers and heads, between units instead of pieces.
  /// The line is not split.
  PairAttention attention(const PreparedLine& line, std::span<const AttentionChoice> choices,
                          std::span<const AttentionMatrix> pieces) const;

 private:
  using Parts = std::span<const Hypothesis* const>;

  bool by_word() const { return options_.alignment_unit == AlignmentUnit::kWord; }
  std::vector<int> source_map(const PreparedLine& line) const;
  std::vector<std::string> source_units(const PreparedLine& line) const;
  std::vector<int> given_map(const PreparedLine& line) const;
  std::vector<std::string> given_units(const PreparedLine& line) const;
  RestoredLine restored(const PreparedLine& line, Parts parts) const;
  Translation translation(const PreparedLine& line, Parts parts) const;
  std::vector<std::string> doubts(const PreparedLine& line, Parts parts) const;
  std::string marked(const PreparedLine& line, Parts parts, const RestoredLine& restored) const;
  void align(const PreparedLine& line, Parts parts, const std::vector<int>& target_words,
             Translation& result) const;
  void link(const std::vector<std::pair<int, int>>& copied, Translation& result) const;

  const Tokenizers& tokenizers_;
  const TranslateOptions& options_;
};

}  // namespace heed
