#include "decoding/ensemble.h"

#include <algorithm>
#include <numeric>

namespace heed {

namespace {

/// Divided by their sum.
std::vector<float> shares(std::span<const float> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<float> result;
  for (const float weight : weights) result.push_back(static_cast<float>(weight / sum));
  return result;
}

}  // namespace

EnsembleStepper::EnsembleStepper(const EnsembleModels& ensemble, const AttentionChoice& choice)
    : weights_(shares(ensemble.weights)), tape_(ensemble.models.front()->parameters().backend()) {
  for (const EncoderDecoder* model : ensemble.models) members_.emplace_back(*model, choice);
  shape_ = members_.front().shape();
  for (const ModelStepper& member : members_) {
    shape_.max_tokens = std::min(shape_.max_tokens, member.shape().max_tokens);
  }
  next_ = members_.size() == 1 ? &members_.front().next() : &mean_;
}

void EnsembleStepper::begin(const Ragged& source, const Candidates& candidates) {
  for (ModelStepper& member : members_) member.begin(source, candidates);
  shape_.source_lengths = members_.front().shape().source_lengths;
  is_first_step_ = true;
}

/// Each model begins with the token that it was trained to begin with.
void EnsembleStepper::step(std::span<const int> tokens, std::span<const int> parents) {
  std::vector<Likelihoods*> next;
  for (ModelStepper& member : members_) {
    const std::vector<int> starts(is_first_step_ ? tokens.size() : 0, member.shape().start);
    member.step(is_first_step_ ? starts : tokens, parents);
    next.push_back(&member.next());
  }
  is_first_step_ = false;
  if (members_.size() == 1) return;
  tape_.reset();
  mean_.set_mean(tape_, next, weights_);
}

EnsembleScorer::EnsembleScorer(const EnsembleModels& ensemble, const AttentionChoice& choice)
    : weights_(shares(ensemble.weights)) {
  for (const EncoderDecoder* model : ensemble.models) members_.emplace_back(*model, choice);
}

std::vector<Hypothesis> EnsembleScorer::score(const Batch& batch, float normalize, bool attention) {
  std::vector<Hypothesis> result = members_.front().score(batch, normalize, attention);
  if (members_.size() == 1) return result;
  for (Hypothesis& h : result) {
    for (float& score : h.word_scores) score *= weights_.front();
  }
  for (std::size_t m = 1; m < members_.size(); ++m) {
    const std::vector<Hypothesis> own = members_[m].score(batch, normalize);
    for (std::size_t b = 0; b < own.size(); ++b) {
      std::ranges::transform(
          own[b].word_scores, result[b].word_scores, result[b].word_scores.begin(),
          [weight = weights_[m]](float score, float sum) { return sum + weight * score; });
    }
  }
  for (Hypothesis& h : result) {
    h.log_probability = std::accumulate(h.word_scores.begin(), h.word_scores.end(), 0.0);
    const int length = static_cast<int>(h.word_scores.size());
    h.score = static_cast<float>(normalized_score(h.log_probability, length, normalize));
  }
  return result;
}

}  // namespace heed
