#pragma once

#include <memory>
#include <vector>

#include "model/encoder_decoder.h"
#include "nn/attention.h"
#include "nn/recurrent.h"

namespace heed {

/// Bidirectional recurrent encoder and recurrent decoder with attention (Bahdanau et al. 2015,
/// appendix A), or with the conditional GRU of Nematus (Sennrich et al. 2017). The readout is the
/// paper's: maxout of state, previous word and context (A.2.2).
class RnnModel : public EncoderDecoder {
 public:
  RnnModel(const ModelOptions& options, const Vocabularies& vocabularies, Parameters& parameters);

  Encoded encode(Tape& tape, const Ragged& source) const override;
  Decoded decode(Tape& tape, const Encoded& encoded, const Ragged& target) const override;
  std::unique_ptr<DecoderState> start(const Encoded& encoded) const override;
  Decoded step(Tape& tape, DecoderState& state, const NextTokens& next) const override;

 private:
  struct EncoderLayer {
    RecurrentLayer forward, backward;
  };
  /// The decoder's states of R rows: one a layer, and what attention remembers.
  struct States {
    std::vector<CellState> layers;
    Var history;
  };
  struct StepResult {
    Var state;  ///< [R, dim_rnn]: the top layer's.
    Attended attended;
  };
  struct State;

  void add_encoder(Parameters& parameters);
  void add_decoder(Parameters& parameters);
  AttentionMemory remember(const Encoded& encoded) const;
  States initial_states(Var summary) const;
  /// `input` [R, k · dim_rnn] is the words' part of the first cell's gates. States are replaced.
  StepResult advance(Var input, const QueryRows& rows, const AttentionMemory& memory,
                     States& states) const;
  Attended attend(Var state, const QueryRows& rows, const AttentionMemory& memory,
                  States& states) const;
  Var readout(Var state, Var word, Var context) const;

  std::vector<EncoderLayer> encoder_;
  std::unique_ptr<Linear> initial_;
  std::unique_ptr<Attention> attention_;
  std::unique_ptr<RecurrentCell> first_cell_;
  std::unique_ptr<RecurrentCell> second_cell_;  ///< After attention; conditional transition only.
  std::unique_ptr<Linear> context_;  ///< The context's part of first_cell_'s gates; single only.
  std::vector<std::unique_ptr<RecurrentCell>> upper_cells_;
  std::unique_ptr<Linear> readout_;
  float embedding_factor_;
};

}  // namespace heed
