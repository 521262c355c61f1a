#include "nn/positions.h"

#include <algorithm>
#include <cmath>

#include "util/error.h"

namespace heed {

namespace {

constexpr int kTableRows = 256;  // computed once; later places when they are needed

/// PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i + 1) = cos of the same.
void add_sinusoids(int place, std::span<const double> frequencies, std::vector<float>& values) {
  for (std::size_t column = 0; column < frequencies.size(); ++column) {
    const double angle = place * frequencies[column];
    values.push_back(static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle)));
  }
}

}  // namespace

PositionEncoding::PositionEncoding(Parameters& parameters, const std::string& name, int width,
                                   int learned) {
  if (learned > 0) {
    learned_ = &parameters.add(name, learned, width, Initializer::kEmbedding);
    return;
  }
  for (int column = 0; column < width; ++column) {
    const int even = column / 2 * 2;
    frequencies_.push_back(std::pow(10000.0, -static_cast<double>(even) / width));
  }
  for (int place = 0; place < kTableRows; ++place) add_sinusoids(place, frequencies_, sinusoids_);
}

Var PositionEncoding::learned(Tape& tape, std::span<const int> positions) const {
  const int rows = *std::max_element(positions.begin(), positions.end()) + 1;
  if (rows > learned_->rows) {
    fail(
        "expected at most {} tokens, as the model has learnt positions for, found {}; split the "
        "line or train with a larger --max-positions",
        learned_->rows, rows);
  }
  return gather_rows(tape.parameter(*learned_), positions);
}

/// Only the rows that are asked for, so that a step of decoding costs the same at every length.
Var PositionEncoding::sinusoidal(Tape& tape, std::span<const int> positions) const {
  const std::size_t width = frequencies_.size();
  std::vector<float> values;
  values.reserve(positions.size() * width);
  for (const int place : positions) {
    if (place < kTableRows) {
      const auto row = std::span(sinusoids_).subspan(place * width, width);
      values.insert(values.end(), row.begin(), row.end());
    } else {
      add_sinusoids(place, frequencies_, values);
    }
  }
  const Tensor table = tape.allocate(static_cast<int>(positions.size()), static_cast<int>(width));
  tape.backend().write(values, table);
  return tape.constant(table);
}

Var PositionEncoding::operator()(Var x, std::span<const int> positions) const {
  if (positions.empty()) return x;
  return add(x,
             learned_ != nullptr ? learned(x.tape(), positions) : sinusoidal(x.tape(), positions));
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
