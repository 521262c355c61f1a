#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "autograd/ops.h"

namespace heed {

/// The source sentences that R query rows attend to: row r to all tokens of sentence sentences[r].
struct QueryRows {
  AttentionSpans spans;
  Indices sentences;

  /// The first `count` rows.
  QueryRows first(int count) const;
};

/// Throws an Error that names the longest line if so many numbers don't fit the machine's memory,
/// before any of it is asked for.
void expect_room(std::int64_t numbers, int longest);

/// Σ S·T: how many weights a head has if each target token attends to all of its source sentence.
std::int64_t pairs_of(std::span<const int> source_offsets, std::span<const int> target_offsets);

/// How many weights a head has over self_spans().
std::int64_t self_weights(std::span<const int> offsets, bool causal, int reach);

/// Query row r attends to sentence sentences[r] of a ragged batch with these offsets. Kept on
/// `tape`.
QueryRows sentence_spans(Tape& tape, std::span<const int> sentences, std::span<const int> offsets);

/// The mean of each sentence's rows: [N, D] → [B, D].
Var sentence_means(Var x, std::span<const int> offsets);

/// The rows of x [n, k] that belong to these blocks of weights, block after block. What a row has
/// for each key, weights of any number of heads or a history, moves as a whole.
Var gather_blocks(Var x, std::span<const AttentionSpan> blocks);

/// Each token of a ragged batch attends to its own sentence: to all of it, or (causal) to itself
/// and what stands before it, but no further than `reach` tokens to a side. Kept on `tape`.
AttentionSpans self_spans(Tape& tape, std::span<const int> offsets, bool causal,
                          int reach = std::numeric_limits<int>::max());

}  // namespace heed
