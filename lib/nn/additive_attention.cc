#include "nn/additive_attention.h"

#include <vector>

namespace heed {

namespace {

Var ones(Tape& tape, int rows, int cols) {
  const Tensor y = tape.allocate(rows, cols);
  tape.backend().fill(y, 1);
  return tape.constant(y);
}

}  // namespace

NormedAdditiveAttention::NormedAdditiveAttention(Parameters& parameters, const std::string& name,
                                                 const AttentionShape& shape)
    : AdditiveAttention(parameters, name, shape),
      gain_(&parameters.add(name + ".gain", 1, 1, Initializer::kOnes)) {}

// The root mean square norm of v is √d v/‖v‖, so what is left of g (v/‖v‖) is (g √d) / d.
Var NormedAdditiveAttention::direction(Tape& tape) const {
  const int width = shape().hidden;
  const Var v = AdditiveAttention::direction(tape);  // [1, hidden]
  const Var unit = normalize(Normalization::kRms, v, ones(tape, 1, width), {});
  // [1, 1] · [1, hidden]
  return matmul(tape.parameter(*gain_), scale(unit, 1 / static_cast<float>(width)));
}

Var LocationSensitiveAttention::extra_term(const AttentionQuery& query,
                                           const AttentionMemory&) const {
  if (!query.history) return {};
  Tape& tape = query.state.tape();
  std::vector<int> rows;  // of the weights before under each filter position; beyond an end: none
  for (const AttentionSpan& span : query.rows.spans.rows.host) {
    for (int j = 0; j < span.keys; ++j) {
      for (int p = j - kPositions / 2; p <= j + kPositions / 2; ++p) {
        rows.push_back(0 <= p && p < span.keys ? static_cast<int>(span.first_weight) + p : -1);
      }
    }
  }
  const Var column = gather_rows(query.history, tape.keep(rows));  // [weights · positions, 1]
  return location_(filters_(reshape(column, kPositions)));  // f = F ∗ a [weights, 8], then U f
}

CoverageAttention::CoverageAttention(Parameters& parameters, const std::string& name,
                                     const AttentionShape& shape)
    : AdditiveAttention(parameters, name, shape),
      coverage_(parameters, name + ".coverage", 1, shape.hidden, false) {
  if (shape.fertility) fertility_.emplace(parameters, name + ".fertility", shape.source, 1, false);
}

// 1 / φ_j = (1 + exp(−U_f m_j)) / N
AttentionMemory CoverageAttention::remember(const SourceStates& source) const {
  AttentionMemory memory = AdditiveAttention::remember(source);
  if (fertility_.has_value()) {
    // [N, 1], of each source token
    const Var power = activate(Activation::kExp, scale((*fertility_)(source.states), -1));
    memory.extra = scale(add(ones(power.tape(), power.rows(), 1), power), 1 / kMostFertile);
  }
  return memory;
}

Var CoverageAttention::extra_term(const AttentionQuery& query,
                                  const AttentionMemory& memory) const {
  if (!query.history) return {};
  if (!memory.extra) return coverage_(query.history);  // [weights, 1] → [weights, hidden]
  Tape& tape = query.state.tape();
  std::vector<int> states;  // of each pair of a row and a key
  for (const AttentionSpan& span : query.rows.spans.rows.host) {
    for (int j = 0; j < span.keys; ++j) states.push_back(span.first_key + j);
  }
  // [N, 1] → [weights, 1]
  const Var inverse_fertility = gather_rows(tape.adopt(memory.extra), tape.keep(states));
  return coverage_(multiply(query.history, inverse_fertility));
}

}  // namespace heed
