#include "model/nematus_decoder.h"

#include <fmt/core.h>

#include "util/error.h"

namespace heed {

namespace {

const ModelOptions& checked_nematus(const ModelOptions& options) {
  const auto refuse = [](bool is_wrong, std::string_view what) {
    if (is_wrong) fail_usage("{} has no meaning with --type nematus; use --type rnn", what);
  };
  refuse(options.attention_timing == AttentionTiming::kPost, "--attention-timing post");
  refuse(options.input_feeding, "--input-feeding");
  refuse(options.context_gate != ContextGate::kNone, "--context-gate");
  const bool has_gru = options.enc_cell == Cell::kGru && options.dec_cell == Cell::kGru;
  if (options.nematus_normalization && !(options.layer_normalization && has_gru)) {
    fail_usage("expected --nematus-normalization with --layer-normalization and cells gru");
  }
  return options;
}

NormedLinear::Shape linear_shape(const ModelOptions& options) {
  return {cell_norm_epsilon(options), true, options.nematus_normalization};
}

}  // namespace

CellShape NematusDecoder::cell_shape(const ModelOptions& options, Cell cell, int width) {
  CellShape shape;
  shape.width = width;
  shape.is_lstm = cell == Cell::kLstm;
  shape.norm_epsilon = cell_norm_epsilon(options);
  shape.norm_bias = false;
  shape.splits_norms = options.nematus_normalization;
  return shape;
}

NematusDecoder::NematusDecoder(const ModelOptions& options, Parameters& parameters,
                               int source_width)
    : StepwiseDecoder(checked_nematus(options), parameters, source_width),
      initial_(parameters, "decoder.initial", source_width, options.dim_rnn, linear_shape(options)),
      word_(parameters, "decoder.readout.word", options.dim_emb, options.dim_emb,
            linear_shape(options)),
      state_(parameters, "decoder.readout.state", options.dim_rnn, options.dim_emb,
             linear_shape(options)) {
  CellShape shape = cell_shape(options, options.dec_cell, options.dim_rnn);
  shape.inputs = options.dim_emb;
  first_cell_ = make_cell(parameters, "decoder.0", shape);
  shape.inputs = options.dim_rnn;
  for (int layer = 1; layer < options.dec_depth; ++layer) {
    upper_cells_.push_back(make_cells(parameters, fmt::format("decoder.{}", layer), shape,
                                      options.dec_cell_high_depth));
  }
  shape.inputs = context_width();
  shape.bias_on_state = true;
  if (options.dec_cell_base_depth > 1) {
    second_cell_ =
        make_cells(parameters, "decoder.0.conditional", shape, options.dec_cell_base_depth - 1);
  }
  if (context_width() == 0) return;
  context_ = std::make_unique<NormedLinear>(parameters, "decoder.readout.context", context_width(),
                                            options.dim_emb, linear_shape(options));
}

StepwiseDecoder::States NematusDecoder::start(Var summary) const {
  const Var state = activate(Activation::kTanh, initial_(summary));  // [R, dim_rnn]
  const bool is_lstm = options().dec_cell == Cell::kLstm;
  States states;
  states.layers.assign(options().dec_depth, {state, is_lstm ? state : Var()});
  return states;
}

// [N, dim_emb] → [N, k · dim_rnn]
StepwiseDecoder::Words NematusDecoder::project(Var words) const {
  return {first_cell_->project(words), {}};
}

// s'_i = cell_1(e(y_{i−1}), s_{i−1}), c_i by s'_i, s_i = cell_n(… cell_2(c_i, s'_i)).
StepwiseDecoder::Step NematusDecoder::advance(const Words& words, const QueryRows& rows,
                                              const AttentionMemory& memory, States& states) const {
  CellState& state = states.layers.front();
  state = first_cell_->step(words.gates, state);
  const Attended attended = attend(state.hidden, rows, memory, states);
  if (second_cell_ != nullptr) {
    const bool reads = static_cast<bool>(attended.context);
    state = second_cell_->step(reads ? second_cell_->project(attended.context) : Var(), state);
  }
  const Var top = advance_upper(states);
  ++states.step;
  return {top, attended.context, attended.weights};
}

Var NematusDecoder::advance_upper(States& states) const {
  Var top = states.layers.front().hidden;  // [R, dim_rnn]
  for (std::size_t layer = 0; layer < upper_cells_.size(); ++layer) {
    CellState& upper = states.layers[layer + 1];
    const Var below = dropout(top, options().dropout);
    upper = upper_cells_[layer]->step(upper_cells_[layer]->project(below), upper);
    top = options().skip ? add(upper.hidden, below) : upper.hidden;
  }
  return top;
}

Var NematusDecoder::readout(Var state, Var word, Var context) const {
  const float rate = options().dropout;
  Var sum = add(word_(word), state_(dropout(state, rate)));  // [N, dim_emb]
  if (context) sum = add(sum, (*context_)(dropout(context, rate)));
  return dropout(activate(Activation::kTanh, sum), rate);
}

}  // namespace heed
