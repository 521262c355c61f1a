#include "nn/recurrent.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace heed {

namespace {

/// What both cells do to a part of their gates.
class GatePart {
 public:
  GatePart(Parameters& parameters, const std::string& name, const Parameter& weight,
           const CellShape& shape)
      : weight_(&weight), widths_{weight.cols} {
    if (shape.norm_epsilon == 0) return;
    if (shape.splits_norms) widths_ = {2 * shape.width, shape.width};
    const Normalization norm(Normalization::kLayer, shape.norm_epsilon);
    for (const int width : widths_) {
      const std::string part = norms_.empty() ? ".norm" : ".candidate.norm";
      norms_.push_back(std::make_unique<Norm>(parameters, name + part, width, norm,
                                              shape.norm_bias || shape.splits_norms));
    }
  }
  Var operator()(Var x) const { return normalized(matmul(x, x.tape().parameter(*weight_))); }
  Var operator()(Var x, const Parameter& added) const {
    Tape& tape = x.tape();
    const Var bias = tape.parameter(added);
    if (norms_.size() == 1) return add_bias((*this)(x), bias);
    return normalized(linear(x, tape.parameter(*weight_), bias));
  }

 private:
  /// [N, k · width]
  Var normalized(Var x) const {
    if (norms_.empty()) return x;
    if (norms_.size() == 1) return (*norms_.front())(x);
    const auto part = [&](int first, int norm) {
      return (*norms_[norm])(concat_cols(std::array{col_range(x, first, widths_[norm])}));
    };
    return concat_cols(std::array{part(0, 0), part(widths_[0], 1)});
  }

  const Parameter* weight_;
  std::vector<int> widths_;  ///< Of what each norm is of.
  std::vector<std::unique_ptr<Norm>> norms_;
};

/// The parameters that GRU and LSTM have in common: W [inputs, kD], U [D, kD], b [1, kD].
class GatedCell : public RecurrentCell {
 public:
  GatedCell(Parameters& parameters, const std::string& name, const CellShape& shape, int gates)
      : RecurrentCell(shape.width, shape.is_lstm),
        input_(make_input(parameters, name + ".input", shape, gates * shape.width)),
        hidden_(parameters, name + ".hidden",
                parameters.add(name + ".hidden.weight", shape.width, gates * shape.width,
                               Initializer::kOrthogonal, Factor::kWeight),
                shape),
        bias_(&parameters.add(name + ".bias", 1, gates * shape.width,
                              shape.is_lstm ? Initializer::kForgetOne : Initializer::kZeros)),
        bias_on_state_(shape.bias_on_state) {}

  Var project(Var x) const override { return bias_on_state_ ? (*input_)(x) : (*input_)(x, *bias_); }

 protected:
  /// gate ∘ (U h + b), or without b: [R, D] → [R, kD].
  Var hidden_part(Var hidden, Var gate) const {
    const Var part = bias_on_state_ ? hidden_(hidden, *bias_) : hidden_(hidden);
    return gate ? multiply(gate, part) : part;
  }
  /// What a cell reads that has no inputs: b for each row, or nothing but zeros.
  Var input_or_bias(Var input, Var hidden) const {
    if (input) return input;
    Tape& tape = hidden.tape();
    const Tensor zeros = tape.allocate(hidden.rows(), bias_->cols);
    tape.backend().fill(zeros, 0.0F);
    return bias_on_state_ ? tape.constant(zeros) : biased(tape.constant(zeros));
  }

 private:
  static std::optional<GatePart> make_input(Parameters& parameters, const std::string& name,
                                            const CellShape& shape, int cols) {
    if (shape.inputs == 0) return std::nullopt;
    return GatePart(
        parameters, name,
        parameters.add(name + ".weight", shape.inputs, cols, Initializer::kGlorot, Factor::kWeight),
        shape);
  }
  Var biased(Var x) const { return add_bias(x, x.tape().parameter(*bias_)); }

  std::optional<GatePart> input_;
  GatePart hidden_;
  const Parameter* bias_;
  bool bias_on_state_;
};

/// r = σ(W_r x + U_r h + b_r), z = σ(W_z x + U_z h + b_z), h̃ = tanh(W x + r ∘ U h + b), next state
/// (1 − z) ∘ h̃ + z ∘ h (Bahdanau et al. 2015, A.2.1 and A.2.2, who exchange z and 1 − z and have
/// U (r ∘ h)). Columns of the gates: r, z, h̃. With its bias on the state h̃ = tanh(W x + r ∘ (U h +
/// b)), as in the second cell of Nematus (Sennrich et al. 2017).
class GruCell : public GatedCell {
 public:
  GruCell(Parameters& parameters, const std::string& name, const CellShape& shape)
      : GatedCell(parameters, name, shape, 3) {}
  CellState step(Var input, const CellState& state, Var gate) const override {
    const Var hidden = hidden_part(state.hidden, gate);
    return {gru(input_or_bias(input, hidden), hidden, state.hidden), {}};
  }
};

/// i, f, o = σ and g = tanh of W x + U h + b, next cell c' = f ∘ c + i ∘ g, next state
/// o ∘ tanh(c'). Columns of the gates: i, f, g, o.
class LstmCell : public GatedCell {
 public:
  LstmCell(Parameters& parameters, const std::string& name, const CellShape& shape)
      : GatedCell(parameters, name, shape, 4) {}
  CellState step(Var input, const CellState& state, Var gate) const override {
    const Var hidden = hidden_part(state.hidden, gate);
    const LstmState next = lstm(add(input_or_bias(input, hidden), hidden), state.cell);
    return {next.hidden, next.cell};
  }
};

/// A cell that reads the input, and cells that read the state of the one before.
class DeepCell : public RecurrentCell {
 public:
  explicit DeepCell(std::vector<std::unique_ptr<RecurrentCell>> cells, bool has_cell)
      : RecurrentCell(cells.front()->width(), has_cell), cells_(std::move(cells)) {}

  Var project(Var x) const override { return cells_.front()->project(x); }
  CellState step(Var input, const CellState& state, Var gate) const override {
    CellState next = cells_.front()->step(input, state, gate);
    for (std::size_t i = 1; i < cells_.size(); ++i) next = cells_[i]->step({}, next);
    return next;
  }

 private:
  std::vector<std::unique_ptr<RecurrentCell>> cells_;
};

template <class Function>
CellState transform(const CellState& state, Function function) {
  return {function(state.hidden), state.cell ? function(state.cell) : Var()};
}

}  // namespace

TimeMajor::TimeMajor(std::span<const int> offsets) : order(offsets.size() - 1) {
  const auto length = [&](int sentence) { return offsets[sentence + 1] - offsets[sentence]; };
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return length(a) > length(b); });
  const int longest = order.empty() ? 0 : length(order.front());
  int count = static_cast<int>(order.size());
  for (int step = 0; step < longest; ++step) {
    while (length(order[count - 1]) <= step) --count;
    first.push_back(static_cast<int>(forward.size()));
    live.push_back(count);
    for (int rank = 0; rank < count; ++rank) {
      const int sentence = order[rank];
      forward.push_back(offsets[sentence] + step);
      backward.push_back(offsets[sentence + 1] - 1 - step);
    }
  }
}

std::vector<int> inverse(std::span<const int> rows) {
  std::vector<int> result(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) result[rows[i]] = static_cast<int>(i);
  return result;
}

CellState RecurrentCell::zero_state(Tape& tape, int rows) const {
  const auto zeros = [&] {
    const Tensor state = tape.allocate(rows, width_);  // [R, width]
    tape.backend().fill(state, 0.0F);
    return tape.constant(state);
  };
  return {zeros(), has_cell_ ? zeros() : Var()};
}

std::unique_ptr<RecurrentCell> make_cell(Parameters& parameters, const std::string& name,
                                         const CellShape& shape) {
  if (shape.is_lstm) return std::make_unique<LstmCell>(parameters, name, shape);
  return std::make_unique<GruCell>(parameters, name, shape);
}

std::unique_ptr<RecurrentCell> make_cells(Parameters& parameters, const std::string& name,
                                          CellShape shape, int depth) {
  std::vector<std::unique_ptr<RecurrentCell>> cells;
  cells.push_back(make_cell(parameters, name, shape));
  shape.inputs = 0;
  for (int i = 1; i < depth; ++i) {
    cells.push_back(make_cell(parameters, fmt::format("{}.transition.{}", name, i), shape));
  }
  return std::make_unique<DeepCell>(std::move(cells), shape.is_lstm);
}

CellState first_rows(const CellState& state, int count) {
  if (state.hidden.rows() == count) return state;
  return transform(state, [=](Var x) { return row_range(x, 0, count); });
}

CellState gather_rows(Tape& tape, const CellState& state, const Indices& rows) {
  return transform(state, [&](Var x) { return gather_rows(tape.adopt(x), rows); });
}

CellState dropout(const CellState& state, float rate, std::uint64_t key) {
  return {dropout(state.hidden, rate, key), state.cell};
}

RecurrentLayer::Output RecurrentLayer::operator()(Var x, const TimeMajor& time) const {
  Tape& tape = x.tape();
  const std::vector<int>& rows = backward_ ? time.backward : time.forward;
  const Var input = cell_->project(gather_rows(x, tape.keep(rows)));  // [N, k · width], time-major
  const std::uint64_t key = tape.next_dropout_key();
  CellState state = cell_->zero_state(tape, static_cast<int>(time.order.size()));
  std::vector<Var> states, last;  // `last` from the longest sentence's to the shortest's, reversed
  for (int step = 0; step < time.steps(); ++step) {
    const int live = time.live[step];
    state = dropout(first_rows(state, live), state_dropout_, key);  // [live, width]
    state = cell_->step(row_range(input, time.first[step], live), state);
    states.push_back(state.hidden);  // [live, width]
    const int next = step + 1 < time.steps() ? time.live[step + 1] : 0;
    if (next < live) last.push_back(row_range(state.hidden, next, live - next));
  }
  std::reverse(last.begin(), last.end());
  // [N, width], sentence-major, and [B, width]
  return {gather_rows(concat_rows(states), tape.keep(inverse(rows))),
          gather_rows(concat_rows(last), tape.keep(inverse(time.order)))};
}

}  // namespace heed
