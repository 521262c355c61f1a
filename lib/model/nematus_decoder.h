#pragma once

#include <memory>
#include <vector>

#include "model/stepwise_decoder.h"

namespace heed {

/// The decoder of Nematus (Sennrich et al. 2017) and of Marian's s2s: one cell reads the word, its
/// state is attention's query, further cells read the context and then each other's states (deep
/// transition, Miceli Barone et al. 2017); layers above it are deep cells too. All layers, and an
/// LSTM's cells, begin with tanh(W h̄ + b), h̄ the mean of the encoder's states. Layer norm, where it
/// is, has a gain in cells and a bias too elsewhere.
class NematusDecoder : public StepwiseDecoder {
 public:
  /// Throws UsageError for options that mean nothing to it.
  NematusDecoder(const ModelOptions& options, Parameters& parameters, int source_width);

  States start(Var summary) const override;
  Words project(Var words) const override;
  Step advance(const Words& words, const QueryRows& rows, const AttentionMemory& memory,
               States& states) const override;
  /// tanh(W_1 e(y) + W_2 s + W_3 c + b)
  Var readout(Var state, Var word, Var context) const override;

  /// The cells of these options, all but for their inputs.
  static CellShape cell_shape(const ModelOptions& options, Cell cell, int width);

 private:
  Var advance_upper(States& states) const;

  NormedLinear initial_;
  std::unique_ptr<RecurrentCell> first_cell_, second_cell_;  ///< Before and after attention.
  std::vector<std::unique_ptr<RecurrentCell>> upper_cells_;
  NormedLinear word_, state_;
  std::unique_ptr<NormedLinear> context_;  ///< Where attention has a context.
};

}  // namespace heed
