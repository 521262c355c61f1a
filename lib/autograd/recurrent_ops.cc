#include "autograd/ops.h"
#include "autograd/shapes.h"

namespace heed {

// ---- Running states -------------------------------------------------------------------------

Var scan(Var gates, Var x, Var initial, const Indices& offsets) {
  expect(gates.rows() == x.rows() && (gates.cols() == 1 || gates.cols() == x.cols()), "scan", gates,
         x);
  if (offsets.host.back() != x.rows()) {
    fail("expected sequences of {} rows together in scan, found {}", x.rows(), offsets.host.back());
  }
  Tape& tape = x.tape();
  const Tensor states = tape.allocate(x.rows(), x.cols());
  const Tensor before = initial ? initial.value() : Tensor();
  tape.backend().scan(gates.value(), x.value(), before, offsets, states);
  const Var result = tape.node(states, gates.differentiable() || x.differentiable());
  if (!result.differentiable()) return result;
  if (initial) fail("expected no initial state in a scan that is differentiated, found one");
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    gates.share_gradient(x);
    tape.backend().scan_backward(gates.value(), x.value(), states, offsets, result.gradient(),
                                 gates.differentiable() ? gates.gradient_sum() : Sum(),
                                 x.gradient_sum());
  });
  return result;
}

// ---- Recurrent cells ------------------------------------------------------------------------

Var gru(Var input, Var hidden, Var state) {
  expect_same_shape("gru", input, hidden);
  expect(3 * state.cols() == hidden.cols() && state.rows() == hidden.rows(), "gru", hidden, state);
  Tape& tape = state.tape();
  const Tensor next = tape.allocate(state.rows(), state.cols());
  const Tensor gates = tape.allocate(hidden.rows(), hidden.cols());
  const GruStep step{input.value(), hidden.value(), state.value()};
  tape.backend().gru(step, next, gates);
  const Var result = tape.node(next, true);
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (!result.has_gradient()) return;
    input.share_gradient(hidden);
    tape.backend().gru_backward(
        step, gates, result.gradient(),
        {input.gradient_sum(), hidden.gradient_sum(), state.gradient_sum()});
  });
  return result;
}

LstmState lstm(Var gates, Var cell) {
  expect(gates.cols() == 4 * cell.cols() && gates.rows() == cell.rows(), "lstm", gates, cell);
  Tape& tape = cell.tape();
  const Tensor next = tape.allocate(cell.rows(), cell.cols());
  const Tensor next_cell = tape.allocate(cell.rows(), cell.cols());
  const Tensor activations = tape.allocate(gates.rows(), gates.cols());
  const LstmStep step{gates.value(), cell.value()};
  tape.backend().lstm(step, next, next_cell, activations);
  const LstmState result{tape.node(next, true), tape.node(next_cell, true)};
  if (!tape.recording()) return result;
  tape.record([=, &tape] {
    if (!result.hidden.has_gradient() && !result.cell.has_gradient()) return;
    tape.backend().lstm_backward(step, next_cell, activations, result.hidden.gradient(),
                                 result.cell.gradient(),
                                 {gates.gradient_sum(), cell.gradient_sum()});
  });
  return result;
}

}  // namespace heed
