#include "decoding/scorer.h"

#include <numeric>

#include "decoding/stepper.h"

namespace heed {

Scorer::Scorer(const EncoderDecoder& model, const AttentionChoice& choice)
    : model_(model), choice_(choice), tape_(model.parameters().backend()) {}

std::vector<Hypothesis> Scorer::score(const Batch& batch, float normalize, bool attention) {
  model_.expect_room_for(batch, false);
  tape_.reset();
  const Ragged& target = batch.target;
  const Encoded encoded = model_.encode(tape_, batch.source);
  const Decoded decoded = model_.decode(tape_, encoded, target);
  const Tensor likelihood =
      cross_entropy(decoded.hidden, model_.output(tape_), tape_.keep(target.ids), 0).likelihood;
  std::vector<float> words_of_all(likelihood.size());
  tape_.backend().read(likelihood, words_of_all);

  std::vector<Hypothesis> result(target.size());
  for (int b = 0; b < target.size(); ++b) {
    Hypothesis& h = result[b];
    const std::span<const int> tokens = target[b];
    const std::span<const float> words =
        std::span(words_of_all).subspan(target.offsets[b], tokens.size());
    h.tokens.assign(tokens.begin(), tokens.end() - 1);
    h.word_scores.assign(words.begin(), words.end());
    h.log_probability = std::accumulate(words.begin(), words.end(), 0.0);
    h.score = static_cast<float>(normalized_score(h.log_probability, target.length(b), normalize));
    for (int row = target.offsets[b]; attention && row < target.offsets[b + 1]; ++row) {
      h.attention.push_back(source_weights(encoded, decoded.attention, {row, b}, choice_));
    }
  }
  return result;
}

std::vector<AttentionMatrix> Scorer::attention(const Batch& pair,
                                               std::span<const AttentionChoice> choices) {
  model_.expect_room_for(pair, false);
  tape_.reset();
  const Encoded encoded = model_.encode(tape_, pair.source);
  const Decoded decoded = model_.decode(tape_, encoded, pair.target);
  std::vector<AttentionMatrix> result;
  for (const AttentionChoice& choice : choices) {
    AttentionMatrix& matrix = result.emplace_back();
    for (int row = 0; row < pair.target.rows(); ++row) {
      matrix.push_back(source_weights(encoded, decoded.attention, {row, 0}, choice));
    }
  }
  return result;
}

}  // namespace heed
