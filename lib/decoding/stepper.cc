#include "decoding/stepper.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace heed {

namespace {

/// Rows that are searched and summed up at a time, in floats: as many as stay
/// in the cache.
constexpr int kCachedLogits = 1 << 17;

}  // namespace

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
      backend_(model.parameters().backend()),
      choice_(choice),
      encoder_tape_(backend_),
      tapes_{Tape(backend_), Tape(backend_)} {
  const Vocabularies& vocabularies = model.vocabularies();
  shape_.vocabulary = vocabularies.target;
  shape_.start = vocabularies.start;
  shape_.eos = vocabularies.eos;
  const ModelOptions& options = model.options();
  if (options.type == ModelType::kTransformer && options.positions == Positions::kLearned) {
    shape_.max_tokens = options.max_positions - 1;
  }
}

void ModelStepper::begin(const Ragged& source) {
  encoder_tape_.reset();
  encoded_ = model_.encode(encoder_tape_, source);
  state_ = model_.start(encoded_, std::move(state_));
  shape_.source_lengths.clear();
  for (int b = 0; b < source.size(); ++b) shape_.source_lengths.push_back(source.length(b));
  sentences_.resize(source.size());
  std::iota(sentences_.begin(), sentences_.end(), 0);
}

void ModelStepper::step(std::span<const int> tokens, std::span<const int> parents) {
  turn_ = 1 - turn_;
  Tape& tape = tapes_[turn_];
  tape.reset();
  decoded_ = model_.step(tape, *state_, {tape.keep(tokens), tape.keep(parents)});

  std::vector<int> sentences(parents.size());
  for (std::size_t r = 0; r < parents.size(); ++r) sentences[r] = sentences_[parents[r]];
  sentences_ = std::move(sentences);

  logits_ = logits(decoded_.hidden, model_.output(tape)).value();
  normalizers_.clear();
}

/// The k best of each row, and what makes log-probabilities of logits, beside
/// each other.
TopK ModelStepper::top(int k) {
  const int rows = logits_.rows, chunk = std::max(1, kCachedLogits / shape_.vocabulary);
  const int width = 2 * k + 2;
  const Tensor best = tapes_[turn_].allocate(rows, width);
  for (int first = 0; first < rows; first += chunk) {
    const Tensor part = logits_.row_range(first, std::min(chunk, rows - first));
    const Tensor found = best.row_range(first, part.rows);
    backend_.top_k(part, k, found.col_range(0, k), found.col_range(k, k));
    backend_.log_normalizers(part, found.col_range(2 * k, 2));
  }
  std::vector<float>& numbers = best_;
  numbers.resize(best.size());
  backend_.read(best, numbers);
  top_ids_.clear();
  top_values_.clear();
  normalizers_.clear();
  for (auto row = numbers.begin(); row != numbers.end(); row += width) {
    normalizers_.push_back({row[2 * k], row[2 * k + 1]});
    std::transform(row, row + k, std::back_inserter(top_ids_),
                   [](float id) { return static_cast<int>(id); });
    std::transform(row + k, row + 2 * k, std::back_inserter(top_values_), normalizers_.back());
  }
  return {top_ids_, top_values_};
}

const ModelStepper::Normalizer& ModelStepper::normalizer(int row) {
  if (normalizers_.empty()) top(1);
  return normalizers_[row];
}

float ModelStepper::log_probability(int row, int token) {
  float logit = 0;
  backend_.read(logits_.row_range(row, 1).col_range(token, 1), {&logit, 1});
  return normalizer(row)(logit);
}

void ModelStepper::log_probabilities(int row, std::span<float> all) {
  backend_.read(logits_.row_range(row, 1), all);
  std::transform(all.begin(), all.end(), all.begin(), normalizer(row));
}

std::vector<float> ModelStepper::attention(int row) {
  return source_weights(encoded_, decoded_.attention, {row, sentences_[row]}, choice_);
}

}  // namespace heed
