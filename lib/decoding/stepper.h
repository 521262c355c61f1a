#pragma once

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "decoding/candidates.h"
#include "decoding/likelihoods.h"
#include "model/attention_choice.h"
#include "model/encoder_decoder.h"

namespace heed {

/// What a search has to know of a batch before its first step.
struct StepperShape {
  int vocabulary = 0;
  int start = 1;                                     ///< The token that every row begins with.
  int eos = 2;                                       ///< The token that ends a row.
  std::vector<int> source_lengths;                   ///< Tokens of each sentence, </s> included.
  int max_tokens = std::numeric_limits<int>::max();  ///< Longest row, without <s> and </s>.
};

/// R partial translations, the rows, that grow by one token a step and tell how likely each next
/// token is. The search sees nothing else of a model.
class Stepper {
 public:
  virtual ~Stepper() = default;

  virtual const StepperShape& shape() const = 0;
  /// Row r continues row parents[r] of the step before (at the first step: sentence parents[r])
  /// with tokens[r]. Rows that no parent names are gone.
  virtual void step(std::span<const int> tokens, std::span<const int> parents) = 0;

  // ---- Of the last step, until the next ------------------------------------------------------
  /// The k (at most V) likeliest next tokens of each row and their log p [R, k], best first, equal
  /// ones in order of tokens.
  virtual TopK top(int k) = 0;
  /// log p of one next token.
  virtual float log_probability(int row, int token) = 0;
  /// log p of all next tokens; `all` has V elements.
  virtual void log_probabilities(int row, std::span<float> all) = 0;
  /// How much the row attends to each token of its sentence; sums to 1, unless the weights are
  /// sigmoids or a predicted window's. Empty where the model has no attention.
  virtual std::vector<float> attention(int row) = 0;
};

/// A row of a decoder and the sentence that it translates.
struct DecoderRow {
  int row = 0;
  int sentence = 0;
};

/// The weights of a decoder's row on the tokens of its sentence, by the chosen layer and head.
/// Empty where the model has no attention.
std::vector<float> source_weights(const Encoded& encoded, const AttentionWeights& attention,
                                  const DecoderRow& row, const AttentionChoice& choice);

/// Steps of an EncoderDecoder, whose parameters should be packed: else each step turns the output
/// layer's weight round. For candidates they must be, by rows too. Keeps its memory from batch to
/// batch; belongs to one thread.
class ModelStepper : public Stepper {
 public:
  explicit ModelStepper(const EncoderDecoder& model, const AttentionChoice& choice = {});

  /// Encodes a batch and forgets the one before.
  void begin(const Ragged& source, const Candidates& candidates = {});

  const StepperShape& shape() const override { return shape_; }
  void step(std::span<const int> tokens, std::span<const int> parents) override;
  TopK top(int k) override { return next_.top(k); }
  float log_probability(int row, int token) override { return next_.of(row, token); }
  void log_probabilities(int row, std::span<float> all) override { next_.of_all(row, all); }
  std::vector<float> attention(int row) override;
  Likelihoods& next() { return next_; }  ///< Of the last step.

 private:
  /// A sentence's candidates, on encoder_tape_.
  struct Columns {
    Indices all;     ///< Tokens, and behind them the sample.
    int tokens = 0;  ///< How many of them are candidates.
  };

  void find_logits(Tape& tape);

  const EncoderDecoder& model_;
  const AttentionChoice choice_;
  StepperShape shape_;
  Tape encoder_tape_;
  Tape tapes_[2];  ///< Used in turn: a step reads the state that the step before left.
  int turn_ = 0;
  Encoded encoded_;
  std::unique_ptr<DecoderState> state_;
  Decoded decoded_;
  std::vector<int> sentences_;       ///< [R]: sentence of each row.
  std::vector<Columns> candidates_;  ///< Of each sentence; none: all tokens are.
  Likelihoods next_;
};

}  // namespace heed
