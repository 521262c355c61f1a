#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heed/choices.h"
#include "nn/layers.h"
#include "nn/spans.h"

namespace heed {

/// What an encoder made of B source sentences.
struct SourceStates {
  Var states;                    ///< [N, D]: m_j of all sentences, one after the other.
  Var summary;                   ///< [B, D]: the last states in reading direction.
  std::span<const int> offsets;  ///< [B + 1]: rows of `states` where sentences begin.
};

/// What a variant keeps of the source, computed once a sentence.
struct AttentionMemory {
  SourceStates source;
  Var keys;    ///< Projected states, where the variant has them.
  Var values;  ///< What is summed into the context: the states, or projections of them.
  Var extra;   ///< What else a variant computes of each sentence or state.
};

struct AttentionQuery {
  Var state;       ///< [R, Q]: q, the decoder's state.
  QueryRows rows;  ///< Sentence of each row.
  Var history;     ///< What the variant returned at the step before, for these rows; or empty.
  int step = 0;    ///< Target tokens before this one, of all rows alike.
};

struct Attended {
  Var context;  ///< [R, C]
  Var weights;  ///< [rows.spans.weights, heads()], as used, without dropout; or empty.
  Var history;  ///< [rows.spans.weights, k] for the next step; empty where nothing is remembered.
};

struct AttentionShape {
  int query = 0;      ///< Q: width of the decoder's state.
  int source = 0;     ///< D: width of the encoder's states.
  int hidden = 0;     ///< Width of the variant's own hidden layer, all heads together.
  int heads = 1;      ///< Of the multi-head variants.
  float dropout = 0;  ///< Of the weights.
  AttentionNormalizer normalizer = AttentionNormalizer::kSoftmax;
  AttentionWindow window = AttentionWindow::kNone;
  int window_width = 10;   ///< D: a window is [p − D, p + D].
  int max_positions = 0;   ///< Source tokens that attention location has scores for.
  bool fertility = false;  ///< Of attention coverage.
  float norm_epsilon = 1e-6F;
  bool norm_biases = false;  ///< Of layer-norm-additive: biases wherever Nematus has them.
};

/// Attention of one query a sentence and step, for recurrent decoders. It has two moments:
/// remember() once a sentence and attend() at each step; it keeps no state.
class Attention {
 public:
  virtual ~Attention() = default;
  virtual AttentionMemory remember(const SourceStates& source) const {
    return {source, {}, {}, {}};
  }
  virtual Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const = 0;
  virtual int context_width() const = 0;  ///< C; 0: there is no context.
  virtual int heads() const { return 1; }
};

/// Which parts of a shape a variant has a use for.
struct AttentionUses {
  bool scores = false;     ///< normalizer, window and dropout: it has weights, made of scores.
  bool hidden = false;     ///< hidden; a predictive window uses it with any variant.
  bool heads = false;      ///< heads
  bool fertility = false;  ///< fertility
  bool history = false;    ///< Weights depend on those of the steps before.
};

/// A line of the table of variants.
struct AttentionVariant {
  std::string_view name;
  std::string_view formula;
  std::string_view source;  ///< Paper and equation.
  AttentionUses uses;
  std::unique_ptr<Attention> (*make)(Parameters& parameters, const std::string& name,
                                     const AttentionShape& shape);
};

/// All variants for the recurrent decoder, in the order of help and reports.
std::span<const AttentionVariant> attention_variants();

/// Throws UsageError that lists the names if `variant` is none of them, and one that says why if
/// the shape asks for what the variant has no use for.
std::unique_ptr<Attention> make_attention(std::string_view variant, Parameters& parameters,
                                          const std::string& name, const AttentionShape& shape);

}  // namespace heed
