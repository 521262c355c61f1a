#include "nn/running_attention.h"

#include <array>
#include <vector>

namespace heed {

namespace {

/// scan() from where the step before left each row, which the memory then has.
Var scan_on(Var gates, Var x, const SelfRows& rows, LayerMemory* memory) {
  if (memory == nullptr) return scan(gates, x, {}, rows.offsets);
  auto& past = static_cast<RowMemory&>(*memory);
  past.state = scan(gates, x, past.reordered(x.tape(), rows), rows.offsets);
  return past.state;
}

/// (t − 1) / t for the t-th token: the part of the earlier tokens in a running mean.
Var shares_of_past(Tape& tape, std::span<const int> places) {
  std::vector<float> shares;
  for (const int place : places) {
    shares.push_back(static_cast<float>(place) / static_cast<float>(place + 1));
  }
  const Tensor column = tape.allocate(static_cast<int>(shares.size()), 1);
  tape.backend().write(shares, column);
  return tape.constant(column);
}

}  // namespace

Var RowMemory::reordered(Tape& tape, const SelfRows& next) const {
  return state ? gather_rows(tape.adopt(state), next.parents) : Var();
}

std::unique_ptr<LayerMemory> AverageAttention::start(Backend&) const {
  return std::make_unique<RowMemory>();
}

Var AverageAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const Var mean = scan_on(shares_of_past(x.tape(), rows.places), x, rows, memory);
  const Var both = concat_cols(std::array{x, feed_forward_(mean)});
  const Var gated = multiply(activate(Activation::kSigmoid, gate_(both)), both);
  return add(col_range(gated, 0, x.cols()), col_range(gated, x.cols(), x.cols()));
}

std::unique_ptr<LayerMemory> SsruAttention::start(Backend&) const {
  return std::make_unique<RowMemory>();
}

Var SsruAttention::operator()(Var x, const SelfRows& rows, LayerMemory* memory) const {
  const Var gates = activate(Activation::kSigmoid, forget_(x));
  return activate(Activation::kRelu, scan_on(gates, input_(x), rows, memory));
}

}  // namespace heed
