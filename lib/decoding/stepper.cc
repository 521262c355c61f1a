#include "decoding/stepper.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace heed {

std::vector<float> source_weights(const Encoded& encoded, const AttentionWeights& attention,
                                  const DecoderRow& row, const AttentionChoice& choice) {
  const auto layers = static_cast<int>(attention.weights.size());
  if (layers == 0) return {};
  const int layer = choice.layer > 0 ? choice.layer : default_alignment_layer(layers);
  const Var weights = attention.weights[layer - 1];
  if (!weights) return {};
  const AttentionSpan& span = attention.spans.rows.host[row.row];
  const int all = weights.cols(), heads = choice.head > 0 ? 1 : all;
  const int first_head = choice.head > 0 ? choice.head - 1 : 0;
  std::vector<float> block(static_cast<std::size_t>(heads) * span.keys);
  const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(all) * span.first_weight +
                               static_cast<std::ptrdiff_t>(first_head) * span.keys;
  weights.tape().backend().read({weights.value().data + begin, heads, span.keys}, block);

  const int first = encoded.offsets[row.sentence];
  const std::span<const int> given = std::span(encoded.source_offsets).subspan(row.sentence, 2);
  std::vector<float> result(given[1] - given[0], 0.0F);  // 0 for an </s> that was left out
  const std::span<const int> key_rows = attention.spans.key_rows.host;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const int key = span.first_key + static_cast<int>(i % span.keys);
    result[(key_rows.empty() ? key : key_rows[key]) - first] += block[i] / heads;
  }
  return result;
}

ModelStepper::ModelStepper(const EncoderDecoder& model, const AttentionChoice& choice)
    : model_(model),
      choice_(choice),
      encoder_tape_(model.parameters().backend()),
      tapes_{Tape(model.parameters().backend()), Tape(model.parameters().backend())} {
  const Vocabularies& vocabularies = model.vocabularies();
  shape_.vocabulary = vocabularies.target;
  shape_.start = vocabularies.start;
  shape_.eos = vocabularies.eos;
  const ModelOptions& options = model.options();
  if (options.type == ModelType::kTransformer && options.positions == Positions::kLearned) {
    shape_.max_tokens = options.max_positions - 1;
  }
}

void ModelStepper::begin(const Ragged& source, const Candidates& candidates) {
  encoder_tape_.reset();
  encoded_ = model_.encode(encoder_tape_, source);
  state_ = model_.start(encoded_, std::move(state_));
  shape_.source_lengths.clear();
  for (int b = 0; b < source.size(); ++b) shape_.source_lengths.push_back(source.length(b));
  sentences_.resize(source.size());
  std::iota(sentences_.begin(), sentences_.end(), 0);
  candidates_.clear();
  for (int b = 0; b < candidates.tokens.size(); ++b) {
    const std::span<const int> own = candidates.tokens[b], sample = candidates.sample[b];
    std::vector<int> all(own.begin(), own.end());
    all.insert(all.end(), sample.begin(), sample.end());
    candidates_.push_back({encoder_tape_.keep(all), static_cast<int>(own.size())});
  }
}

/// Sentence by sentence where each has its own candidates.
void ModelStepper::find_logits(Tape& tape) {
  const OutputLayer output = model_.output(tape);
  if (candidates_.empty()) return next_.set(tape, logits(decoded_.hidden, output).value());
  std::vector<CandidateLogits> parts;
  for (auto row = sentences_.begin(); row != sentences_.end();) {
    const auto end = std::find_if(row, sentences_.end(), [&](int other) { return other != *row; });
    const Var hidden = row_range(decoded_.hidden, static_cast<int>(row - sentences_.begin()),
                                 static_cast<int>(end - row));
    const auto& [all, count] = candidates_[*row];
    const Tensor both = selected_logits(hidden, output, all).value();
    CandidateLogits& part = parts.emplace_back();
    part.logits = both.col_range(0, count);
    part.tokens = all.range(0, count).host;
    if (both.cols > count) {
      part.sample = both.col_range(count, both.cols - count);
      part.others = shape_.vocabulary - count;
    }
    row = end;
  }
  next_.set(tape, std::move(parts));
}

void ModelStepper::step(std::span<const int> tokens, std::span<const int> parents) {
  turn_ = 1 - turn_;
  Tape& tape = tapes_[turn_];
  tape.reset();
  decoded_ = model_.step(tape, *state_, {tape.keep(tokens), tape.keep(parents)});

  std::vector<int> sentences(parents.size());
  for (std::size_t r = 0; r < parents.size(); ++r) sentences[r] = sentences_[parents[r]];
  sentences_ = std::move(sentences);

  find_logits(tape);
}

std::vector<float> ModelStepper::attention(int row) {
  return source_weights(encoded_, decoded_.attention, {row, sentences_[row]}, choice_);
}

}  // namespace heed
