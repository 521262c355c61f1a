#include "nn/dot_attention.h"

#include <cmath>

#include "tensor/size.h"
#include "util/error.h"

namespace heed {

DotAttention::DotAttention(Parameters& parameters, const std::string& name,
                           const AttentionShape& shape)
    : ScoredAttention(parameters, name, shape) {
  if (shape.query == shape.source) return;
  fail_usage(
      "expected decoder and encoder states of equal width for attention dot, found {} and "
      "{}; set --dim-rnn-encoder to half of --dim-rnn, or use attention general, which learns "
      "the map between them",
      shape.query, shape.source);
}

// q [R, H·d], k [N, H·d] → [weights, H].
Var ScaledDotAttention::score(const AttentionQuery& query, const AttentionMemory& memory) const {
  const int width = shape().hidden / heads();  // d
  return dot_scores(query_(query.state), memory.keys, heads(),
                    1 / std::sqrt(static_cast<float>(width)), query.rows.spans);
}

LocationAttention::LocationAttention(Parameters& parameters, const std::string& name,
                                     const AttentionShape& shape)
    : ScoredAttention(parameters, name, shape),
      position_(parameters, name + ".position", shape.query, shape.max_positions, false) {}

AttentionMemory LocationAttention::remember(const SourceStates& source) const {
  for (std::size_t sentence = 0; sentence + 1 < source.offsets.size(); ++sentence) {
    const int length = source.offsets[sentence + 1] - source.offsets[sentence];
    if (length <= shape().max_positions) continue;
    fail(
        "expected at most {} source tokens, as attention location has scores for, found {}; split "
        "the line or train with a larger --max-positions",
        shape().max_positions, length);
  }
  return {source, {}, source.states, {}};
}

Var LocationAttention::score(const AttentionQuery& query, const AttentionMemory&) const {
  Tape& tape = query.state.tape();
  const Var all = position_(query.state);  // [R, positions]
  std::vector<int> rows;
  for (int r = 0; r < all.rows(); ++r) {
    const int first = to_int(std::int64_t{r} * all.cols(), "scores of positions");
    for (int j = 0; j < query.rows.spans.rows.host[r].keys; ++j) rows.push_back(first + j);
  }
  // [R · positions, 1] → [weights, 1]
  return gather_rows(reshape(all, 1), tape.keep(rows));
}

}  // namespace heed
