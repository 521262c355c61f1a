#include <cmath>

#include "backend/put.h"
#include "backend/reference.h"

namespace heed {
namespace {

float logistic(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void ReferenceBackend::gru(const GruStep& step, const Tensor& next, const Tensor& gates) {
  const int width = step.state.cols;
  for (int row = 0; row < step.state.rows; ++row) {
    const float* input = step.input.row(row);
    const float* hidden = step.hidden.row(row);
    const float* state = step.state.row(row);
    float* gate = gates.row(row);
    for (int i = 0; i < width; ++i) {
      const float r = logistic(input[i] + hidden[i]);
      const float z = logistic(input[width + i] + hidden[width + i]);
      const float n = std::tanh(input[2 * width + i] + r * hidden[2 * width + i]);
      next.row(row)[i] = (1 - z) * n + z * state[i];
      gate[i] = r;
      gate[width + i] = z;
      gate[2 * width + i] = n;
    }
  }
}

void ReferenceBackend::gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                                    const GruGradients& d) {
  const int width = step.state.cols;
  for (int row = 0; row < step.state.rows; ++row) {
    const float* gate = gates.row(row);
    float* dinput = d.input.y.row(row);
    float* dhidden = d.hidden.y.row(row);
    for (int i = 0; i < width; ++i) {
      const float r = gate[i], z = gate[width + i], n = gate[2 * width + i];
      const float slope = dnext.row(row)[i];
      const float dn = slope * (1 - z) * (1 - n * n);
      const float dr = dn * step.hidden.row(row)[2 * width + i] * r * (1 - r);
      const float dz = slope * (step.state.row(row)[i] - n) * z * (1 - z);
      put(dinput[i], dr, d.input.beta);
      put(dinput[width + i], dz, d.input.beta);
      put(dinput[2 * width + i], dn, d.input.beta);
      put(dhidden[i], dr, d.hidden.beta);
      put(dhidden[width + i], dz, d.hidden.beta);
      put(dhidden[2 * width + i], dn * r, d.hidden.beta);
      put(d.state.y.row(row)[i], slope * z, d.state.beta);
    }
  }
}

void ReferenceBackend::lstm(const LstmStep& step, const Tensor& next, const Tensor& next_cell,
                            const Tensor& activations) {
  const int width = step.cell.cols;
  for (int row = 0; row < step.cell.rows; ++row) {
    const float* gates = step.gates.row(row);
    float* kept = activations.row(row);
    for (int k = 0; k < width; ++k) {
      const float i = logistic(gates[k]);
      const float f = logistic(gates[width + k]);
      const float g = std::tanh(gates[2 * width + k]);
      const float o = logistic(gates[3 * width + k]);
      const float c = f * step.cell.row(row)[k] + i * g;
      next_cell.row(row)[k] = c;
      next.row(row)[k] = o * std::tanh(c);
      kept[k] = i;
      kept[width + k] = f;
      kept[2 * width + k] = g;
      kept[3 * width + k] = o;
    }
  }
}

void ReferenceBackend::lstm_backward(const LstmStep& step, const Tensor& next_cell,
                                     const Tensor& activations, const Tensor& dnext,
                                     const Tensor& dnext_cell, const LstmGradients& d) {
  const int width = step.cell.cols;
  for (int row = 0; row < step.cell.rows; ++row) {
    const float* kept = activations.row(row);
    float* dgates = d.gates.y.row(row);
    for (int k = 0; k < width; ++k) {
      const float i = kept[k], f = kept[width + k], g = kept[2 * width + k];
      const float o = kept[3 * width + k];
      const float t = std::tanh(next_cell.row(row)[k]);
      const float slope = dnext.row(row)[k];
      const float dc = dnext_cell.row(row)[k] + slope * o * (1 - t * t);
      put(dgates[k], dc * g * i * (1 - i), d.gates.beta);
      put(dgates[width + k], dc * step.cell.row(row)[k] * f * (1 - f), d.gates.beta);
      put(dgates[2 * width + k], dc * i * (1 - g * g), d.gates.beta);
      put(dgates[3 * width + k], slope * t * o * (1 - o), d.gates.beta);
      put(d.cell.y.row(row)[k], dc * f, d.cell.beta);
    }
  }
}

}  // namespace heed
