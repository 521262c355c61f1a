#include "model/nematus.h"

#include <fmt/core.h>

#include <array>

#include "model/nematus_decoder.h"
#include "nn/spans.h"

namespace heed {

NematusModel::NematusModel(const ModelOptions& options, const Vocabularies& vocabularies,
                           Parameters& parameters)
    : RecurrentModel(options, vocabularies, parameters),
      forward_(make_stack(parameters, false)),
      backward_(make_stack(parameters, true)) {
  set_decoder(std::make_unique<NematusDecoder>(options, parameters, 2 * encoder_width(options)));
}

NematusModel::Stack NematusModel::make_stack(Parameters& parameters, bool backward) const {
  CellShape shape =
      NematusDecoder::cell_shape(options(), options().enc_cell, encoder_width(options()));
  shape.inputs = options().dim_emb;
  Stack stack;
  for (int layer = 0; layer < options().enc_depth; ++layer) {
    const std::string name = fmt::format("encoder.{}.{}", layer, backward ? "backward" : "forward");
    stack.emplace_back(make_cells(parameters, name, shape, options().enc_cell_depth), backward,
                       options().dropout_rnn);
    shape.inputs = shape.width;
  }
  return stack;
}

// Each layer reads the states of the one below; with --skip they are added, but to the first's.
Var NematusModel::run(const Stack& stack, Var words, const TimeMajor& time) const {
  Var states;  // [N, width]
  for (const RecurrentLayer& layer : stack) {
    const Var below = states ? dropout(states, options().dropout) : words;
    const Var above = layer(below, time).states;
    states = states && options().skip ? add(above, below) : above;
  }
  return states;
}

// h_j = [→h_j; ←h_j], and of each sentence their mean (Sennrich et al. 2017, 2).
Encoded NematusModel::run_encoder(Tape& tape, const Ragged& source) const {
  const TimeMajor time(source.offsets);
  const Var words = dropout(embed_source(tape, source.ids), options().dropout);  // [N, dim_emb]
  const Var both = concat_cols(
      std::array{run(forward_, words, time), run(backward_, words, time)});  // [N, 2 · width]
  const Var states = dropout(both, options().dropout);
  return {states, sentence_means(states, source.offsets), source.offsets};
}

}  // namespace heed
