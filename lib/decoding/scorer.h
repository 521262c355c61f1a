#pragma once

#include <span>
#include <vector>

#include "data/batch.h"
#include "decoding/alignment.h"
#include "decoding/beam.h"
#include "model/attention_choice.h"
#include "model/encoder_decoder.h"

namespace heed {

/// Scores given translations as the search would: with one pass over all their tokens (teacher
/// forcing) instead of step by step. Keeps its memory from batch to batch; belongs to one thread.
class Scorer {
 public:
  /// Hypotheses have the attention of `choice`.
  explicit Scorer(const EncoderDecoder& model, const AttentionChoice& choice = {});

  /// For each pair of the batch its target as a hypothesis, normalised by length^`normalize`, with
  /// attention if asked for.
  std::vector<Hypothesis> score(const Batch& batch, float normalize, bool attention = false);

  /// The attention of each choice, for a batch of one pair.
  std::vector<AttentionMatrix> attention(const Batch& pair,
                                         std::span<const AttentionChoice> choices);

 private:
  const EncoderDecoder& model_;
  const AttentionChoice choice_;
  Tape tape_;
};

}  // namespace heed
