#pragma once

#include <memory>
#include <vector>

#include "heed/model_options.h"
#include "nn/attention.h"
#include "nn/recurrent.h"

namespace heed {

/// CellShape::norm_epsilon of these options.
inline float cell_norm_epsilon(const ModelOptions& options) {
  return options.layer_normalization ? options.norm_epsilon : 0;
}

/// The shape of a recurrent decoder's attention.
AttentionShape attention_shape(const ModelOptions& options, int source_width);

/// A recurrent decoder with attention, one step of R rows at a time.
class StepwiseDecoder {
 public:
  virtual ~StepwiseDecoder() = default;

  /// What R rows carry from step to step.
  struct States {
    std::vector<CellState> layers;
    Var attentional;  ///< h̃, with input feeding; empty before the first step: zeros.
    Var history;      ///< What attention remembers.
    std::vector<AttentionSpan> spans;  ///< Of each row, which history refers to.
    int step = 0;                      ///< Tokens before the next one.
  };
  /// The words' part of a step, computed for all steps at once.
  struct Words {
    Var gates;         ///< [N, k · dim_rnn], of the first cell.
    Var context_gate;  ///< [N, dim_rnn], or empty.

    Words row_range(int first, int count) const;
  };
  struct Step {
    Var state;    ///< [R, dim_rnn]: the top layer's; with timing post h̃.
    Var context;  ///< [R, C]; empty where there is none, or it is in `state` already.
    Var weights;  ///< [rows.spans.weights, H], or empty.
  };

  AttentionMemory remember(const SourceStates& source) const {
    return attention_->remember(source);
  }
  /// States before the first token, from the encoder's summaries [R, source width].
  virtual States start(Var summary) const = 0;
  virtual Words project(Var words) const = 0;
  /// `states` become those after the step.
  virtual Step advance(const Words& words, const QueryRows& rows, const AttentionMemory& memory,
                       States& states) const = 0;
  /// What the output layer reads.
  virtual Var readout(Var state, Var word, Var context) const = 0;

  /// The first `count` rows, their states dropped out with one mask for all steps.
  void narrow(States& states, int count, std::uint64_t dropout_key) const;
  /// Row r becomes that of row parents[r], on `tape`.
  static void reorder(Tape& tape, States& states, const Indices& parents);

  int heads() const { return attention_->heads(); }  ///< Of the attention.

 protected:
  StepwiseDecoder(const ModelOptions& options, Parameters& parameters, int source_width)
      : options_(options),
        attention_(make_attention(options.attention, parameters, "attention",
                                  attention_shape(options, source_width))) {}

  const ModelOptions& options() const { return options_; }
  int context_width() const { return attention_->context_width(); }
  Attended attend(Var query, const QueryRows& rows, const AttentionMemory& memory,
                  States& states) const;

 private:
  const ModelOptions options_;
  std::unique_ptr<Attention> attention_;
};

}  // namespace heed
