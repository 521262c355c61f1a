#pragma once

#include <memory>
#include <vector>

#include "model/stepwise_decoder.h"

namespace heed {

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
class RecurrentDecoder : public StepwiseDecoder {
 public:
  /// Throws UsageError for options that have no meaning together.
  RecurrentDecoder(const ModelOptions& options, Parameters& parameters, int source_width);

  /// States before the first token, tanh(W h + b) of the encoder's summaries [R, source width];
  /// LSTM cells begin at zero.
  States start(Var summary) const override;
  Words project(Var words) const override;
  Step advance(const Words& words, const QueryRows& rows, const AttentionMemory& memory,
               States& states) const override;
  /// What the output layer reads: maxout of state, word and context (Bahdanau et al. 2015, A.2.2,
  /// but of s_i, as eq. 4 has it, where A.2.2 writes s_{i−1}).
  Var readout(Var state, Var word, Var context) const override;

 private:
  void add_cells(Parameters& parameters, int context);
  void add_context_gate(Parameters& parameters, int context);
  /// The first layer with its attention, and the layers above it, which return the top state.
  Attended advance_with_context(const Words& words, const QueryRows& rows,
                                const AttentionMemory& memory, States& states) const;
  CellState single_cell(const Words& words, Var context, const CellState& state) const;
  Var advance_upper(States& states) const;

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
