#include "backend/eigen.h"
#include "backend/vector.h"

namespace heed {

void EigenBackend::gru(const GruStep& step, const Tensor& next, const Tensor& gates) {
  const int width = step.state.cols;
  for (int row = 0; row < step.state.rows; ++row) {
    const float* input = step.input.row(row);
    const float* hidden = step.hidden.row(row);
    float* gate = gates.row(row);
    for_lanes(width, [&](int i, auto part) {
      const Vec r = logistic(load(input + i, part) + load(hidden + i, part));
      const Vec z = logistic(load(input + width + i, part) + load(hidden + width + i, part));
      const Vec n =
          tanh(load(input + 2 * width + i, part) + r * load(hidden + 2 * width + i, part));
      store(gate + i, r, part);
      store(gate + width + i, z, part);
      store(gate + 2 * width + i, n, part);
      store(next.row(row) + i, n + z * (load(step.state.row(row) + i, part) - n), part);
    });
  }
}

void EigenBackend::gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                                const GruStep& d) {
  const int width = step.state.cols;
  for (int row = 0; row < step.state.rows; ++row) {
    const float* gate = gates.row(row);
    float* dinput = d.input.row(row);
    float* dhidden = d.hidden.row(row);
    for_lanes(width, [&](int i, auto part) {
      const Vec r = load(gate + i, part);
      const Vec z = load(gate + width + i, part);
      const Vec n = load(gate + 2 * width + i, part);
      const Vec slope = load(dnext.row(row) + i, part);
      const Vec dn = slope * (1.0F - z) * (1.0F - n * n);
      const Vec dr = dn * load(step.hidden.row(row) + 2 * width + i, part) * r * (1.0F - r);
      const Vec dz = slope * (load(step.state.row(row) + i, part) - n) * z * (1.0F - z);
      add(dinput + i, dr, part);
      add(dinput + width + i, dz, part);
      add(dinput + 2 * width + i, dn, part);
      add(dhidden + i, dr, part);
      add(dhidden + width + i, dz, part);
      add(dhidden + 2 * width + i, dn * r, part);
      add(d.state.row(row) + i, slope * z, part);
    });
  }
}

void EigenBackend::lstm(const LstmStep& step, const Tensor& next, const Tensor& next_cell,
                        const Tensor& activations) {
  const int width = step.cell.cols;
  for (int row = 0; row < step.cell.rows; ++row) {
    const float* gates = step.gates.row(row);
    float* kept = activations.row(row);
    for_lanes(width, [&](int k, auto part) {
      const Vec i = logistic(load(gates + k, part));
      const Vec f = logistic(load(gates + width + k, part));
      const Vec g = tanh(load(gates + 2 * width + k, part));
      const Vec o = logistic(load(gates + 3 * width + k, part));
      const Vec c = f * load(step.cell.row(row) + k, part) + i * g;
      store(kept + k, i, part);
      store(kept + width + k, f, part);
      store(kept + 2 * width + k, g, part);
      store(kept + 3 * width + k, o, part);
      store(next_cell.row(row) + k, c, part);
      store(next.row(row) + k, o * tanh(c), part);
    });
  }
}

void EigenBackend::lstm_backward(const LstmStep& step, const Tensor& next_cell,
                                 const Tensor& activations, const Tensor& dnext,
                                 const Tensor& dnext_cell, const LstmStep& d) {
  const int width = step.cell.cols;
  for (int row = 0; row < step.cell.rows; ++row) {
    const float* kept = activations.row(row);
    float* dgates = d.gates.row(row);
    for_lanes(width, [&](int k, auto part) {
      const Vec i = load(kept + k, part);
      const Vec f = load(kept + width + k, part);
      const Vec g = load(kept + 2 * width + k, part);
      const Vec o = load(kept + 3 * width + k, part);
      const Vec t = tanh(load(next_cell.row(row) + k, part));
      const Vec slope = load(dnext.row(row) + k, part);
      const Vec dc = load(dnext_cell.row(row) + k, part) + slope * o * (1.0F - t * t);
      add(dgates + k, dc * g * i * (1.0F - i), part);
      add(dgates + width + k, dc * load(step.cell.row(row) + k, part) * f * (1.0F - f), part);
      add(dgates + 2 * width + k, dc * i * (1.0F - g * g), part);
      add(dgates + 3 * width + k, slope * t * o * (1.0F - o), part);
      add(d.cell.row(row) + k, dc * f, part);
    });
  }
}

}  // namespace heed
