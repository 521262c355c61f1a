#include "model/rnn.h"

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "util/error.h"

namespace heed {

namespace {

QueryRows rows_of(Tape& tape, std::span<const int> sentences, const Encoded& encoded) {
  return sentence_spans(tape, sentences, encoded.offsets);
}

/// For each row of the target in its own order: where its weights lie among the time-major ones.
AttentionSpans sentence_major(Tape& tape, std::span<const AttentionSpan> time_major,
                              std::span<const int> rows) {
  std::vector<AttentionSpan> spans(time_major.size());
  for (std::size_t i = 0; i < rows.size(); ++i) spans[rows[i]] = time_major[i];
  return {tape.keep(std::span<const AttentionSpan>(spans)), {}};
}

/// Row r of a ragged history [spans.weights(), k] becomes that of row parents[r].
Var reorder_history(Tape& tape, Var history, std::span<const AttentionSpan> before,
                    std::span<const int> parents) {
  std::vector<int> rows;
  for (const int parent : parents) {
    const AttentionSpan& span = before[parent];
    for (int key = 0; key < span.keys; ++key) rows.push_back(span.first_weight + key);
  }
  return gather_rows(tape.adopt(history), tape.keep(std::span<const int>(rows)));
}

/// Of each direction.
int encoder_width(const ModelOptions& options) {
  return options.dim_rnn_encoder > 0 ? options.dim_rnn_encoder : options.dim_rnn;
}

}  // namespace

struct RnnModel::State : DecoderState {
  AttentionMemory memory;
  const Encoded* encoded = nullptr;
  States states;
  std::vector<int> sentences;        ///< Of each row.
  std::vector<AttentionSpan> spans;  ///< Of each row, that history refers to.
};

RnnModel::RnnModel(const ModelOptions& options, const Vocabularies& vocabularies,
                   Parameters& parameters)
    : EncoderDecoder(options, vocabularies, parameters),
      embedding_factor_(std::sqrt(static_cast<float>(options.dim_emb))) {
  add_encoder(parameters);
  add_decoder(parameters);
}

void RnnModel::add_encoder(Parameters& parameters) {
  CellShape shape{options().dim_emb, encoder_width(options()), options().enc_cell == Cell::kLstm,
                  options().layer_normalization};
  for (int layer = 0; layer < options().enc_depth; ++layer) {
    const std::string name = fmt::format("encoder.{}", layer);
    encoder_.push_back(
        {RecurrentLayer(parameters, name + ".forward", shape, false, options().dropout_rnn),
         RecurrentLayer(parameters, name + ".backward", shape, true, options().dropout_rnn)});
    shape.inputs = 2 * shape.width;
  }
}

void RnnModel::add_decoder(Parameters& parameters) {
  const int width = options().dim_rnn, source = 2 * encoder_width(options());
  const int hidden = options().attention_dim > 0 ? options().attention_dim : width;
  attention_ = make_attention(
      options().attention, parameters, "attention",
      {width, source, hidden, options().attention_heads, options().dropout_attention});
  initial_ =
      std::make_unique<Linear>(parameters, "decoder.initial", source, width * options().dec_depth);
  const int context = attention_->context_width();
  CellShape shape{options().dim_emb, width, options().dec_cell == Cell::kLstm,
                  options().layer_normalization};
  first_cell_ = make_cell(parameters, "decoder.0", shape);
  const int gates = (shape.is_lstm ? 4 : 3) * width;
  if (context > 0 && options().dec_transition == Transition::kConditional) {
    second_cell_ = make_cell(parameters, "decoder.0.conditional",
                             {context, width, shape.is_lstm, shape.layer_norm});
  } else if (context > 0) {
    context_ = std::make_unique<Linear>(parameters, "decoder.0.context", context, gates, false);
  }
  shape.inputs = width;
  for (int layer = 1; layer < options().dec_depth; ++layer) {
    upper_cells_.push_back(make_cell(parameters, fmt::format("decoder.{}", layer), shape));
  }
  readout_ = std::make_unique<Linear>(parameters, "decoder.readout",
                                      width + options().dim_emb + context, 2 * options().dim_emb);
}

Encoded RnnModel::encode(Tape& tape, const Ragged& source) const {
  Encoded result{{}, {}, source.offsets};
  const TimeMajor time(source.offsets);
  Var states = dropout(embed_source(tape, source.ids, embedding_factor_), options().dropout);
  for (const EncoderLayer& layer : encoder_) {
    const RecurrentLayer::Output forward = layer.forward(states, time);
    const RecurrentLayer::Output backward = layer.backward(states, time);
    const Var both = concat_cols(std::array{forward.states, backward.states});
    const Var output = dropout(both, options().dropout);
    states = states.cols() == output.cols() ? add(states, output) : output;
    result.summary = concat_cols(std::array{forward.last, backward.last});
  }
  result.states = states;
  return result;
}

AttentionMemory RnnModel::remember(const Encoded& encoded) const {
  Tape& tape = encoded.states.tape();
  const std::span<const int> offsets = tape.keep(std::span<const int>(encoded.offsets));
  return attention_->remember({encoded.states, encoded.summary, offsets});
}

RnnModel::States RnnModel::initial_states(Var summary) const {
  const int width = options().dim_rnn;
  Tape& tape = summary.tape();
  const Var projected = (*initial_)(summary);
  States states;
  for (int layer = 0; layer < options().dec_depth; ++layer) {
    CellState state = first_cell_->zero_state(tape, summary.rows());
    const Var part = concat_cols(std::array{col_range(projected, layer * width, width)});
    state.hidden = activate(Activation::kTanh, part);
    states.layers.push_back(state);
  }
  return states;
}

Attended RnnModel::attend(Var state, const QueryRows& rows, const AttentionMemory& memory,
                          States& states) const {
  const Attended result = attention_->attend({state, rows, states.history}, memory);
  states.history = result.history;
  return result;
}

RnnModel::StepResult RnnModel::advance(Var input, const QueryRows& rows,
                                       const AttentionMemory& memory, States& states) const {
  CellState& state = states.layers.front();
  StepResult result;
  if (options().dec_transition == Transition::kSingle) {
    result.attended = attend(state.hidden, rows, memory, states);
    if (context_ != nullptr) input = add(input, (*context_)(result.attended.context));
    state = first_cell_->step(input, state);
  } else {
    state = first_cell_->step(input, state);
    result.attended = attend(state.hidden, rows, memory, states);
    if (second_cell_ != nullptr) {
      state = second_cell_->step(second_cell_->project(result.attended.context), state);
    }
  }
  result.state = state.hidden;
  for (std::size_t layer = 0; layer < upper_cells_.size(); ++layer) {
    CellState& upper = states.layers[layer + 1];
    const Var below = dropout(result.state, options().dropout);
    upper = upper_cells_[layer]->step(upper_cells_[layer]->project(below), upper);
    result.state = add(result.state, upper.hidden);
  }
  return result;
}

Var RnnModel::readout(Var state, Var word, Var context) const {
  const Var all = context ? concat_cols(std::array{state, word, context})
                          : concat_cols(std::array{state, word});
  return dropout(maxout((*readout_)(dropout(all, options().dropout))), options().dropout);
}

Decoded RnnModel::decode(Tape& tape, const Encoded& encoded, const Ragged& target) const {
  const TimeMajor time(target.offsets);
  const std::span<const int> order = tape.keep(std::span<const int>(time.order));
  const QueryRows all_rows = rows_of(tape, order, encoded);
  const AttentionMemory memory = remember(encoded);
  States states = initial_states(gather_rows(encoded.summary, order));

  const std::span<const int> time_major = tape.keep(std::span<const int>(time.forward));
  const Var words =
      dropout(gather_rows(embed_target(tape, shifted(tape, target), embedding_factor_), time_major),
              options().dropout);
  const Var inputs = first_cell_->project(words);
  const std::uint64_t dropout_key = tape.next_dropout_key();
  std::vector<Var> tops, contexts, weights;
  std::vector<AttentionSpan> spans;
  for (int step = 0; step < time.steps(); ++step) {
    const QueryRows rows = all_rows.first(time.live[step]);
    for (std::size_t layer = 0; layer < states.layers.size(); ++layer) {
      CellState& state = states.layers[layer];
      state =
          dropout(first_rows(state, time.live[step]), options().dropout_rnn, dropout_key + layer);
    }
    if (states.history) states.history = row_range(states.history, 0, rows.spans.weights());
    const Var input = row_range(inputs, time.first[step], time.live[step]);
    const StepResult result = advance(input, rows, memory, states);
    tops.push_back(result.state);
    if (result.attended.context) contexts.push_back(result.attended.context);
    if (!result.attended.weights) continue;
    const int first_weight = spans.empty() ? 0 : spans.back().first_weight + spans.back().keys;
    for (AttentionSpan span : rows.spans.rows) {
      span.first_weight += first_weight;
      spans.push_back(span);
    }
    weights.push_back(result.attended.weights);
  }
  const Var context = contexts.empty() ? Var() : concat_rows(contexts);
  const Var hidden = readout(concat_rows(tops), words, context);
  const std::vector<int> to_target = inverse(time.forward);
  Decoded decoded{gather_rows(hidden, tape.keep(std::span<const int>(to_target))), {}};
  if (!weights.empty()) {
    decoded.attention = {{concat_rows(weights)}, sentence_major(tape, spans, time.forward)};
  }
  return decoded;
}

std::unique_ptr<DecoderState> RnnModel::start(const Encoded& encoded) const {
  auto state = std::make_unique<State>();
  state->memory = remember(encoded);
  state->encoded = &encoded;
  state->states = initial_states(encoded.summary);
  state->sentences.resize(encoded.size());
  std::iota(state->sentences.begin(), state->sentences.end(), 0);
  return state;
}

Decoded RnnModel::step(Tape& tape, DecoderState& decoder_state, const NextTokens& next) const {
  auto& state = static_cast<State&>(decoder_state);
  States& states = state.states;
  for (CellState& layer : states.layers) layer = gather_rows(tape, layer, next.parents);
  if (states.history) {
    states.history = reorder_history(tape, states.history, state.spans, next.parents);
  }
  std::vector<int> sentences;
  for (const int parent : next.parents) sentences.push_back(state.sentences[parent]);
  state.sentences = std::move(sentences);

  const QueryRows rows = rows_of(tape, state.sentences, *state.encoded);
  state.spans.assign(rows.spans.rows.begin(), rows.spans.rows.end());
  const Var words = embed_target(tape, next.tokens, embedding_factor_);
  const StepResult result = advance(first_cell_->project(words), rows, state.memory, states);
  Decoded decoded{readout(result.state, words, result.attended.context), {}};
  if (result.attended.weights) decoded.attention = {{result.attended.weights}, rows.spans};
  return decoded;
}

}  // namespace heed
