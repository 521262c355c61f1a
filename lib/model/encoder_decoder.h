#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "autograd/ops.h"
#include "data/batch.h"
#include "heed/options.h"
#include "nn/spans.h"

namespace heed {

/// Vocabulary sizes and the two tokens that a model has to know. The decoder's first input is the
/// token `start`; -1 is a vector of zeros, as in Marian, whose vocabularies have no <s>.
struct Vocabularies {
  int source = 0;
  int target = 0;
  int start = 1;
  int eos = 2;
};

/// B source sentences as the encoder left them on a tape.
struct Encoded {
  Var states;                ///< [N, D], sentence after sentence.
  Var summary;               ///< [B, D] for recurrent models; empty otherwise.
  std::vector<int> offsets;  ///< [B + 1]
  /// [B + 1] The same of the source as given, which may have an </s> that the encoder left out.
  std::vector<int> source_offsets{};

  int size() const { return static_cast<int>(offsets.size()) - 1; }
};

/// Cross-attention of R decoder rows. Weights of layer l are in weights[l] [spans.weights, H_l];
/// span keys are rows of Encoded::states. No layers where the model has no attention.
struct AttentionWeights {
  std::vector<Var> weights;
  AttentionSpans spans;
};

/// The part of a model's cross-attention that alignments are made of.
struct AttentionChoice {
  int layer = 0;  ///< From 1; 0: default_alignment_layer().
  int head = 0;   ///< From 1; 0: the mean of all.
};

/// Pulls a part of the attention towards Batch::links while training.
struct AttentionGuide {
  float weight = 0;  ///< Of alignment_loss() in the loss.
  AttentionChoice choice{};
};

/// What training makes small.
struct Objective {
  float smoothing = 0;  ///< Of the words' cross-entropy (Szegedy et al. 2016).
  AttentionGuide guide{};
  float r_drop = 0;  ///< Weight α of R-Drop (Wu et al. 2021, eq. 4); 0: one pass.
};

struct Decoded {
  Var hidden;  ///< [R, dim_emb]: what the output layer reads.
  AttentionWeights attention;
};

/// What a decoder remembers of R partial translations between two steps. Its Vars live on the tapes
/// of the encoder and of the step before.
class DecoderState {
 public:
  virtual ~DecoderState() = default;
};

/// The next token of R partial translations: row r continues row parents[r] of the step before (at
/// the first step: sentence parents[r]) with tokens[r]. Both must live with the tape.
struct NextTokens {
  Indices tokens;
  Indices parents;
};

/// A model p(target | source). Training and decoding run the same code: on a recording tape and on
/// one that doesn't, all target tokens at once (decode) or one by one (step).
class EncoderDecoder {
 public:
  virtual ~EncoderDecoder() = default;
  EncoderDecoder(const EncoderDecoder&) = delete;
  EncoderDecoder& operator=(const EncoderDecoder&) = delete;

  /// Each sentence of `source` ends in </s>, which --source-end false leaves out.
  Encoded encode(Tape& tape, const Ragged& source) const;
  /// Teacher forcing: R = rows of `target` (which ends in </s> and is shifted here), in its order.
  virtual Decoded decode(Tape& tape, const Encoded& encoded, const Ragged& target) const = 0;
  /// The state before the first token, for the sentences of `encoded`, which must outlive it. It
  /// takes over the memory of `used`, the state of a batch that is done.
  virtual std::unique_ptr<DecoderState> start(
      const Encoded& encoded, std::unique_ptr<DecoderState> used = nullptr) const = 0;
  /// One step; `state` becomes that of the R rows of `next`. `tape` must differ from that of the
  /// step before, which may be reset afterwards.
  virtual Decoded step(Tape& tape, DecoderState& state, const NextTokens& next) const = 0;

  /// Throws an Error that names the longest line if the attention of all of the batch's target
  /// tokens, which grows with the square of its lines, needs more memory than the machine has; with
  /// gradients if these are to be found. Costs nothing: to be called before encode() and decode().
  void expect_room_for(const Batch& batch, bool gradients) const;

  /// The weights that turn `hidden` into logits.
  OutputLayer output(Tape& tape) const;
  /// Cross-entropy of the batch's targets; if the batch has links, with the guide's part. With
  /// R-Drop half of what two passes with dropout masks of their own lose, and how far they are
  /// apart.
  CrossEntropy loss(Tape& tape, const Batch& batch, const Objective& objective) const;

  const ModelOptions& options() const { return options_; }
  const Vocabularies& vocabularies() const { return vocabularies_; }
  Parameters& parameters() const { return parameters_; }

 protected:
  EncoderDecoder(const ModelOptions& options, const Vocabularies& vocabularies,
                 Parameters& parameters);

  /// encode() of just these tokens.
  virtual Encoded run_encoder(Tape& tape, const Ragged& source) const = 0;
  /// How many numbers a token leaves on run_encoder's tape at least; 0 where attention leaves more.
  virtual std::int64_t encoder_numbers() const { return 0; }
  /// How many weights attention has, of all layers and heads, when decode() runs over these.
  virtual std::int64_t attention_weights(const Ragged& source, const Ragged& target) const = 0;

  Var embed_source(Tape& tape, std::span<const int> ids) const;
  Var embed_target(Tape& tape, const Indices& ids) const;
  /// The decoder's input for `target`: <s> and all but each sentence's last token, with some tokens
  /// dropped (-1) by dropout-target while recording. Kept on the tape.
  Indices shifted(Tape& tape, const Ragged& target) const;

 private:
  /// With R-Drop the second half of the sentences repeats the first.
  CrossEntropy loss_of_passes(Tape& tape, const Batch& batch, const Objective& objective) const;

  const ModelOptions options_;
  const Vocabularies vocabularies_;
  const float embedding_factor_;  ///< √D (Vaswani et al. 2017, 3.4), or 1.
  Parameters& parameters_;
  const Parameter* source_embedding_;
  const Parameter* target_embedding_;
  const Parameter* output_weight_;
  const Parameter* output_bias_;
};

/// Builds the model's modules and adds their parameters, without values. Throws UsageError for
/// options that do not fit together.
std::unique_ptr<EncoderDecoder> make_model(const ModelOptions& options,
                                           const Vocabularies& vocabularies,
                                           Parameters& parameters);

}  // namespace heed
