#include "model/transformer.h"

#include <cmath>
#include <numeric>

#include "util/error.h"

namespace heed {

namespace {

HeadShape head_shape(const ModelOptions& options) {
  return {options.dim_emb, options.transformer_heads, options.dropout_attention};
}

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
  if (options.transformer_heads > 0 && options.dim_emb % options.transformer_heads == 0) {
    return options;
  }
  fail_usage("expected --dim-emb to be a multiple of --transformer-heads, found {} and {}",
             options.dim_emb, options.transformer_heads);
}

}  // namespace

struct Transformer::State : DecoderState {
  std::vector<Var> memories;
  std::vector<KeyValueCache> caches;
  std::span<const int> offsets;        ///< Of the source.
  std::vector<int> sentences;          ///< Of each row.
  std::vector<std::vector<int>> past;  ///< Of each row: the cache's rows of its tokens.
};

Transformer::Transformer(const ModelOptions& options, const Vocabularies& vocabularies,
                         Parameters& parameters)
    : EncoderDecoder(checked(options), vocabularies, parameters),
      positions_(parameters, "positions", options.dim_emb,
                 options.positions == Positions::kLearned ? options.max_positions : 0),
      embedding_factor_(std::sqrt(static_cast<float>(options.dim_emb))) {
  for (int layer = 0; layer < options.enc_depth; ++layer) {
    encoder_.push_back(make_encoder_layer(parameters, fmt::format("encoder.{}", layer)));
  }
  for (int layer = 0; layer < options.dec_depth; ++layer) {
    decoder_.push_back(make_decoder_layer(parameters, fmt::format("decoder.{}", layer)));
  }
  if (options.norm == NormPlacement::kPost) return;
  const auto kind =
      options.norm == NormPlacement::kRms ? Normalization::kRms : Normalization::kLayer;
  encoder_norm_ = std::make_unique<Norm>(parameters, "encoder.norm", options.dim_emb, kind);
  decoder_norm_ = std::make_unique<Norm>(parameters, "decoder.norm", options.dim_emb, kind);
}

Sublayer Transformer::make_frame(Parameters& parameters, const std::string& name) const {
  return {parameters, name + ".norm", options().dim_emb, options().norm, options().dropout};
}

FeedForwardLayer Transformer::make_feed_forward(Parameters& parameters,
                                                const std::string& name) const {
  return {parameters,
          name + ".feed_forward",
          {options().dim_emb, options().transformer_dim_ffn, options().activation,
           options().dropout_ffn}};
}

Transformer::EncoderLayer Transformer::make_encoder_layer(Parameters& parameters,
                                                          const std::string& name) const {
  return {{parameters, name + ".self_attention", head_shape(options())},
          make_feed_forward(parameters, name),
          make_frame(parameters, name + ".self_attention"),
          make_frame(parameters, name + ".feed_forward")};
}

Transformer::DecoderLayer Transformer::make_decoder_layer(Parameters& parameters,
                                                          const std::string& name) const {
  return {{parameters, name + ".self_attention", head_shape(options())},
          {parameters, name + ".cross_attention", head_shape(options())},
          make_feed_forward(parameters, name),
          make_frame(parameters, name + ".self_attention"),
          make_frame(parameters, name + ".cross_attention"),
          make_frame(parameters, name + ".feed_forward")};
}

Var Transformer::embed(Var embedded, std::span<const int> positions) const {
  return dropout(positions_(embedded, embedded.tape().keep(positions)), options().dropout);
}

Encoded Transformer::encode(Tape& tape, const Ragged& source) const {
  const AttentionSpans spans = self_spans(tape, source.offsets, false);
  Var x = embed(embed_source(tape, source.ids, embedding_factor_), token_positions(source.offsets));
  for (const EncoderLayer& layer : encoder_) {
    const Sublayer& attention = layer.attention_frame;
    x = attention.output(x, layer.attention(attention.input(x), spans, nullptr));
    const Sublayer& feed_forward = layer.feed_forward_frame;
    x = feed_forward.output(x, layer.feed_forward(feed_forward.input(x)));
  }
  return {encoder_norm_ == nullptr ? x : (*encoder_norm_)(x), {}, source.offsets};
}

std::vector<Var> Transformer::remember(const Encoded& encoded) const {
  std::vector<Var> memories;
  for (const DecoderLayer& layer : decoder_) {
    memories.push_back(layer.cross_attention.remember(encoded.states));
  }
  return memories;
}

Decoded Transformer::run_decoder(const DecoderInput& input) const {
  Decoded result{{}, {{}, input.source}};
  Var x = input.x;
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const DecoderLayer& layer = decoder_[i];
    KeyValueCache* cache = input.caches == nullptr ? nullptr : &(*input.caches)[i];
    x = layer.self_frame.output(x,
                                layer.self_attention(layer.self_frame.input(x), input.self, cache));
    const EncoderAttention::Output cross =
        layer.cross_attention(layer.cross_frame.input(x), input.memories[i], input.source);
    result.attention.weights.push_back(cross.weights);
    x = layer.cross_frame.output(x, cross.x);
    x = layer.feed_forward_frame.output(x, layer.feed_forward(layer.feed_forward_frame.input(x)));
  }
  result.hidden = decoder_norm_ == nullptr ? x : (*decoder_norm_)(x);
  return result;
}

Decoded Transformer::decode(Tape& tape, const Encoded& encoded, const Ragged& target) const {
  const Var words = embed_target(tape, shifted(tape, target), embedding_factor_);
  const std::vector<Var> memories = remember(encoded);
  const QueryRows rows = sentence_spans(tape, sentence_of_rows(target), encoded.offsets);
  return run_decoder({embed(words, token_positions(target.offsets)),
                      self_spans(tape, target.offsets, true), rows.spans, memories, nullptr});
}

std::unique_ptr<DecoderState> Transformer::start(const Encoded& encoded) const {
  auto state = std::make_unique<State>();
  state->memories = remember(encoded);
  Backend& backend = encoded.states.tape().backend();
  for (std::size_t layer = 0; layer < decoder_.size(); ++layer) {
    state->caches.emplace_back(backend, 2 * options().dim_emb);
  }
  state->offsets = encoded.offsets;
  state->sentences.resize(encoded.size());
  std::iota(state->sentences.begin(), state->sentences.end(), 0);
  state->past.resize(encoded.size());
  return state;
}

Decoded Transformer::step(Tape& tape, DecoderState& decoder_state, const NextTokens& next) const {
  auto& state = static_cast<State&>(decoder_state);
  std::vector<int> sentences, positions, key_rows;
  std::vector<std::vector<int>> past;
  std::vector<AttentionSpan> spans;
  for (std::size_t row = 0; row < next.parents.size(); ++row) {
    const int parent = next.parents[row];
    sentences.push_back(state.sentences[parent]);
    past.push_back(state.past[parent]);
    past.back().push_back(state.caches.front().size() + static_cast<int>(row));
    const int length = static_cast<int>(past.back().size());
    positions.push_back(length - 1);
    const int first = static_cast<int>(key_rows.size());
    spans.push_back({first, length, first});
    key_rows.insert(key_rows.end(), past.back().begin(), past.back().end());
  }
  state.sentences = std::move(sentences);
  state.past = std::move(past);
  const AttentionSpans self{tape.keep(std::span<const AttentionSpan>(spans)),
                            tape.keep(std::span<const int>(key_rows))};
  const QueryRows rows = sentence_spans(tape, state.sentences, state.offsets);
  const Var words = embed_target(tape, next.tokens, embedding_factor_);
  return run_decoder({embed(words, positions), self, rows.spans, state.memories, &state.caches});
}

}  // namespace heed
