#pragma once

#include <memory>
#include <vector>

#include "model/encoder_decoder.h"
#include "model/recurrent_decoder.h"

namespace heed {

/// Bidirectional recurrent encoder and recurrent decoder with attention (Bahdanau et al. 2015,
/// appendix A); RecurrentDecoder says which decoders there are. Other than in the paper, embeddings
/// are multiplied by √D, the decoder begins with the last states of both directions, and layers are
/// residual: one of the encoder where its input and both directions' states are equally wide, all
/// but the first of the decoder.
class RnnModel : public EncoderDecoder {
 public:
  RnnModel(const ModelOptions& options, const Vocabularies& vocabularies, Parameters& parameters);

  Encoded encode(Tape& tape, const Ragged& source) const override;
  Decoded decode(Tape& tape, const Encoded& encoded, const Ragged& target) const override;
  std::unique_ptr<DecoderState> start(const Encoded& encoded,
                                      std::unique_ptr<DecoderState> used) const override;
  Decoded step(Tape& tape, DecoderState& state, const NextTokens& next) const override;

 private:
  struct EncoderLayer {
    RecurrentLayer forward, backward;
  };
  struct State;

  void add_encoder(Parameters& parameters);
  AttentionMemory remember(const Encoded& encoded) const;
  std::int64_t attention_weights(const Ragged& source, const Ragged& target) const override;

  std::vector<EncoderLayer> encoder_;
  std::unique_ptr<RecurrentDecoder> decoder_;
};

}  // namespace heed
