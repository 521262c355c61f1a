#include "model/rnn.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "model/recurrent_decoder.h"
#include "util/table.h"

namespace heed {

namespace {

QueryRows rows_of(Tape& tape, std::span<const int> sentences, const Encoded& encoded) {
  return sentence_spans(tape, sentences, encoded.offsets);
}

/// Cross-attention in the target's order, from the weights of all steps, one after the other, whose
/// row i is the target's row rows[i].
AttentionWeights in_target_order(std::span<const Var> steps, std::span<const AttentionSpan> spans,
                                 std::span<const int> rows) {
  const Var weights = concat_rows(steps);  // [weights of all rows, H]
  std::vector<AttentionSpan> blocks(spans.size());
  for (std::size_t i = 0; i < rows.size(); ++i) blocks[rows[i]] = spans[i];
  const Var ordered = gather_blocks(weights, blocks);  // [weights of all rows, H]
  std::int64_t first_weight = 0;
  for (AttentionSpan& block : blocks) {
    block.first_weight = first_weight;
    first_weight += block.keys;
  }
  return {{ordered}, keep_spans(weights.tape(), blocks)};
}

}  // namespace

struct RecurrentModel::State : DecoderState {
  AttentionMemory memory;
  const Encoded* encoded = nullptr;
  StepwiseDecoder::States states;
  std::vector<int> sentences;  ///< Of each row.
};

RnnModel::RnnModel(const ModelOptions& options, const Vocabularies& vocabularies,
                   Parameters& parameters)
    : RecurrentModel(options, vocabularies, parameters) {
  add_encoder(parameters);
  set_decoder(std::make_unique<RecurrentDecoder>(options, parameters, 2 * encoder_width(options)));
}

void RnnModel::add_encoder(Parameters& parameters) {
  CellShape shape{options().dim_emb, encoder_width(options()), options().enc_cell == Cell::kLstm,
                  cell_norm_epsilon(options())};
  for (int layer = 0; layer < options().enc_depth; ++layer) {
    const std::string name = fmt::format("encoder.{}", layer);
    encoder_.push_back(
        {RecurrentLayer(parameters, name + ".forward", shape, false, options().dropout_rnn),
         RecurrentLayer(parameters, name + ".backward", shape, true, options().dropout_rnn)});
    shape.inputs = 2 * shape.width;
  }
}

// h_j = [→h_j; ←h_j] (Bahdanau et al. 2015, A.2.1). The first layer reads e(x_j) √dim_emb, each
// other one the states below it. In shapes, N are the source tokens, and width is a direction's.
Encoded RnnModel::run_encoder(Tape& tape, const Ragged& source) const {
  Encoded result{{}, {}, source.offsets};
  const TimeMajor time(source.offsets);
  // [N, dim_emb], then [N, 2 · width]
  Var states = dropout(embed_source(tape, source.ids), options().dropout);
  for (const EncoderLayer& layer : encoder_) {
    const RecurrentLayer::Output forward = layer.forward(states, time);         // →h [N, width]
    const RecurrentLayer::Output backward = layer.backward(states, time);       // ←h [N, width]
    const Var both = concat_cols(std::array{forward.states, backward.states});  // [N, 2 · width]
    const Var output = dropout(both, options().dropout);
    states = states.cols() == output.cols() ? add(states, output) : output;
    // [→h_S; ←h_1] [B, 2 · width]; what stays is the last layer's
    result.summary = concat_cols(std::array{forward.last, backward.last});
  }
  result.states = states;
  return result;
}

AttentionMemory RecurrentModel::remember(const Encoded& encoded) const {
  const Indices offsets = encoded.states.tape().keep(encoded.offsets);
  return decoder_->remember({encoded.states, encoded.summary, offsets.host});
}

// Embeddings, and those in each direction's order; of each layer and direction both parts of the
// gates, and states as they come, in one piece, in the sentence's order and beside the other's.
std::int64_t RecurrentModel::encoder_numbers() const {
  const int gates = options().enc_cell == Cell::kLstm ? 4 : 3;
  const std::int64_t layer = std::int64_t{2} * encoder_width(options()) * (2 * gates + 4);
  return std::int64_t{3} * options().dim_emb + options().enc_depth * layer;
}

std::int64_t RecurrentModel::attention_weights(const Ragged& source, const Ragged& target) const {
  const bool has_scores =
      find_entry(attention_variants(), "attention", options().attention).uses.scores;
  return has_scores ? decoder_->heads() * pairs_of(source.offsets, target.offsets) : 0;
}

// Teacher forcing of N target tokens; a step has a row for each sentence that is still live. What
// does not depend on the step before, words and readout, is computed for all N at once.
Decoded RecurrentModel::decode(Tape& tape, const Encoded& encoded, const Ragged& target) const {
  const TimeMajor time(target.offsets);
  const Indices order = tape.keep(time.order);
  const QueryRows all_rows = rows_of(tape, time.order, encoded);  // B, the longest target first
  const AttentionMemory memory = remember(encoded);
  StepwiseDecoder::States states = decoder_->start(gather_rows(encoded.summary, order));

  const Indices time_major = tape.keep(time.forward);
  // [N, dim_emb], sentence-major, then time-major
  const Var embedded = embed_target(tape, shifted(tape, target));
  const Var words = dropout(gather_rows(embedded, time_major), options().dropout);
  const StepwiseDecoder::Words inputs = decoder_->project(words);
  const std::uint64_t dropout_key = tape.next_dropout_key();
  std::vector<Var> tops, contexts, weights;  // [live, dim_rnn], [live, C], [weights, H] a step
  std::vector<AttentionSpan> spans;
  std::int64_t first_weight = 0;
  for (int step = 0; step < time.steps(); ++step) {
    const int live = time.live[step];
    const QueryRows rows = all_rows.first(live);
    decoder_->narrow(states, live, dropout_key);
    const StepwiseDecoder::Step result =
        decoder_->advance(inputs.row_range(time.first[step], live), rows, memory, states);
    tops.push_back(result.state);
    if (result.context) contexts.push_back(result.context);
    if (!result.weights) continue;
    for (AttentionSpan span : rows.spans.rows.host) {
      span.first_weight += first_weight;
      spans.push_back(span);
    }
    first_weight += rows.spans.weights;
    weights.push_back(result.weights);
  }
  const Var context = contexts.empty() ? Var() : concat_rows(contexts);     // [N, C]
  const Var hidden = decoder_->readout(concat_rows(tops), words, context);  // [N, dim_emb]
  Decoded decoded{gather_rows(hidden, tape.keep(inverse(time.forward))), {}};
  if (!weights.empty()) decoded.attention = in_target_order(weights, spans, time.forward);
  return decoded;
}

std::unique_ptr<DecoderState> RecurrentModel::start(const Encoded& encoded,
                                                    std::unique_ptr<DecoderState> /*used*/) const {
  auto state = std::make_unique<State>();
  state->memory = remember(encoded);
  state->encoded = &encoded;
  state->states = decoder_->start(encoded.summary);
  state->sentences.resize(encoded.size());
  std::iota(state->sentences.begin(), state->sentences.end(), 0);
  return state;
}

Decoded RecurrentModel::step(Tape& tape, DecoderState& decoder_state,
                             const NextTokens& next) const {
  auto& state = static_cast<State&>(decoder_state);
  StepwiseDecoder::reorder(tape, state.states, next.parents);
  std::vector<int> sentences;
  for (const int parent : next.parents.host) sentences.push_back(state.sentences[parent]);
  state.sentences = std::move(sentences);

  const QueryRows rows = rows_of(tape, state.sentences, *state.encoded);
  const Var words = embed_target(tape, next.tokens);  // [R, dim_emb]
  const StepwiseDecoder::Step result =
      decoder_->advance(decoder_->project(words), rows, state.memory, state.states);
  Decoded decoded{decoder_->readout(result.state, words, result.context), {}};
  if (result.weights) decoded.attention = {{result.weights}, rows.spans};
  return decoded;
}

}  // namespace heed
