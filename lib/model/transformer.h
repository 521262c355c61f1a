#pragma once

#include <memory>
#include <vector>

#include "model/encoder_decoder.h"
#include "nn/positions.h"
#include "nn/relative_positions.h"
#include "nn/sequence_attention.h"

namespace heed {

/// The Transformer (Vaswani et al. 2017), with the norm after each sublayer as in the paper or
/// before it (Xiong et al. 2020), and a variant of attention at each of its three places.
class Transformer : public EncoderDecoder {
 public:
  Transformer(const ModelOptions& options, const Vocabularies& vocabularies,
              Parameters& parameters);

  Decoded decode(Tape& tape, const Encoded& encoded, const Ragged& target) const override;
  std::unique_ptr<DecoderState> start(const Encoded& encoded,
                                      std::unique_ptr<DecoderState> used) const override;
  Decoded step(Tape& tape, DecoderState& state, const NextTokens& next) const override;

 private:
  Encoded run_encoder(Tape& tape, const Ragged& source) const override;

  struct EncoderLayer {
    std::unique_ptr<SelfAttention> attention;
    FeedForwardLayer feed_forward;
    Sublayer attention_frame, feed_forward_frame;
  };
  struct DecoderLayer {
    std::unique_ptr<SelfAttention> self_attention;
    std::unique_ptr<CrossAttention> cross_attention;
    FeedForwardLayer feed_forward;
    Sublayer self_frame, cross_frame, feed_forward_frame;
  };
  /// What the decoder's layers read.
  struct DecoderInput {
    Var words;  ///< [R, D]: embedded target tokens.
    const SelfRows& rows;
    AttentionSpans source;
    Var states;                            ///< [S, D]: of the encoder, when training.
    std::span<const Var> source_memories;  ///< Else of each layer: keys and values of the source.
    std::span<LayerMemory> memories;       ///< Of each layer, when decoding step by step.
  };
  /// What a decoder layer reads beside x.
  struct DecoderContext {
    SelfRows rows;
    AttentionSpans source;
    Var source_memory;              ///< [S, 2·G·d]
    LayerMemory* memory = nullptr;  ///< When decoding step by step.
  };
  struct State;

  EncoderLayer make_encoder_layer(Parameters& parameters, const std::string& name) const;
  DecoderLayer make_decoder_layer(Parameters& parameters, const std::string& name) const;
  Sublayer make_frame(Parameters& parameters, const std::string& name) const;
  FeedForwardLayer make_feed_forward(Parameters& parameters, const std::string& name) const;
  RelativePositions make_relative(Parameters& parameters, const std::string& name,
                                  bool causal) const;
  SequenceShape shape(bool causal) const;
  std::int64_t attention_weights(const Ragged& source, const Ragged& target) const override;
  Var embed(Var embedded, const Indices& places) const;
  std::vector<Var> remember(const Encoded& encoded) const;
  static Var run(const EncoderLayer& layer, Var x, const SelfRows& rows);
  static CrossAttention::Output run(const DecoderLayer& layer, Var x,
                                    const DecoderContext& context);
  Decoded run_decoder(const DecoderInput& input) const;

  std::unique_ptr<PositionEncoding> positions_;  ///< Where they are added to embeddings.
  std::vector<EncoderLayer> encoder_;
  std::vector<DecoderLayer> decoder_;
  RelativePositions encoder_positions_, decoder_positions_;
  std::unique_ptr<Norm> encoder_norm_, decoder_norm_;  ///< After the last layer, unless post.
};

}  // namespace heed
