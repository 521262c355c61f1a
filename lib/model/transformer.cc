#include "model/transformer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "util/error.h"

namespace heed {

namespace {

std::vector<int> sentence_of_rows(const Ragged& target) {
  std::vector<int> sentences(target.rows());
  for (int sentence = 0; sentence < target.size(); ++sentence) {
    std::fill(sentences.begin() + target.offsets[sentence],
              sentences.begin() + target.offsets[sentence + 1], sentence);
  }
  return sentences;
}

/// Widths are checked before any layer is built on them.
const ModelOptions& checked(const ModelOptions& options) {
  if (options.dim_emb % options.transformer_heads == 0) return options;
  fail_usage("expected --dim-emb to be a multiple of --transformer-heads, found {} and {}",
             options.dim_emb, options.transformer_heads);
}

/// Positions that are added to embeddings, or none.
std::unique_ptr<PositionEncoding> make_positions(const ModelOptions& options,
                                                 Parameters& parameters) {
  const bool learned = options.positions == Positions::kLearned;
  const bool halves = options.positions == Positions::kSinusoidalHalves;
  if (!learned && !halves && options.positions != Positions::kSinusoidal) return nullptr;
  return std::make_unique<PositionEncoding>(
      parameters, "positions", options.dim_emb,
      PositionEncoding::Shape{learned ? options.max_positions : 0, halves});
}

}  // namespace

struct Transformer::State : DecoderState {
  State(int size, int reach) : sentences(size), past(size, reach) {
    std::iota(sentences.begin(), sentences.end(), 0);
  }

  std::vector<Var> source_memories;
  std::vector<LayerMemory> memories;
  std::span<const int> offsets;  ///< Of the source.
  std::vector<int> sentences;    ///< Of each row.
  Past past;
};

Transformer::Transformer(const ModelOptions& options, const Vocabularies& vocabularies,
                         Parameters& parameters)
    : EncoderDecoder(checked(options), vocabularies, parameters),
      positions_(make_positions(options, parameters)),
      encoder_positions_(make_relative(parameters, "encoder.positions", false)),
      decoder_positions_(make_relative(parameters, "decoder.positions", true)) {
  for (int layer = 0; layer < options.enc_depth; ++layer) {
    encoder_.push_back(make_encoder_layer(parameters, fmt::format("encoder.{}", layer)));
  }
  for (int layer = 0; layer < options.dec_depth; ++layer) {
    decoder_.push_back(make_decoder_layer(parameters, fmt::format("decoder.{}", layer)));
  }
  if (options.norm == NormPlacement::kPost) return;
  const Normalization norm(
      options.norm == NormPlacement::kRms ? Normalization::kRms : Normalization::kLayer,
      options.norm_epsilon);
  encoder_norm_ = std::make_unique<Norm>(parameters, "encoder.norm", options.dim_emb, norm);
  decoder_norm_ = std::make_unique<Norm>(parameters, "decoder.norm", options.dim_emb, norm);
}

Sublayer Transformer::make_frame(Parameters& parameters, const std::string& name) const {
  return {parameters,     name + ".norm",    options().dim_emb,
          options().norm, options().dropout, options().norm_epsilon};
}

FeedForwardLayer Transformer::make_feed_forward(Parameters& parameters,
                                                const std::string& name) const {
  return {parameters,
          name + ".feed_forward",
          {options().dim_emb, options().transformer_dim_ffn, options().activation,
           options().dropout_ffn}};
}

RelativePositions Transformer::make_relative(Parameters& parameters, const std::string& name,
                                             bool causal) const {
  return {parameters,
          name,
          {options().positions, options().transformer_heads, shape(causal).head_width(), causal}};
}

SequenceShape Transformer::shape(bool causal) const {
  return {
      options().dim_emb,
      options().transformer_heads,
      options().kv_heads,
      options().attention_window_width,
      options().dropout_attention,
      options().attention_normalizer,
      options().positions,
      causal,
      {options().dim_emb,
       options().average_dim_ffn > 0 ? options().average_dim_ffn : options().transformer_dim_ffn,
       options().average_activation, options().dropout_ffn}};
}

Transformer::EncoderLayer Transformer::make_encoder_layer(Parameters& parameters,
                                                          const std::string& name) const {
  const auto& self =
      sequence_attention(options().encoder_attention, AttentionPlace::kEncoder, shape(false));
  return {self.make_self(parameters, name + ".self_attention", shape(false)),
          make_feed_forward(parameters, name), make_frame(parameters, name + ".self_attention"),
          make_frame(parameters, name + ".feed_forward")};
}

Transformer::DecoderLayer Transformer::make_decoder_layer(Parameters& parameters,
                                                          const std::string& name) const {
  const auto& self =
      sequence_attention(options().decoder_attention, AttentionPlace::kDecoder, shape(true));
  const auto& cross =
      sequence_attention(options().cross_attention, AttentionPlace::kCross, shape(false));
  return {self.make_self(parameters, name + ".self_attention", shape(true)),
          cross.make_cross(parameters, name + ".cross_attention", shape(false)),
          make_feed_forward(parameters, name),
          make_frame(parameters, name + ".self_attention"),
          make_frame(parameters, name + ".cross_attention"),
          make_frame(parameters, name + ".feed_forward")};
}

// Dropout of the sum of embeddings, times √D, and positions (Vaswani et al. 2017, 3.4, 3.5, 5.4).
Var Transformer::embed(Var embedded, const Indices& places) const {
  return dropout(positions_ == nullptr ? embedded : (*positions_)(embedded, places),
                 options().dropout);
}

// x = LayerNorm(x + Sublayer(x)) of self-attention and FFN in turn (Vaswani et al. 2017, 3.1), or
// with the norm where `norm` puts it (Sublayer).
Var Transformer::run(const EncoderLayer& layer, Var x, const SelfRows& rows) {
  const Sublayer& attention = layer.attention_frame;
  x = attention.output(x, (*layer.attention)(attention.input(x), rows, nullptr));
  const Sublayer& feed_forward = layer.feed_forward_frame;
  return feed_forward.output(x, layer.feed_forward(feed_forward.input(x)));
}

// N are the source tokens.
Encoded Transformer::run_encoder(Tape& tape, const Ragged& source) const {
  SelfRows rows = sentence_rows(tape, source.offsets, false, encoder_.front().attention->reach());
  rows.relative = encoder_positions_.terms(tape, rows);
  Var x = embed(embed_source(tape, source.ids), rows.places);  // [N, D]
  for (const EncoderLayer& layer : encoder_) {
    x = tape.recompute([&layer, x, rows] { return std::array{run(layer, x, rows)}; })[0];
  }
  return {encoder_norm_ == nullptr ? x : (*encoder_norm_)(x), {}, source.offsets};
}

std::vector<Var> Transformer::remember(const Encoded& encoded) const {
  std::vector<Var> memories;
  for (const DecoderLayer& layer : decoder_) {
    memories.push_back(layer.cross_attention->remember(encoded.states));  // [S, 2·G·d]
  }
  return memories;
}

// Masked self-attention, attention to the encoder's states, FFN (Vaswani et al. 2017, 3.1).
CrossAttention::Output Transformer::run(const DecoderLayer& layer, Var x,
                                        const DecoderContext& context) {
  const Var self = (*layer.self_attention)(layer.self_frame.input(x), context.rows, context.memory);
  x = layer.self_frame.output(x, self);
  const CrossAttention::Output cross =
      (*layer.cross_attention)(layer.cross_frame.input(x), context.source_memory, context.source);
  x = layer.cross_frame.output(x, cross.x);
  const Var deep = layer.feed_forward(layer.feed_forward_frame.input(x));
  return {layer.feed_forward_frame.output(x, deep), cross.weights};
}

// R are all target tokens of a batch or those of one step, S the source tokens.
Decoded Transformer::run_decoder(const DecoderInput& input) const {
  Decoded result{{}, {{}, input.source}};
  Var x = embed(input.words, input.rows.places);  // [R, D]
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const DecoderLayer& layer = decoder_[i];
    DecoderContext context{input.rows, input.source, {}, {}};
    if (!input.memories.empty()) context.memory = &input.memories[i];
    if (!input.source_memories.empty()) context.source_memory = input.source_memories[i];
    const auto outputs = x.tape().recompute([&layer, x, context, states = input.states] {
      DecoderContext whole = context;
      if (states) whole.source_memory = layer.cross_attention->remember(states);
      const CrossAttention::Output output = run(layer, x, whole);
      return std::array{output.x, output.weights};
    });
    x = outputs[0];
    result.attention.weights.push_back(outputs[1]);  // [input.source.weights, H]
  }
  result.hidden = decoder_norm_ == nullptr ? x : (*decoder_norm_)(x);  // [R, D]
  return result;
}

std::int64_t Transformer::attention_weights(const Ragged& source, const Ragged& target) const {
  std::int64_t weights = 0;  // of one head
  for (const EncoderLayer& layer : encoder_) {
    weights += self_weights(source.offsets, false, layer.attention->reach());
  }
  for (const DecoderLayer& layer : decoder_) {
    weights += self_weights(target.offsets, true, layer.self_attention->reach());
    weights += pairs_of(source.offsets, target.offsets);
  }
  return options().transformer_heads * weights;
}

// Teacher forcing: all R target tokens at once, each of which sees those before it.
Decoded Transformer::decode(Tape& tape, const Encoded& encoded, const Ragged& target) const {
  const Var words = embed_target(tape, shifted(tape, target));  // [R, D]
  const QueryRows source = sentence_spans(tape, sentence_of_rows(target), encoded.offsets);
  SelfRows rows =
      sentence_rows(tape, target.offsets, true, decoder_.front().self_attention->reach());
  rows.relative = decoder_positions_.terms(tape, rows);
  return run_decoder({words, rows, source.spans, encoded.states, {}, {}});
}

std::unique_ptr<DecoderState> Transformer::start(const Encoded& encoded,
                                                 std::unique_ptr<DecoderState> used) const {
  auto state = std::make_unique<State>(encoded.size(), decoder_.front().self_attention->past());
  state->source_memories = remember(encoded);
  if (used != nullptr) state->memories = std::move(static_cast<State&>(*used).memories);
  for (LayerMemory& memory : state->memories) memory.clear();
  for (std::size_t layer = state->memories.size(); layer < decoder_.size(); ++layer) {
    Backend& backend = encoded.states.tape().backend();
    state->memories.push_back(decoder_[layer].self_attention->start(backend));
  }
  state->offsets = encoded.offsets;
  return state;
}

Decoded Transformer::step(Tape& tape, DecoderState& decoder_state, const NextTokens& next) const {
  auto& state = static_cast<State&>(decoder_state);
  SelfRows rows = state.past.advance(tape, next.parents);
  rows.relative = decoder_positions_.terms(tape, rows);
  std::vector<int> sentences;
  for (const int parent : next.parents.host) sentences.push_back(state.sentences[parent]);
  state.sentences = std::move(sentences);
  const QueryRows source = sentence_spans(tape, state.sentences, state.offsets);
  const Var words = embed_target(tape, next.tokens);  // [R, D]
  return run_decoder({words, rows, source.spans, {}, state.source_memories, state.memories});
}

}  // namespace heed
