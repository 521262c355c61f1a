#include "nn/running_attention.h"

#include <array>
#include <vector>

namespace heed {

namespace {

/// scan() from where the step before left each row, which the memory then has: x and the result
/// [N, D], gates [N, D] or [N, 1], the memory's state [R, D].
Var scan_on(Var gates, Var x, const SelfRows& rows, LayerMemory* memory) {
  if (memory == nullptr) return scan(gates, x, {}, rows.offsets);
  memory->state = scan(gates, x, reordered(x.tape(), memory->state, rows), rows.offsets);
  return memory->state;
}

}  // namespace

Var reordered(Tape& tape, Var state, const SelfRows& next) {
  return state ? gather_rows(tape.adopt(state), next.parents) : Var();
}

/// (t − 1) / t for the t-th token.
std::vector<float> RunningMean::shares_of_past(int places) {
  std::vector<float> shares;
  for (int place = 0; place < places; ++place) {
    shares.push_back(static_cast<float>(place) / static_cast<float>(place + 1));
  }
  return shares;
}

// The mean as a running one: m_t = (t − 1)/t · m_{t−1} + 1/t · x_t.
Var RunningMean::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  // [places, 1]
  const Var table = x.tape().constant(shares_of_past_.for_places(rows.places.host, 1));
  return feed_forward_(scan_on(gather_rows(table, rows.places), x, rows, memory));  // [N, D]
}

Var AverageAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const Var both = concat_cols(std::array{x, mean_(x, rows, memory)});            // [N, 2D]: x, g
  const Var gated = multiply(activate(Activation::kSigmoid, gate_(both)), both);  // i ∘ x, f ∘ g
  return add(col_range(gated, 0, x.cols()), col_range(gated, x.cols(), x.cols()));
}

Var SplitAverageAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const Var mean = mean_(x, rows, memory);                                // g [N, D]
  const Var input = activate(Activation::kSigmoid, input_gate_(x));       // i [N, D]
  const Var forget = activate(Activation::kSigmoid, forget_gate_(mean));  // f [N, D]
  return add(multiply(input, x), multiply(forget, mean));
}

Var SsruAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const Var gates = activate(Activation::kSigmoid, forget_(x));  // [N, D]: f
  return activate(Activation::kRelu, scan_on(gates, input_(x), rows, memory));
}

}  // namespace heed
