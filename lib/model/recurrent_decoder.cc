#include "model/recurrent_decoder.h"

#include <array>

#include "util/error.h"

namespace heed {

// A.2.2 is Bahdanau et al. 2015's. In shapes: R rows of a step, N rows of all steps, C the
// context's width, k gates of a cell: 3 of a GRU, 4 of an LSTM.

namespace {

void check_options(const ModelOptions& options) {
  const bool is_post = options.attention_timing == AttentionTiming::kPost;
  const bool is_conditional = options.dec_transition == Transition::kConditional;
  const bool is_gated = options.context_gate != ContextGate::kNone;
  const auto refuse = [](bool is_wrong, std::string_view what, std::string_view reason) {
    if (is_wrong) fail_usage("{} has no meaning: {}", what, reason);
  };
  refuse(is_post && options.attention == "none", "--attention-timing post with --attention none",
         "there is no context that could join the decoder's state; choose another --attention");
  refuse(is_post && is_conditional, "--attention-timing post with --dec-transition conditional",
         "the second cell reads a context that is only there after all cells; set "
         "--dec-transition single");
  refuse(options.input_feeding && !is_post, "--input-feeding with --attention-timing pre",
         "the attentional state that is fed exists with post alone; set --attention-timing post");
  refuse(is_gated && options.attention == "none", "--context-gate with --attention none",
         "there is no context to gate; choose another --attention");
  refuse(is_gated && is_post, "--context-gate with --attention-timing post",
         "no cell reads the context; set --attention-timing pre");
  refuse(is_gated && is_conditional, "--context-gate with --dec-transition conditional",
         "word and context enter different cells, so that there is no sum of both to balance; set "
         "--dec-transition single");
}

/// 1 − x
Var complement(Var x) {
  const Tensor ones = x.tape().allocate(x.rows(), x.cols());
  x.tape().backend().fill(ones, 1);
  return add(x.tape().constant(ones), scale(x, -1));
}

/// x side by side until it is `cols` wide.
Var repeat(Var x, int cols) { return concat_cols(std::vector<Var>(cols / x.cols(), x)); }

}  // namespace

RecurrentDecoder::RecurrentDecoder(const ModelOptions& options, Parameters& parameters,
                                   int source_width)
    : StepwiseDecoder((check_options(options), options), parameters, source_width) {
  const int width = options.dim_rnn;
  const int context = context_width();
  // W_s of A.2.2, [source width, layers · dim_rnn].
  initial_ = std::make_unique<Linear>(parameters, "decoder.initial", source_width,
                                      width * options.dec_depth);
  add_cells(parameters, context);
  const bool is_post = options.attention_timing == AttentionTiming::kPost;
  // U_o, V_o and C_o of A.2.2, one below the other.
  readout_ = std::make_unique<Linear>(parameters, "decoder.readout",
                                      width + options.dim_emb + (is_post ? 0 : context),
                                      2 * options.dim_emb);
}

void RecurrentDecoder::add_cells(Parameters& parameters, int context) {
  const int width = options().dim_rnn;
  CellShape shape{options().dim_emb, width, options().dec_cell == Cell::kLstm,
                  cell_norm_epsilon(options())};
  const int gates = (shape.is_lstm ? 4 : 3) * width;
  first_cell_ = make_cell(parameters, "decoder.0", shape);
  if (options().attention_timing == AttentionTiming::kPost) {
    attentional_ =
        std::make_unique<Linear>(parameters, "decoder.attentional", context + width, width, false);
    if (options().input_feeding) {
      feeding_ = std::make_unique<Linear>(parameters, "decoder.0.feeding", width, gates, false);
    }
  } else if (context > 0 && options().dec_transition == Transition::kConditional) {
    second_cell_ = make_cell(parameters, "decoder.0.conditional",
                             {context, width, shape.is_lstm, shape.norm_epsilon});
  } else if (context > 0) {
    // C_r, C_z and C of A.2.2, side by side.
    context_ = std::make_unique<Linear>(parameters, "decoder.0.context", context, gates, false);
  }
  if (options().context_gate != ContextGate::kNone) add_context_gate(parameters, context);
  shape.inputs = width;
  for (int layer = 1; layer < options().dec_depth; ++layer) {
    upper_cells_.push_back(make_cell(parameters, fmt::format("decoder.{}", layer), shape));
  }
}

void RecurrentDecoder::add_context_gate(Parameters& parameters, int context) {
  const std::string name = "decoder.0.context_gate";
  const int width = options().dim_rnn;
  context_gate_ =
      std::make_unique<Gate>(Gate{{parameters, name + ".word", options().dim_emb, width},
                                  {parameters, name + ".state", width, width, false},
                                  {parameters, name + ".context", context, width, false}});
}

// s_0 = tanh(W_s ←h_1) in A.2.2; here of [→h_S; ←h_1] and for each layer.
RecurrentDecoder::States RecurrentDecoder::start(Var summary) const {
  const int width = options().dim_rnn;
  Tape& tape = summary.tape();
  const Var projected = (*initial_)(summary);  // [R, layers · dim_rnn]
  States states;
  for (int layer = 0; layer < options().dec_depth; ++layer) {
    CellState state = first_cell_->zero_state(tape, summary.rows());
    const Var part = concat_cols(std::array{col_range(projected, layer * width, width)});
    state.hidden = activate(Activation::kTanh, part);  // [R, dim_rnn]
    states.layers.push_back(state);
  }
  return states;
}

// W_r e(y), W_z e(y), W e(y) of A.2.2, side by side: [N, dim_emb] → [N, k · dim_rnn].
RecurrentDecoder::Words RecurrentDecoder::project(Var words) const {
  return {first_cell_->project(words), context_gate_ ? context_gate_->word(words) : Var()};
}

// A.2.2, of a GRU, with a bias in each sum, which the paper leaves out:
//   r_i = σ(W_r e(y_{i−1}) + U_r s_{i−1} + C_r c_i)
//   z_i = σ(W_z e(y_{i−1}) + U_z s_{i−1} + C_z c_i)
//   s̃_i = tanh(W e(y_{i−1}) + r_i ∘ U s_{i−1} + C c_i), in the paper U (r_i ∘ s_{i−1})
//   s_i = z_i ∘ s_{i−1} + (1 − z_i) ∘ s̃_i, in the paper with z_i and 1 − z_i exchanged
// The terms of e(y_{i−1}) are words.gates, those of c_i `source`; the cell does the rest.
CellState RecurrentDecoder::single_cell(const Words& words, Var context,
                                        const CellState& state) const {
  if (context_ == nullptr) return first_cell_->step(words.gates, state);
  const Var source = (*context_)(context);  // [R, k · dim_rnn]
  if (context_gate_ == nullptr) return first_cell_->step(add(words.gates, source), state);
  const Var sum = add(words.context_gate, context_gate_->state(state.hidden));  // [R, dim_rnn]
  const Var gate = activate(Activation::kSigmoid, add(sum, context_gate_->context(context)));
  const Var z = repeat(gate, source.cols());  // [R, k · dim_rnn]: the context gate, not A.2.2's z
  const ContextGate kind = options().context_gate;
  const Var of_source = kind == ContextGate::kTarget ? source : multiply(z, source);
  if (kind == ContextGate::kSource) return first_cell_->step(add(words.gates, of_source), state);
  const Var target = kind == ContextGate::kBoth ? complement(z) : z;
  const Var of_words = multiply(target, words.gates);
  return first_cell_->step(add(of_words, of_source), state, target);
}

// Single: c_i by s_{i−1}, then s_i. Conditional: s'_i = cell_1(e(y_{i−1}), s_{i−1}), c_i by s'_i,
// s_i = cell_2(c_i, s'_i).
Attended RecurrentDecoder::advance_with_context(const Words& words, const QueryRows& rows,
                                                const AttentionMemory& memory,
                                                States& states) const {
  CellState& state = states.layers.front();
  if (options().dec_transition == Transition::kSingle) {
    const Attended attended = attend(state.hidden, rows, memory, states);
    state = single_cell(words, attended.context, state);
    return attended;
  }
  state = first_cell_->step(words.gates, state);
  const Attended attended = attend(state.hidden, rows, memory, states);
  if (second_cell_ != nullptr) {
    state = second_cell_->step(second_cell_->project(attended.context), state);
  }
  return attended;
}

Var RecurrentDecoder::advance_upper(States& states) const {
  Var top = states.layers.front().hidden;  // [R, dim_rnn]
  for (std::size_t layer = 0; layer < upper_cells_.size(); ++layer) {
    CellState& upper = states.layers[layer + 1];
    const Var below = dropout(top, options().dropout);
    upper = upper_cells_[layer]->step(upper_cells_[layer]->project(below), upper);
    top = add(top, upper.hidden);
  }
  return top;
}

RecurrentDecoder::Step RecurrentDecoder::advance(const Words& words, const QueryRows& rows,
                                                 const AttentionMemory& memory,
                                                 States& states) const {
  Step result;
  if (attentional_ == nullptr) {
    const Attended attended = advance_with_context(words, rows, memory, states);
    result = {advance_upper(states), attended.context, attended.weights};
  } else {
    CellState& first = states.layers.front();
    const bool has_fed = feeding_ != nullptr && states.attentional;
    first = first_cell_->step(
        has_fed ? add(words.gates, (*feeding_)(states.attentional)) : words.gates, first);
    const Var top = advance_upper(states);
    const Attended attended = attend(top, rows, memory, states);
    const Var both = concat_cols(std::array{attended.context, top});        // [R, C + dim_rnn]
    const Var joined = activate(Activation::kTanh, (*attentional_)(both));  // h̃_i [R, dim_rnn]
    if (feeding_ != nullptr) states.attentional = joined;
    result = {joined, {}, attended.weights};
  }
  ++states.step;
  return result;
}

// t̃_i = U_o s_i + V_o e(y_{i−1}) + C_o c_i + b [N, 2 · dim_emb], and t_i the larger of each two
// neighbours [N, dim_emb] (A.2.2).
Var RecurrentDecoder::readout(Var state, Var word, Var context) const {
  // [N, dim_rnn + dim_emb + C], or without C
  const Var all = context ? concat_cols(std::array{state, word, context})
                          : concat_cols(std::array{state, word});
  return dropout(maxout((*readout_)(dropout(all, options().dropout))), options().dropout);
}

}  // namespace heed
