#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nn/layers.h"

namespace heed {

/// The order in which a recurrent network walks through a ragged batch without padding: sentences
/// from the longest to the shortest, first the first token of all, then the second of those that
/// have one, and so on. Step t's rows lie together, and its sentences are the first live[t].
struct TimeMajor {
  std::vector<int> order;     ///< [B]: sentences from the longest to the shortest.
  std::vector<int> live;      ///< [longest]: sentences with a token at step t.
  std::vector<int> first;     ///< [longest]: time-major row where step t begins.
  std::vector<int> forward;   ///< [N]: sentence-major row of each time-major row, left to right.
  std::vector<int> backward;  ///< [N]: the same, each sentence read from right to left.

  explicit TimeMajor(std::span<const int> offsets);
  int steps() const { return static_cast<int>(live.size()); }
};

/// Where each sentence-major row stands in `rows`, one of TimeMajor's orders.
std::vector<int> inverse(std::span<const int> rows);

/// The state of R rows: h, and for an LSTM its cell c.
struct CellState {
  Var hidden;
  Var cell;  ///< Empty for a GRU.
};

/// A recurrent cell in two parts: what depends on the input alone is computed for all time steps in
/// one product, the rest step by step.
class RecurrentCell {
 public:
  virtual ~RecurrentCell() = default;
  /// [N, inputs] → [N, k · width]: the input's part of the gates.
  virtual Var project(Var x) const = 0;
  /// One step of R rows; `input` [R, k · width] are rows of project(). The state's own part of the
  /// gates is multiplied by `gate` [R, k · width] where there is one. A cell without inputs gets
  /// none.
  virtual CellState step(Var input, const CellState& state, Var gate = {}) const = 0;
  /// Zeros for R rows.
  CellState zero_state(Tape& tape, int rows) const;
  int width() const { return width_; }

 protected:
  RecurrentCell(int width, bool has_cell) : width_(width), has_cell_(has_cell) {}

 private:
  int width_;
  bool has_cell_;
};

struct CellShape {
  int inputs = 0;  ///< 0: none, it reads its state alone (deep transition, Pascanu et al. 2014).
  int width = 0;
  bool is_lstm = false;
  /// Of layer norm on the input's and the state's part of the gates, each; 0: no layer norm.
  float norm_epsilon = 0;
  bool norm_bias = true;       ///< Whether those norms have biases.
  bool bias_on_state = false;  ///< Whether b belongs to the state's part of the gates.
  /// Whether a GRU's norms are Nematus's: of the part with b, where it has that, with biases, and
  /// of r and z apart from h̃.
  bool splits_norms = false;
};

/// Gated recurrent unit (Cho et al. 2014) or long short-term memory (Hochreiter & Schmidhuber 1997,
/// forget gates of Gers et al. 2000 with bias 1).
std::unique_ptr<RecurrentCell> make_cell(Parameters& parameters, const std::string& name,
                                         const CellShape& shape);

/// `depth` cells, one after the other, of which the first reads the input (Miceli Barone et al.
/// 2017, deep transition).
std::unique_ptr<RecurrentCell> make_cells(Parameters& parameters, const std::string& name,
                                          CellShape shape, int depth);

/// The first `count` rows of a state: the sentences that are still live.
CellState first_rows(const CellState& state, int count);
/// Rows of a state in another order, on `tape`.
CellState gather_rows(Tape& tape, const CellState& state, const Indices& rows);
/// One mask for each row and all steps: `key` stays the same (Gal & Ghahramani 2016).
CellState dropout(const CellState& state, float rate, std::uint64_t key);

/// One direction of a recurrent layer over a ragged batch.
class RecurrentLayer {
 public:
  RecurrentLayer(std::unique_ptr<RecurrentCell> cell, bool backward, float state_dropout)
      : cell_(std::move(cell)), backward_(backward), state_dropout_(state_dropout) {}
  RecurrentLayer(Parameters& parameters, const std::string& name, const CellShape& shape,
                 bool backward, float state_dropout)
      : RecurrentLayer(make_cell(parameters, name, shape), backward, state_dropout) {}

  struct Output {
    Var states;  ///< [N, width], sentence-major.
    Var last;    ///< [B, width]: each sentence's state after its last step.
  };
  /// x [N, inputs], sentence-major.
  Output operator()(Var x, const TimeMajor& time) const;

 private:
  std::unique_ptr<RecurrentCell> cell_;
  bool backward_;
  float state_dropout_;
};

}  // namespace heed
