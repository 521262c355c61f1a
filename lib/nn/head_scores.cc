#include "nn/head_scores.h"

#include <array>
#include <cmath>

#include "util/error.h"

namespace heed {

Var HeadScores::weights(Var scores, const AttentionSpans& spans) const {
  return normalize_spans(shape_.normalizer, scores, shape_.heads, spans);
}

Var MultiHead::scores(Var query, Var keys, const AttentionSpans& spans) const {
  const float factor = 1 / std::sqrt(static_cast<float>(shape().head_width()));
  return dot_scores(query, keys, shape().heads, factor, spans);
}

GroupedQuery::GroupedQuery(Parameters& parameters, const std::string& name,
                           const SequenceShape& shape)
    : MultiHead(parameters, name, shape) {
  if (shape.memory_heads > 0 && shape.heads % shape.memory_heads == 0) return;
  fail_usage("expected --transformer-heads to be a multiple of --kv-heads, found {} and {}",
             shape.heads, shape.memory_heads);
}

WindowHeads::WindowHeads(Parameters& parameters, const std::string& name,
                         const SequenceShape& shape)
    : MultiHead(parameters, name, shape) {}

Var AdditiveHeads::scores(Var query, Var keys, const AttentionSpans& spans) const {
  return additive_scores(query, keys, query.tape().parameter(*v_), shape().heads, spans);
}

Var LinearHeads::features(Var x) {
  return activate(Activation::kEluPlusOne, concat_cols(std::array{x}));
}

Var LinearHeads::scores(Var query, Var keys, const AttentionSpans& spans) const {
  return dot_scores(features(query), features(keys), shape().heads, 1, spans);
}

Var LinearHeads::weights(Var scores, const AttentionSpans& spans) const {
  return share_spans(scores, shape().heads, spans);
}

}  // namespace heed
