#include "nn/positions.h"

#include <algorithm>
#include <cmath>

#include "util/error.h"

namespace heed {

namespace {

constexpr int kTableRows = 256;  // computed once; longer sentences compute theirs

/// PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i + 1) = cos of the same.
std::vector<float> sinusoids(int rows, int width) {
  std::vector<float> table(static_cast<std::size_t>(rows) * width);
  for (int column = 0; column < width; ++column) {
    const int even = column / 2 * 2;
    const double frequency = std::pow(10000.0, -static_cast<double>(even) / width);
    for (int row = 0; row < rows; ++row) {
      const double angle = row * frequency;
      table[static_cast<std::size_t>(row) * width + column] =
          static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

}  // namespace

PositionEncoding::PositionEncoding(Parameters& parameters, const std::string& name, int width,
                                   int learned)
    : width_(width) {
  if (learned > 0) {
    learned_ = &parameters.add(name, learned, width, Initializer::kEmbedding);
  } else {
    sinusoids_ = sinusoids(kTableRows, width);
  }
}

Var PositionEncoding::table(Tape& tape, int rows) const {
  if (learned_ != nullptr) {
    if (rows <= learned_->rows) return tape.parameter(*learned_);
    fail(
        "expected at most {} tokens, as the model has learnt positions for, found {}; split the "
        "line or train with a larger --max-positions",
        learned_->rows, rows);
  }
  const Tensor table = tape.allocate(rows, width_);
  if (rows <= kTableRows) {
    tape.backend().write(std::span(sinusoids_).first(table.size()), table);
  } else {
    tape.backend().write(sinusoids(rows, width_), table);
  }
  return tape.constant(table);
}

Var PositionEncoding::operator()(Var x, std::span<const int> positions) const {
  if (positions.empty()) return x;
  const int rows = *std::max_element(positions.begin(), positions.end()) + 1;
  return add(x, gather_rows(table(x.tape(), rows), positions));
}

std::vector<int> token_positions(std::span<const int> offsets) {
  std::vector<int> positions;
  positions.reserve(offsets.back());
  for (std::size_t sentence = 0; sentence + 1 < offsets.size(); ++sentence) {
    for (int token = offsets[sentence]; token < offsets[sentence + 1]; ++token) {
      positions.push_back(token - offsets[sentence]);
    }
  }
  return positions;
}

}  // namespace heed
