#include "nn/positions.h"

#include <algorithm>
#include <cmath>

#include "util/error.h"

namespace heed {

namespace {

/// [places, D]: PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i + 1) = cos of the same (Vaswani et al.
/// 2017, 3.5).
std::vector<float> interleaved_sinusoids(int places, int width) {
  std::vector<double> frequencies;
  for (int column = 0; column < width; ++column) {
    const int even = column / 2 * 2;
    frequencies.push_back(std::pow(10000.0, -static_cast<double>(even) / width));
  }
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(places) * width);
  for (int place = 0; place < places; ++place) {
    for (int column = 0; column < width; ++column) {
      const double angle = place * frequencies[column];
      values.push_back(static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle)));
    }
  }
  return values;
}

/// [places, D]: sin(p 10000^(−i/(D/2 − 1))) in column i < D/2, cos of the same in column D/2 + i
/// (tensor2tensor, Marian); a last column of an odd D is 0.
std::vector<float> sinusoidal_halves(int places, int width) {
  const int half = width / 2;
  std::vector<float> values(static_cast<std::size_t>(places) * width);
  for (int column = 0; column < half; ++column) {
    const double frequency = half == 1 ? 1.0 : std::pow(10000.0, -1.0 * column / (half - 1));
    for (int place = 0; place < places; ++place) {
      const std::size_t at = static_cast<std::size_t>(place) * width + column;
      values[at] = static_cast<float>(std::sin(place * frequency));
      values[at + half] = static_cast<float>(std::cos(place * frequency));
    }
  }
  return values;
}

}  // namespace

PositionEncoding::PositionEncoding(Parameters& parameters, const std::string& name, int width,
                                   const Shape& shape)
    : sinusoids_(parameters.backend(), [width, halves = shape.halves](int places) {
        return sinusoids(places, width, halves);
      }) {
  if (shape.learned > 0) {
    learned_ = &parameters.add(name, shape.learned, width, Initializer::kEmbedding);
  }
}

std::vector<float> PositionEncoding::sinusoids(int places, int width, bool halves) {
  return halves ? sinusoidal_halves(places, width) : interleaved_sinusoids(places, width);
}

Var PositionEncoding::learned(Tape& tape, const Indices& positions) const {
  const int rows = *std::max_element(positions.host.begin(), positions.host.end()) + 1;
  if (rows > learned_->rows) {
    fail(
        "expected at most {} tokens, as the model has learnt positions for, found {}; split the "
        "line or train with a larger --max-positions",
        learned_->rows, rows);
  }
  return gather_rows(tape.parameter(*learned_), positions);  // [places, D] → [N, D]
}

Var PositionEncoding::operator()(Var x, const Indices& positions) const {
  if (positions.empty()) return x;
  Tape& tape = x.tape();
  if (learned_ != nullptr) return add(x, learned(tape, positions));
  const Tensor table = sinusoids_.for_places(positions.host, x.cols());  // [places, D]
  return add(x, gather_rows(tape.constant(table), positions));
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
