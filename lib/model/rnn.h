#pragma once

#include <memory>
#include <vector>

#include "model/encoder_decoder.h"
#include "model/stepwise_decoder.h"

namespace heed {

/// What models with a recurrent decoder have in common.
class RecurrentModel : public EncoderDecoder {
 public:
  Decoded decode(Tape& tape, const Encoded& encoded, const Ragged& target) const override;
  std::unique_ptr<DecoderState> start(const Encoded& encoded,
                                      std::unique_ptr<DecoderState> used) const override;
  Decoded step(Tape& tape, DecoderState& state, const NextTokens& next) const override;

 protected:
  using EncoderDecoder::EncoderDecoder;
  void set_decoder(std::unique_ptr<StepwiseDecoder> decoder) { decoder_ = std::move(decoder); }

 private:
  struct State;

  AttentionMemory remember(const Encoded& encoded) const;
  std::int64_t encoder_numbers() const override;
  std::int64_t attention_weights(const Ragged& source, const Ragged& target) const override;

  std::unique_ptr<StepwiseDecoder> decoder_;
};

/// Of each direction of the encoder.
inline int encoder_width(const ModelOptions& options) {
  return options.dim_rnn_encoder > 0 ? options.dim_rnn_encoder : options.dim_rnn;
}

/// Bidirectional recurrent encoder and recurrent decoder with attention (Bahdanau et al. 2015,
/// appendix A); RecurrentDecoder says which decoders there are. Other than in the paper, embeddings
/// are multiplied by √D, the decoder begins with the last states of both directions, and layers are
/// residual: one of the encoder where its input and both directions' states are equally wide, all
/// but the first of the decoder.
class RnnModel : public RecurrentModel {
 public:
  RnnModel(const ModelOptions& options, const Vocabularies& vocabularies, Parameters& parameters);

 private:
  Encoded run_encoder(Tape& tape, const Ragged& source) const override;

  struct EncoderLayer {
    RecurrentLayer forward, backward;
  };

  void add_encoder(Parameters& parameters);

  std::vector<EncoderLayer> encoder_;
};

}  // namespace heed
