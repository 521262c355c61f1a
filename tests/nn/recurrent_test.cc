#include "nn/recurrent.h"

#include <algorithm>
#include <array>

#include "nn/host_math.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class RecurrentTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, RecurrentTest, every_backend(), backend_name);

TEST(TimeMajorTest, WalksFromTheLongestSentenceToTheShortest) {
  const TimeMajor time(std::array{0, 2, 5, 6, 9});  // lengths 2, 3, 1, 3
  EXPECT_EQ(time.steps(), 3);
  EXPECT_EQ(time.order, (std::vector{1, 3, 0, 2}));
  EXPECT_EQ(time.live, (std::vector{4, 3, 2}));
  EXPECT_EQ(time.first, (std::vector{0, 4, 7}));
  EXPECT_EQ(time.forward, (std::vector{2, 6, 0, 5, 3, 7, 1, 4, 8}));
  EXPECT_EQ(time.backward, (std::vector{4, 8, 1, 5, 3, 7, 0, 2, 6}));
}

TEST(TimeMajorTest, HasNoStepsWithoutSentences) {
  const TimeMajor time(std::array{0});
  EXPECT_EQ(time.steps(), 0);
  EXPECT_TRUE(time.forward.empty());
}

TEST(TimeMajorTest, InverseLeadsBack) {
  const TimeMajor time(std::array{0, 2, 5, 6, 9});
  for (const std::vector<int>& rows : {time.forward, time.backward, time.order}) {
    const std::vector<int> back = inverse(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(back[rows[i]], static_cast<int>(i));
  }
}

/// The equations of Cho et al. 2014 and Hochreiter & Schmidhuber 1997, one row at a time.
struct NaiveCell {
  const Parameters& parameters;
  std::string name;
  int width;
  bool is_lstm;
  bool bias_on_state = false;

  /// Of no x: zeros.
  Vector input_part(const Vector& x) const {
    if (x.empty()) return Vector((is_lstm ? 4 : 3) * width);
    const Vector product = times(x, matrix_of(parameters, name + ".input.weight"));
    return normed(parameters, name + ".input.norm", product);
  }

  void step(const Vector& x, Vector& h, Vector& c) const {
    Vector a = input_part(x);
    Vector b = normed(parameters, name + ".hidden.norm",
                      times(h, matrix_of(parameters, name + ".hidden.weight")));
    Vector& biased = bias_on_state ? b : a;
    biased = plus(biased, matrix_of(parameters, name + ".bias").row(0));
    const auto gate = [&](int number, int i) {
      return a[number * width + i] + b[number * width + i];
    };
    for (int i = 0; i < width; ++i) {
      if (is_lstm) {
        c[i] = sigmoid(gate(1, i)) * c[i] + sigmoid(gate(0, i)) * std::tanh(gate(2, i));
        h[i] = sigmoid(gate(3, i)) * std::tanh(c[i]);
      } else {
        const double reset = sigmoid(gate(0, i)), update = sigmoid(gate(1, i));
        const double candidate = std::tanh(a[2 * width + i] + reset * b[2 * width + i]);
        h[i] = (1 - update) * candidate + update * h[i];
      }
    }
  }
};

const std::vector<int> kLengths = {3, 7, 1, 5, 7, 2};

std::vector<int> offsets_of(const std::vector<int>& lengths) {
  std::vector<int> offsets = {0};
  for (const int length : lengths) offsets.push_back(offsets.back() + length);
  return offsets;
}

/// Calls body(shape, backward) for GRU and LSTM, with and without layer norm, in both directions.
template <class Body>
void for_each_layer(Body body) {
  for (const bool is_lstm : {false, true}) {
    for (const bool layer_norm : {false, true}) {
      for (const bool backward : {false, true}) {
        SCOPED_TRACE(std::string(is_lstm ? "lstm" : "gru") + (layer_norm ? " norm" : "") +
                     (backward ? " backward" : ""));
        body(CellShape{5, 6, is_lstm, layer_norm ? 1e-6F : 0}, backward);
      }
    }
  }
}

TEST_P(RecurrentTest, LayerIsALoopOverEachSentence) {
  const std::vector<int> offsets = offsets_of(kLengths);
  for_each_layer([&](const CellShape& shape, bool backward) {
    Parameters weights(RecurrentTest::backend());
    const Parameter& x = weights.add("x", offsets.back(), shape.inputs);
    const RecurrentLayer layer(weights, "layer", shape, backward, 0);
    weights.initialize(1);
    disturb(weights, 0.4);
    Tape tape(RecurrentTest::backend());
    const RecurrentLayer::Output output = layer(tape.parameter(x), TimeMajor(offsets));
    const std::vector<float> states = host(output.states), last = host(output.last);
    const Matrix inputs = matrix_of(weights, "x");
    const NaiveCell cell{weights, "layer", shape.width, shape.is_lstm};
    ASSERT_EQ(output.states.rows(), offsets.back());
    ASSERT_EQ(output.last.rows(), static_cast<int>(kLengths.size()));
    for (std::size_t sentence = 0; sentence < kLengths.size(); ++sentence) {
      Vector h(shape.width), c(shape.width);
      for (int token = 0; token < kLengths[sentence]; ++token) {
        const int row = backward ? offsets[sentence + 1] - 1 - token : offsets[sentence] + token;
        cell.step(inputs.row(row), h, c);
        for (int i = 0; i < shape.width; ++i) {
          ASSERT_NEAR(h[i], states[row * shape.width + i], 1e-5) << "row " << row;
        }
      }
      for (int i = 0; i < shape.width; ++i) {
        ASSERT_NEAR(h[i], last[static_cast<int>(sentence) * shape.width + i], 1e-5);
      }
    }
  });
}

/// Calls body(shape) for all kinds of cells that nematus has.
template <class Body>
void for_each_deep_cell(Body body) {
  for (const bool is_lstm : {false, true}) {
    for (const bool layer_norm : {false, true}) {
      for (const bool on_state : {false, true}) {
        SCOPED_TRACE(std::string(is_lstm ? "lstm" : "gru") + (layer_norm ? " norm" : "") +
                     (on_state ? " bias on state" : ""));
        body(CellShape{5, 6, is_lstm, layer_norm ? 1e-6F : 0, false, on_state});
      }
    }
  }
}

TEST_P(RecurrentTest, DeepCellIsOneCellAfterTheOther) {
  for_each_deep_cell([&](const CellShape& shape) {
    Parameters weights(RecurrentTest::backend());
    const Parameter& x = weights.add("x", 2, shape.inputs);
    const Parameter& start = weights.add("start", 2, shape.width);
    const auto cell = make_cells(weights, "cell", shape, 3);
    weights.initialize(1);
    disturb(weights, 0.4);
    Tape tape(RecurrentTest::backend());
    const Var state = tape.parameter(start);
    const CellState next =
        cell->step(cell->project(tape.parameter(x)), {state, shape.is_lstm ? state : Var()});
    const std::vector<float> found = host(next.hidden);
    for (int row = 0; row < 2; ++row) {
      Vector h = matrix_of(weights, "start").row(row), c = h;
      for (const char* name : {"cell", "cell.transition.1", "cell.transition.2"}) {
        const NaiveCell naive{weights, name, shape.width, shape.is_lstm, shape.bias_on_state};
        naive.step(name == std::string("cell") ? matrix_of(weights, "x").row(row) : Vector(), h, c);
      }
      for (int i = 0; i < shape.width; ++i) EXPECT_NEAR(h[i], found[row * shape.width + i], 1e-5);
    }
    EXPECT_FALSE(has_parameter(weights, "cell.transition.1.input.weight"));
    EXPECT_FALSE(has_parameter(weights, "cell.hidden.norm.bias"));
  });
}

TEST_P(RecurrentTest, GradientOfADeepCell) {
  for_each_deep_cell([&](const CellShape& shape) {
    Parameters weights(RecurrentTest::backend());
    const Parameter& x = weights.add("x", 2, shape.inputs);
    const Parameter& start = weights.add("start", 2, shape.width);
    const auto cell = make_cells(weights, "cell", shape, 2);
    weights.initialize(1);
    disturb(weights, 0.4);
    expect_gradients(weights, [&](Tape& tape) {
      const Var state = tape.parameter(start);
      return cell->step(cell->project(tape.parameter(x)), {state, shape.is_lstm ? state : Var()})
          .hidden;
    });
  });
}

TEST_P(RecurrentTest, GradientOfALayer) {
  const std::vector<int> offsets = offsets_of({2, 4, 1});
  for_each_layer([&](const CellShape& shape, bool backward) {
    Parameters weights(RecurrentTest::backend());
    const Parameter& x = weights.add("x", offsets.back(), shape.inputs);
    const RecurrentLayer layer(weights, "layer", shape, backward, 0.3F);
    weights.initialize(1);
    disturb(weights, 0.4);
    expect_gradients(weights, [&](Tape& tape) {
      const RecurrentLayer::Output output = layer(tape.parameter(x), TimeMajor(offsets));
      return concat_rows(std::array{output.states, output.last});
    });
  });
}

TEST_P(RecurrentTest, GradientWhenOnlyTheLastStatesAreUsed) {
  const std::vector<int> offsets = offsets_of({2, 4, 1});
  for_each_layer([&](const CellShape& shape, bool backward) {
    Parameters weights(RecurrentTest::backend());
    const Parameter& x = weights.add("x", offsets.back(), shape.inputs);
    const RecurrentLayer layer(weights, "layer", shape, backward, 0);
    weights.initialize(1);
    disturb(weights, 0.4);
    expect_gradients(weights,
                     [&](Tape& tape) { return layer(tape.parameter(x), TimeMajor(offsets)).last; });
  });
}

/// A sentence keeps one mask: where its state is dropped, it is dropped at each step.
TEST_P(RecurrentTest, StateDropoutIsOneMaskForAllSteps) {
  const Parameter& h = parameter("h", 3, 50);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  const CellState state{tape.parameter(h), tape.parameter(h)};
  const CellState once = dropout(state, 0.5F, 9);
  const CellState shorter = dropout(first_rows(once, 2), 0.5F, 9);
  const std::vector<float> one = host(once.hidden), two = host(shorter.hidden);
  for (std::size_t i = 0; i < two.size(); ++i) EXPECT_FLOAT_EQ(two[i], 2 * one[i]);
  EXPECT_GT(std::count(one.begin(), one.end(), 0.0F), 30);
  EXPECT_EQ(host(once.cell), host(h.value));
}

TEST_P(RecurrentTest, StatesStartAtZeroAndAreReordered) {
  Parameters weights(backend());
  const auto cell = make_cell(weights, "cell", {2, 3, true, false});
  weights.initialize(1);
  Tape tape(backend()), next(backend());
  const CellState zero = cell->zero_state(tape, 2);
  EXPECT_EQ(host(zero.hidden), std::vector<float>(6));
  EXPECT_EQ(host(zero.cell), std::vector<float>(6));
  EXPECT_FALSE(make_cell(weights, "gru", {2, 3, false, false})->zero_state(tape, 2).cell);
  const Var rows = constant(tape, 2, 3, std::array{1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F});
  const std::vector parents = {1, 1, 0};
  const CellState moved = gather_rows(next, {rows, rows}, next.keep(parents));
  EXPECT_EQ(&moved.cell.tape(), &next);
  EXPECT_EQ(host(moved.hidden), (std::vector<float>{4, 5, 6, 4, 5, 6, 1, 2, 3}));
  EXPECT_EQ(host(moved.cell), host(moved.hidden));
}

TEST_P(RecurrentTest, AnLstmDoesNotForgetAtFirst) {
  Parameters weights(backend());
  make_cell(weights, "lstm", {2, 3, true, false});
  make_cell(weights, "gru", {2, 3, false, false});
  weights.initialize(1);
  EXPECT_EQ(matrix_of(weights, "lstm.bias").row(0), (Vector{0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(matrix_of(weights, "gru.bias").row(0), Vector(9));
}

}  // namespace
}  // namespace heed
