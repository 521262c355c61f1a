#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/head_scores.h"
#include "nn/key_value_cache.h"

namespace heed {

/// What a layer's self-attention remembers of partial translations between two steps: a cache of
/// keys and values, or a state that does not grow with their length, one row for each.
struct LayerMemory {
  std::optional<KeyValueCache> cache{};
  Var state{};  ///< On the tape of the step before; empty before the first.

  /// Before the first token of other translations; keeps its memory.
  void clear() {
    if (cache) cache->clear();
    state = {};
  }
};

/// What mixes the tokens of a sequence, in a layer of the Transformer.
class SelfAttention {
 public:
  virtual ~SelfAttention() = default;
  /// x [N, D] → [N, D]. Step by step (rows.one_step()) `memory` has what came before and takes in
  /// x; else it is null.
  virtual Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const = 0;
  /// The memory before the first token.
  virtual LayerMemory start(Backend&) const { return {}; }
  /// Tokens to each side that the spans of rows must have.
  virtual int reach() const = 0;
  /// The same step by step, where less may do.
  virtual int past() const { return reach(); }
};

/// Attention to the encoder's states.
class CrossAttention {
 public:
  CrossAttention(Parameters& parameters, const std::string& name,
                 std::unique_ptr<HeadScores> scores);
  /// Keys and values of the source, once a sentence: [S, D] → [S, 2·G·d].
  Var remember(Var states) const { return key_value_(states); }
  struct Output {
    Var x;        ///< [N, D]
    Var weights;  ///< [spans.weights, H], before dropout.
  };
  Output operator()(Var x, Var memory, const AttentionSpans& spans) const;

 private:
  std::unique_ptr<HeadScores> scores_;
  Linear query_, key_value_, output_;
};

/// Which kinds of positions inside attention a variant can have.
enum class PositionKinds {
  kNone,    ///< It has no scores, only positions that are added to embeddings.
  kBiases,  ///< It has scores to which biases (t5, alibi) are added.
  kAll,     ///< Its scores are products of queries and keys (relative, rope).
};

/// A line of the table of variants.
struct SequenceAttentionVariant {
  std::string_view name;
  std::string_view formula;
  std::string_view source;  ///< Paper and section.
  PositionKinds positions;
  bool encoder;             ///< Whether it has a meaning as self-attention of the encoder,
  bool cross;               ///< as attention of the decoder to the source. All have in the decoder.
  std::string_view reason;  ///< Why not elsewhere.
  std::unique_ptr<SelfAttention> (*make_self)(Parameters& parameters, const std::string& name,
                                              const SequenceShape& shape);
  /// Null where `cross` is false.
  std::unique_ptr<CrossAttention> (*make_cross)(Parameters& parameters, const std::string& name,
                                                const SequenceShape& shape);
};

/// All variants for the Transformer, in the order of help and reports.
std::span<const SequenceAttentionVariant> sequence_attention_variants();

enum class AttentionPlace { kEncoder, kDecoder, kCross };

/// Of those that have a meaning at that place.
std::vector<std::string_view> attention_names(AttentionPlace place);

/// The variant of that name. Throws UsageError if there is none, or if it has no meaning at that
/// place or with these positions and normalizer.
const SequenceAttentionVariant& sequence_attention(std::string_view name, AttentionPlace place,
                                                   const SequenceShape& shape);

}  // namespace heed
