#pragma once

#include <vector>

#include "data/batch.h"
#include "decoding/beam.h"
#include "model/encoder_decoder.h"

namespace heed {

/// Scores given translations as the search would: with one pass over all their tokens (teacher
/// forcing) instead of step by step. Keeps its memory from batch to batch; belongs to one thread.
class Scorer {
 public:
  explicit Scorer(const EncoderDecoder& model);

  /// For each pair of the batch its target as a hypothesis, normalised by length^`normalize`, with
  /// attention if asked for.
  std::vector<Hypothesis> score(const Batch& batch, float normalize, bool attention = false);

 private:
  const EncoderDecoder& model_;
  Tape tape_;
};

}  // namespace heed
