#pragma once

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "model/encoder_decoder.h"
#include "support/backends.h"

#include "nn/attention.h"
#include "nn/sequence_attention.h"
#include "support/gradient_check.h"
#include "util/random.h"

namespace heed {

struct Architecture {
  std::string name;
  ModelOptions options;
};
inline void PrintTo(const Architecture& architecture, std::ostream* out) {
  *out << architecture.name;
}

constexpr int kSourceVocabulary = 19;

inline ModelOptions small_model(ModelType type) {
  ModelOptions options;
  options.type = type;
  options.dim_emb = 20;
  options.dim_rnn = 18;
  options.dim_rnn_encoder = 9;  // both directions together are as wide as the decoder
  options.transformer_dim_ffn = 26;
  options.transformer_heads = 2;
  options.attention_heads = 3;
  options.max_positions = 12;
  options.attention_window_width = 2;
  options.dropout = 0;
  return options;
}

/// Models without a scale begin with a vector of zeros, as Marian's do.
inline Vocabularies small_vocabularies(const ModelOptions& options) {
  const int start = options.embedding_scale == EmbeddingScale::kOne ? -1 : 1;
  return {kSourceVocabulary, options.tied_embeddings_all ? kSourceVocabulary : 17, start, 2};
}

/// Small embeddings go with a large epsilon: the norm of next to nothing has no stable gradient.
inline void choose_scale_and_epsilon(ModelOptions& options, int choice) {
  if (choice % 2 == 0) return;
  options.embedding_scale = EmbeddingScale::kOne;
  options.norm_epsilon = 1e-2F;
}

inline void tie(ModelOptions& options, int kind) {
  options.tied_embeddings = kind == 1;
  options.tied_embeddings_all = kind == 2;
}

/// A model with its parameters on a backend of its own.
class SmallModel {
 public:
  SmallModel(const ModelOptions& options, std::string_view backend_name)
      : backend(make_test_backend(backend_name)),
        parameters(*backend),
        model(make_model(options, small_vocabularies(options), parameters)) {
    parameters.initialize(3);
    disturb(parameters, 0.1);
  }

  std::unique_ptr<Backend> backend;
  Parameters parameters;
  std::unique_ptr<EncoderDecoder> model;
};

/// What a single cell has beside a variant with a context: one of five.
inline void choose_timing_or_gate(ModelOptions& options, int choice) {
  if (choice < 2) {
    options.attention_timing = AttentionTiming::kPost;
    options.input_feeding = choice == 1;
  } else {
    options.context_gate = static_cast<ContextGate>(choice - 1);
  }
}

/// Each attention variant twice, with choices of the other options that meet each other in pairs.
inline std::vector<Architecture> rnn_architectures() {
  std::vector<Architecture> result;
  int number = 0;
  for (const AttentionVariant& variant : attention_variants()) {
    for (int row = 0; row < 2; ++row) {
      ModelOptions options = small_model(ModelType::kRnn);
      options.attention = variant.name;
      options.attention_dim = row == 0 ? 12 : 0;
      options.dec_transition = row == 0 ? Transition::kConditional : Transition::kSingle;
      options.dec_cell = (number + row) % 2 == 0 ? Cell::kGru : Cell::kLstm;
      options.enc_cell = number / 2 % 2 == 0 ? Cell::kGru : Cell::kLstm;
      options.layer_normalization = (number / 2 + row) % 2 != 0;
      choose_scale_and_epsilon(options, number + row);
      options.enc_depth = 1 + number % 2;
      options.dec_depth = 1 + (number / 4 + row) % 2;
      if (variant.uses.scores) {
        options.attention_normalizer = static_cast<AttentionNormalizer>((number + 2 * row) % 4);
        options.attention_window = static_cast<AttentionWindow>((number / 2 + row) % 3);
        options.attention_window_width = 2;
      }
      options.attention_fertility = variant.uses.fertility && row == 1;
      if (row == 1 && variant.name != "none") choose_timing_or_gate(options, number % 5);
      tie(options, (number + row) % 3);
      result.push_back({"rnn_" + std::string(variant.name) + "_" + std::to_string(row), options});
    }
    ++number;
  }
  return result;
}

/// Each attention variant in the decoder, and in the encoder where it has a meaning there, with the
/// next one of the table towards the source. All kinds of positions occur. Feed-forward layers are
/// smooth, so that finite differences tell of the attention; relu is in transformer_architectures.
inline std::vector<Architecture> sequence_attention_architectures() {
  constexpr Positions kPositions[3][3] = {
      {Positions::kNone, Positions::kSinusoidal, Positions::kLearned},
      {Positions::kT5, Positions::kAlibi, Positions::kT5},
      {Positions::kRelative, Positions::kRope, Positions::kAlibi}};
  const auto variants = sequence_attention_variants();
  std::vector<Architecture> result;
  for (std::size_t number = 0; number < variants.size(); ++number) {
    const SequenceAttentionVariant& variant = variants[number];
    ModelOptions options = small_model(ModelType::kTransformer);
    options.activation = FeedForward::kGelu;
    options.decoder_attention = variant.name;
    if (variant.encoder) options.encoder_attention = variant.name;
    std::size_t towards_source = (number + 1) % variants.size();
    while (!variants[towards_source].cross) towards_source = (towards_source + 1) % variants.size();
    options.cross_attention = variants[towards_source].name;
    if (variant.name == "grouped-query") options.transformer_heads = 4;
    if (options.cross_attention == "grouped-query") options.kv_heads = 1;
    options.average_dim_ffn = static_cast<int>(number % 2) * 9;
    options.average_activation = number % 2 == 0 ? FeedForward::kSwish : FeedForward::kSwiglu;
    options.positions = kPositions[static_cast<std::size_t>(variant.positions)][number % 3];
    options.norm = number % 2 == 0 ? NormPlacement::kPre : NormPlacement::kPost;
    options.enc_depth = static_cast<int>(number % 2) + 1;
    options.dec_depth = static_cast<int>(number / 2 % 2) + 1;
    result.push_back({"transformer_" + std::string(variant.name), options});
  }
  return result;
}

inline std::vector<Architecture> transformer_architectures() {
  std::vector<Architecture> result = sequence_attention_architectures();
  int number = 0;
  for (std::size_t norm = 0; norm < enum_names(NormPlacement{}).size(); ++norm) {
    for (std::size_t activation = 0; activation < enum_names(FeedForward{}).size(); ++activation) {
      ModelOptions options = small_model(ModelType::kTransformer);
      options.norm = static_cast<NormPlacement>(norm);
      options.activation = static_cast<FeedForward>(activation);
      constexpr Positions kKinds[] = {Positions::kSinusoidal, Positions::kLearned,
                                      Positions::kSinusoidalHalves};
      options.positions = kKinds[number % 3];
      options.enc_depth = number % 2 + 1;
      options.dec_depth = 2 - number / 2 % 2;
      choose_scale_and_epsilon(options, number);
      tie(options, static_cast<int>(norm + activation) % 3);
      result.push_back({"transformer_" + std::string(enum_names(NormPlacement{})[norm]) + "_" +
                            std::string(enum_names(FeedForward{})[activation]),
                        options});
      ++number;
    }
  }
  return result;
}

/// Cells and depths of all kinds, with and without layer norm, which meet in pairs.
inline std::vector<Architecture> nematus_architectures() {
  std::vector<Architecture> result;
  for (int number = 0; number < 6; ++number) {
    ModelOptions options = small_model(ModelType::kNematus);
    options.enc_cell = number % 2 == 0 ? Cell::kGru : Cell::kLstm;
    options.dec_cell = number / 2 % 2 == 0 ? Cell::kGru : Cell::kLstm;
    options.layer_normalization = number % 3 == 1;
    options.nematus_normalization = number == 4;
    options.attention = number % 3 == 1 ? "layer-norm-additive" : number == 2 ? "none" : "additive";
    options.attention_dim = 12;
    options.skip = number % 2 == 1;
    options.enc_depth = 1 + number % 2;
    options.dec_depth = 1 + number / 2 % 2;
    options.enc_cell_depth = 1 + number / 3 % 2;
    options.dec_cell_base_depth = 1 + number % 3;
    options.dec_cell_high_depth = 1 + (number + 1) % 2;
    choose_scale_and_epsilon(options, number);
    tie(options, number % 3);
    result.push_back({"nematus_" + std::to_string(number), options});
  }
  return result;
}

/// Names for GoogleTest have letters, digits and underscores.
inline std::vector<Architecture> architectures() {
  std::vector<Architecture> result = rnn_architectures();
  for (Architecture& nematus : nematus_architectures()) result.push_back(nematus);
  for (Architecture& transformer : transformer_architectures()) result.push_back(transformer);
  for (Architecture& a : result) std::replace(a.name.begin(), a.name.end(), '-', '_');
  return result;
}

/// A sentence of `length` tokens, </s> last.
inline std::vector<int> random_sentence(Random& random, int vocabulary, int length) {
  std::vector<int> ids;
  while (static_cast<int>(ids.size()) + 1 < length) {
    ids.push_back(3 + static_cast<int>(random.below(vocabulary - 3)));
  }
  ids.push_back(2);
  return ids;
}

/// Sentence pairs of these lengths.
inline Batch random_batch(const Vocabularies& vocabularies, const std::vector<int>& source,
                          const std::vector<int>& target) {
  Random random(11);
  Batch batch;
  for (std::size_t i = 0; i < source.size(); ++i) {
    batch.source.add(random_sentence(random, vocabularies.source, source[i]));
    batch.target.add(random_sentence(random, vocabularies.target, target[i]));
    batch.lines.push_back(i);
  }
  return batch;
}

inline Batch random_batch(const EncoderDecoder& model) {
  return random_batch(model.vocabularies(), {3, 7, 1, 4}, {4, 2, 6, 1});
}

}  // namespace heed
