#include "nn/multi_head_attention.h"

#include <array>

namespace heed {

HeadedSelfAttention::HeadedSelfAttention(Parameters& parameters, const std::string& name,
                                         std::unique_ptr<HeadScores> scores)
    : scores_(std::move(scores)),
      query_key_value_(parameters, name + ".query_key_value", shape().width,
                       shape().width + 2 * scores_->memory_width()),
      output_(parameters, name + ".output", shape().width, shape().width) {
  if (shape().positions != Positions::kRelative) return;
  relative_ = std::make_unique<RelativeTables>(
      parameters, name + ".relative", Heads{shape().heads, shape().head_width()}, shape().causal);
}

LayerMemory HeadedSelfAttention::start(Backend& backend) const {
  return {KeyValueCache(backend, 2 * scores_->memory_width()), {}};
}

// Concat(head_1 … head_H) W^O, head_h = Attention(x W^Q_h, x W^K_h, x W^V_h) (Vaswani et al. 2017,
// 3.2.2). W^Q, W^K and W^V of all heads are one matrix [D, D + 2·G·d].
Var HeadedSelfAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const int width = shape().width, memory_width = scores_->memory_width();
  const Var projected = project(x);                                 // [N, D + 2·G·d]
  Var query = col_range(projected, 0, width);                       // [N, D]
  Var keys_values = col_range(projected, width, 2 * memory_width);  // [N, 2·G·d]
  if (const Var angles = rows.relative.angles) {
    // Queries and keys turned by their places (Su et al. 2021, eq. 34).
    query = rotate(query, angles);
    keys_values = concat_cols(std::array{rotate(col_range(keys_values, 0, memory_width), angles),
                                         col_range(keys_values, memory_width, memory_width)});
  }
  if (memory != nullptr) {
    KeyValueCache& cache = memory->cache.value();
    if (!rows.kept.empty()) cache.keep(rows.kept);
    cache.append(keys_values.value());
    keys_values = x.tape().constant(cache.rows());  // [rows of the cache, 2·G·d]
  }
  return output(attend(query, keys_values, rows));
}

// softmax(Q Kᵀ / √d + biases) V (Vaswani et al. 2017, eq. 1), each row over the keys of its span.
Var HeadedSelfAttention::attend(Var query, Var memory, const SelfRows& rows) const {
  const int memory_width = scores_->memory_width();
  const Var keys = col_range(memory, 0, memory_width);    // [M, G·d]
  Var scores = scores_->scores(query, keys, rows.spans);  // [weights, H]
  if (const Var biases = rows.relative.biases) {
    // biases [1, H·P]
    scores = add_by_bucket(scores, biases, rows.relative.buckets, shape().heads, rows.spans);
  }
  if (relative_ != nullptr) scores = relative_->add_to_scores(scores, query, rows);
  // [weights, H]
  const Var weights = dropout(scores_->weights(scores, rows.spans), shape().dropout);
  const Var values = col_range(memory, memory_width, memory_width);  // [M, G·d]
  const Var context =                                                // [N, D]
      weighted_sum(weights, values, Heads{shape().heads, shape().head_width()}, rows.spans);
  return relative_ == nullptr ? context : relative_->add_to_context(context, weights, rows);
}

Var LinearSelfAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  if (memory == nullptr) return HeadedSelfAttention::operator()(x, rows, nullptr);
  const int width = shape().width;
  const Var projected = project(x);                                                // [R, 3D]
  const Var features = LinearHeads::features(col_range(projected, 0, 2 * width));  // [R, 2D]: q, k
  Tape& tape = x.tape();
  Backend& backend = tape.backend();
  Var& state = memory->state;
  state = reordered(tape, state, rows);
  if (!state) {
    // S [d, d] and z [d] of each head: [R, H·d·(d + 1)]
    state = tape.constant(tape.allocate(x.rows(), width * (shape().head_width() + 1)));
    backend.fill(state.value(), 0);
  }
  const Tensor context = tape.allocate(x.rows(), width);  // [R, D]
  backend.linear_attention_step(
      col_range(features, 0, width).value(), col_range(features, width, width).value(),
      col_range(projected, 2 * width, width).value(), shape().heads, state.value(), context);
  return output(tape.constant(context));
}

}  // namespace heed
