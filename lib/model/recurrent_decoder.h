#pragma once

#include <memory>
#include <vector>

#include "heed/model_options.h"
#include "nn/attention.h"
#include "nn/recurrent.h"

namespace heed {

/// CellShape::norm_epsilon of these options.
inline float cell_norm_epsilon(const ModelOptions& options) {
  return options.layer_normalization ? options.norm_epsilon : 0;
}

/// One step of a recurrent decoder with attention, for R rows at a time.
///
/// With timing pre the context enters the first cell: a single cell reads the word and the context
/// of the state before (Bahdanau et al. 2015, A.2.2), or, conditional, one cell reads the word, its
/// state is the query, and a second cell reads the context (Nematus, Sennrich et al. 2017).
///
/// With timing post cells read words alone, the top state s_i is the query, and the attentional
/// state h̃_i = tanh(W_c [c_i; s_i]) (Luong et al. 2015, eq. 5) takes the place of state and context
/// in the readout, which is the same otherwise (Luong's has no word). Input feeding adds a
/// projection of h̃_{i−1} to the first cell's gates (3.3), which is to concatenate it to the word.
///
/// A context gate z_i = sigmoid(W e(y_{i−1}) + U s_{i−1} + C c_i + b), as wide as the state, scales
/// what a single cell reads in each of its gates (Tu et al. 2017): the context's part (source: z),
/// the word's and the state's (target: z), or both (1 − z on the target, z on the source).
class RecurrentDecoder {
 public:
  /// Throws UsageError for options that have no meaning together.
  RecurrentDecoder(const ModelOptions& options, Parameters& parameters, int source_width);

  /// What R rows carry from step to step.
  struct States {
    std::vector<CellState> layers;
    Var attentional;  ///< h̃, with input feeding; empty before the first step: zeros.
    Var history;      ///< What attention remembers.
    std::vector<AttentionSpan> spans;  ///< Of each row, which history refers to.
    int step = 0;                      ///< Tokens before the next one.
  };
  /// The words' part of a step, computed for all steps at once.
  struct Words {
    Var gates;         ///< [N, k · dim_rnn], of the first cell.
    Var context_gate;  ///< [N, dim_rnn], or empty.

    Words row_range(int first, int count) const;
  };
  struct Step {
    Var state;    ///< [R, dim_rnn]: the top layer's; with timing post h̃.
    Var context;  ///< [R, C]; empty where there is none, or it is in `state` already.
    Var weights;  ///< [rows.spans.weights, H], or empty.
  };

  AttentionMemory remember(const SourceStates& source) const {
    return attention_->remember(source);
  }
  /// States before the first token, tanh(W h + b) of the encoder's summaries [R, source width];
  /// LSTM cells begin at zero.
  States start(Var summary) const;
  Words project(Var words) const;
  /// `states` become those after the step.
  Step advance(const Words& words, const QueryRows& rows, const AttentionMemory& memory,
               States& states) const;
  /// What the output layer reads: maxout of state, word and context (Bahdanau et al. 2015, A.2.2,
  /// but of s_i, as eq. 4 has it, where A.2.2 writes s_{i−1}).
  Var readout(Var state, Var word, Var context) const;

  /// The first `count` rows, their states dropped out with one mask for all steps.
  void narrow(States& states, int count, std::uint64_t dropout_key) const;
  /// Row r becomes that of row parents[r], on `tape`.
  static void reorder(Tape& tape, States& states, const Indices& parents);

  int heads() const { return attention_->heads(); }  ///< Of the attention.

 private:
  void add_cells(Parameters& parameters, int context);
  void add_context_gate(Parameters& parameters, int context);
  Attended attend(Var query, const QueryRows& rows, const AttentionMemory& memory,
                  States& states) const;
  /// The first layer with its attention, and the layers above it, which return the top state.
  Attended advance_with_context(const Words& words, const QueryRows& rows,
                                const AttentionMemory& memory, States& states) const;
  CellState single_cell(const Words& words, Var context, const CellState& state) const;
  Var advance_upper(States& states) const;

  const ModelOptions options_;
  std::unique_ptr<Attention> attention_;
  std::unique_ptr<Linear> initial_;
  std::unique_ptr<RecurrentCell> first_cell_;
  std::unique_ptr<RecurrentCell> second_cell_;  ///< After attention; conditional transition only.
  std::unique_ptr<Linear> context_;  ///< The context's part of first_cell_'s gates; single only.
  std::unique_ptr<Linear> attentional_;  ///< W_c; timing post only.
  std::unique_ptr<Linear> feeding_;      ///< h̃'s part of first_cell_'s gates; input feeding only.
  struct Gate {
    Linear word, state, context;
  };
  std::unique_ptr<Gate> context_gate_;
  std::vector<std::unique_ptr<RecurrentCell>> upper_cells_;
  std::unique_ptr<Linear> readout_;
};

}  // namespace heed
