#pragma once

#include <span>
#include <vector>

#include "data/word_alignment.h"

namespace heed {

/// Attention of a translation: weights on the source tokens (columns) for each target token (rows),
/// </s> last on both sides. Each row sums to 1. Rows may be empty where a model has no attention.
using AttentionMatrix = std::vector<std::vector<float>>;

/// How many words each side has, without </s>.
struct WordCounts {
  int source = 0;
  int target = 0;
};

/// Attention between words from attention between pieces: a source word has the sum of its pieces'
/// weights, a target word the mean of its pieces' rows, so that rows still sum to 1. The maps give
/// the word of each piece, from 0, without </s> (Tokenizer::encode_words); </s> stays apart and
/// last. Words without pieces, also such as `least` says that there are, have weight 0 as source
/// and an empty row as target. Throws Error if the maps don't fit the matrix.
AttentionMatrix attention_by_word(const AttentionMatrix& pieces, std::span<const int> source_words,
                                  std::span<const int> target_words, WordCounts least = {});

/// For each target word the source word with most weight, the first of equals; </s> left out on
/// both sides. In order of source, then target.
HardAlignment hard_alignment(const AttentionMatrix& attention);

/// All links with at least so much weight, </s> left out on both sides. In order of source, then
/// target.
HardAlignment hard_alignment(const AttentionMatrix& attention, float threshold);

}  // namespace heed
