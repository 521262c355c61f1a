#include "model/encoder_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/nematus.h"
#include "model/rnn.h"
#include "model/transformer.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/random.h"

namespace heed {

namespace {

/// Replaces tokens by -1 (a zero embedding) with probability `rate` while the tape records.
void drop_tokens(Tape& tape, float rate, std::span<int> ids) {
  if (rate == 0 || !tape.recording()) return;
  Random random(tape.next_dropout_key());
  for (int& id : ids) {
    if (random.uniform() < rate) id = -1;
  }
}

Vocabularies with_start(Vocabularies vocabularies, DecoderStart start) {
  if (start == DecoderStart::kZeros) vocabularies.start = -1;
  return vocabularies;
}

int longest(const Ragged& side) {
  int most = 0;
  for (int i = 0; i < side.size(); ++i) most = std::max(most, side.length(i));
  return most;
}

/// All sentences, and all once more.
Batch twice(const Batch& batch) {
  Batch both = batch;
  for (int i = 0; i < batch.source.size(); ++i) {
    both.source.add(batch.source[i]);
    both.target.add(batch.target[i]);
  }
  for (int row = 0; row < batch.links.size(); ++row) both.links.add(batch.links[row]);
  both.weights.insert(both.weights.end(), batch.weights.begin(), batch.weights.end());
  return both;
}

/// Batch::weights of each row of the target [1, N]; empty where there are none.
Tensor row_weights(Tape& tape, const Batch& batch) {
  if (batch.weights.empty()) return {};
  std::vector<float> rows;
  for (int i = 0; i < batch.target.size(); ++i) {
    rows.insert(rows.end(), batch.target.length(i), batch.weights[i]);
  }
  const Tensor weights = tape.allocate(1, batch.target.rows());
  tape.backend().write(rows, weights);
  return weights;
}

/// Without each sentence's </s>, but where it has nothing else.
Ragged without_ends(const Ragged& source) {
  Ragged tokens;
  for (int i = 0; i < source.size(); ++i) {
    const std::span<const int> sentence = source[i];
    tokens.add(sentence.first(std::max<std::size_t>(sentence.size(), 2) - 1));
  }
  return tokens;
}

/// The batch's links, which are of words, as rows of Encoded::states.
Ragged memory_rows(const Batch& batch, std::span<const int> offsets) {
  Ragged rows = batch.links;
  for (int sentence = 0; sentence < batch.target.size(); ++sentence) {
    const int begin = rows.offsets[batch.target.offsets[sentence]];
    const int end = rows.offsets[batch.target.offsets[sentence + 1]];
    for (int i = begin; i < end; ++i) rows.ids[i] += offsets[sentence];
  }
  return rows;
}

}  // namespace

EncoderDecoder::EncoderDecoder(const ModelOptions& options, const Vocabularies& vocabularies,
                               Parameters& parameters)
    : options_(options),
      vocabularies_(with_start(vocabularies, options.decoder_start)),
      embedding_factor_(options.embedding_scale == EmbeddingScale::kSqrt
                            ? std::sqrt(static_cast<float>(options.dim_emb))
                            : 1.0F),
      parameters_(parameters) {
  const auto table = [&](const char* name, int vocabulary, Factor factor = Factor::kNone) {
    return &parameters.add(name, vocabulary, options.dim_emb, Initializer::kEmbedding, factor);
  };
  if (options.tied_embeddings_all && vocabularies.source != vocabularies.target) {
    fail_usage(
        "expected one joint vocabulary for --tied-embeddings-all, found {} source and {} "
        "target pieces; set --tied-embeddings-all false",
        vocabularies.source, vocabularies.target);
  }
  // Embeddings and output weight are [V, D], D = dim_emb.
  const bool is_tied = options.tied_embeddings || options.tied_embeddings_all;
  target_embedding_ =
      table(options.tied_embeddings_all ? "embedding" : "target.embedding", vocabularies.target,
            is_tied ? Factor::kTransposedWeight : Factor::kNone);
  source_embedding_ = options.tied_embeddings_all ? target_embedding_
                                                  : table("source.embedding", vocabularies.source);
  output_weight_ = is_tied ? target_embedding_
                           : table("output.weight", vocabularies.target, Factor::kTransposedWeight);
  output_bias_ = &parameters.add("output.bias", 1, vocabularies.target, Initializer::kZeros);
}

Encoded EncoderDecoder::encode(Tape& tape, const Ragged& source) const {
  expect_room(encoder_numbers() * std::ssize(source.ids), longest(source));
  Encoded encoded = run_encoder(tape, options_.source_end ? source : without_ends(source));
  encoded.source_offsets = source.offsets;
  return encoded;
}

// Logits are hidden · Wᵀ + b: W [V, D] may be the embeddings (Vaswani et al. 2017, 3.4), b [1, V].
OutputLayer EncoderDecoder::output(Tape& tape) const {
  return {tape.parameter(*output_weight_), tape.parameter(*output_bias_)};
}

CrossEntropy EncoderDecoder::loss(Tape& tape, const Batch& batch,
                                  const Objective& objective) const {
  if (objective.r_drop == 0) return loss_of_passes(tape, batch, objective);
  CrossEntropy result = loss_of_passes(tape, twice(batch), objective);
  result.loss = scale(result.loss, 0.5F);
  return result;
}

CrossEntropy EncoderDecoder::loss_of_passes(Tape& tape, const Batch& batch,
                                            const Objective& objective) const {
  expect_room_for(batch, true);
  const Encoded encoded = encode(tape, batch.source);
  const Decoded decoded = decode(tape, encoded, batch.target);  // hidden [N, D] of N target tokens
  CrossEntropy result =
      cross_entropy(decoded.hidden, output(tape), tape.keep(batch.target.ids), objective.smoothing,
                    objective.r_drop, row_weights(tape, batch));
  const AttentionGuide& guide = objective.guide;
  if (guide.weight == 0 || batch.links.size() == 0) return result;
  const AttentionWeights& attention = decoded.attention;
  // [1, 1], as the loss is
  const Var guided = alignment_loss(attention.weights.at(guide.choice.layer - 1), attention.spans,
                                    {memory_rows(batch, encoded.offsets), guide.choice.head});
  result.loss = add(result.loss, scale(guided, guide.weight));
  return result;
}

// Scores and weights, and the gradients of both, are kept until backward has run.
void EncoderDecoder::expect_room_for(const Batch& batch, bool gradients) const {
  expect_room((gradients ? 4 : 2) * attention_weights(batch.source, batch.target),
              std::max(longest(batch.source), longest(batch.target)));
}

// Embeddings: [N] ids → [N, D], times √D (Vaswani et al. 2017, 3.4) or 1.
Var EncoderDecoder::embed_source(Tape& tape, std::span<const int> ids) const {
  std::vector<int> kept(ids.begin(), ids.end());
  drop_tokens(tape, options_.dropout_source, kept);
  return gather_rows(tape.parameter(*source_embedding_), tape.keep(kept), embedding_factor_);
}

Var EncoderDecoder::embed_target(Tape& tape, const Indices& ids) const {
  return gather_rows(tape.parameter(*target_embedding_), ids, embedding_factor_);
}

Indices EncoderDecoder::shifted(Tape& tape, const Ragged& target) const {
  std::vector<int> ids;
  ids.reserve(target.ids.size());
  for (int sentence = 0; sentence < target.size(); ++sentence) {
    const std::span<const int> tokens = target[sentence];
    ids.push_back(vocabularies_.start);
    ids.insert(ids.end(), tokens.begin(), tokens.end() - 1);
  }
  drop_tokens(tape, options_.dropout_target, ids);
  return tape.keep(ids);
}

namespace {

template <class Model>
std::unique_ptr<EncoderDecoder> make(const ModelOptions& options, const Vocabularies& vocabularies,
                                     Parameters& parameters) {
  return std::make_unique<Model>(options, vocabularies, parameters);
}

/// In the order of ModelType.
constexpr std::array kArchitectures = {make<RnnModel>, make<Transformer>, make<NematusModel>};

}  // namespace

std::unique_ptr<EncoderDecoder> make_model(const ModelOptions& options,
                                           const Vocabularies& vocabularies,
                                           Parameters& parameters) {
  check_fields(options);
  return kArchitectures.at(static_cast<std::size_t>(options.type))(options, vocabularies,
                                                                   parameters);
}

}  // namespace heed
