#include "backend/eigen.h"
#include "backend/vector.h"

namespace heed {

[[gnu::flatten]] void EigenBackend::gru(const GruStep& step, const Tensor& next,
                                        const Tensor& gates) {
  const int width = step.state.cols;
  for (int row = 0; row < step.state.rows; ++row) {
    const float* input = step.input.row(row);
    const float* hidden = step.hidden.row(row);
    float* gate = gates.row(row);
    for_blocks(width, [&](int first, auto part, auto size) {
      const auto sums = [&](int i) {
        return each<size>([&](auto k) {
          return load(input + i + k * kLanes, part) + load(hidden + i + k * kLanes, part);
        });
      };
      const auto r = logistic(sums(first));
      const auto z = logistic(sums(width + first));
      const auto n = tanh(each<size>([&](auto k) {
        const int i = 2 * width + first + k * kLanes;
        return load(input + i, part) + r[k] * load(hidden + i, part);
      }));
      for_each_of<size>([&](auto k) {
        const int i = first + k * kLanes;
        store(next.row(row) + i, n[k] + z[k] * (load(step.state.row(row) + i, part) - n[k]), part);
        store(gate + i, r[k], part);
        store(gate + width + i, z[k], part);
        store(gate + 2 * width + i, n[k], part);
      });
    });
  }
}

void EigenBackend::gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                                const GruGradients& d) {
  by_beta(d.input, [&](auto input_beta) {
    by_beta(d.hidden, [&](auto hidden_beta) {
      by_beta(d.state, [&](auto state_beta) {
        const int width = step.state.cols;
        for (int row = 0; row < step.state.rows; ++row) {
          const float* gate = gates.row(row);
          float* dinput = d.input.y.row(row);
          float* dhidden = d.hidden.y.row(row);
          for_lanes(width, [&](int i, auto part) {
            const Vec r = load(gate + i, part);
            const Vec z = load(gate + width + i, part);
            const Vec n = load(gate + 2 * width + i, part);
            const Vec slope = load(dnext.row(row) + i, part);
            const Vec dn = slope * (1.0F - z) * (1.0F - n * n);
            const Vec dr = dn * load(step.hidden.row(row) + 2 * width + i, part) * r * (1.0F - r);
            const Vec dz = slope * (load(step.state.row(row) + i, part) - n) * z * (1.0F - z);
            put(dinput + i, dr, input_beta, part);
            put(dinput + width + i, dz, input_beta, part);
            put(dinput + 2 * width + i, dn, input_beta, part);
            put(dhidden + i, dr, hidden_beta, part);
            put(dhidden + width + i, dz, hidden_beta, part);
            put(dhidden + 2 * width + i, dn * r, hidden_beta, part);
            put(d.state.y.row(row) + i, slope * z, state_beta, part);
          });
        }
      });
    });
  });
}

[[gnu::flatten]] void EigenBackend::lstm(const LstmStep& step, const Tensor& next,
                                         const Tensor& next_cell, const Tensor& activations) {
  const int width = step.cell.cols;
  for (int row = 0; row < step.cell.rows; ++row) {
    const float* gates = step.gates.row(row);
    float* kept = activations.row(row);
    for_blocks(width, [&](int first, auto part, auto size) {
      const auto gate = [&](int number) {
        return each<size>(
            [&](auto k) { return load(gates + number * width + first + k * kLanes, part); });
      };
      const Vecs<size> act[] = {logistic(gate(0)), logistic(gate(1)), tanh(gate(2)),
                                logistic(gate(3))};
      const Vecs<size>&i = act[0], &f = act[1], &g = act[2], &o = act[3];
      const auto c = each<size>([&](auto k) {
        return f[k] * load(step.cell.row(row) + first + k * kLanes, part) + i[k] * g[k];
      });
      const auto squashed = tanh(c);
      for_each_of<size>([&](auto k) {
        const int column = first + k * kLanes;
        for (int a = 0; a < 4; ++a) store(kept + a * width + column, act[a][k], part);
        store(next_cell.row(row) + column, c[k], part);
        store(next.row(row) + column, o[k] * squashed[k], part);
      });
    });
  }
}

void EigenBackend::lstm_backward(const LstmStep& step, const Tensor& next_cell,
                                 const Tensor& activations, const Tensor& dnext,
                                 const Tensor& dnext_cell, const LstmGradients& d) {
  by_beta(d.gates, [&](auto gates_beta) {
    by_beta(d.cell, [&](auto cell_beta) {
      const int width = step.cell.cols;
      for (int row = 0; row < step.cell.rows; ++row) {
        const float* kept = activations.row(row);
        float* dgates = d.gates.y.row(row);
        for_lanes(width, [&](int k, auto part) {
          const Vec i = load(kept + k, part);
          const Vec f = load(kept + width + k, part);
          const Vec g = load(kept + 2 * width + k, part);
          const Vec o = load(kept + 3 * width + k, part);
          const Vec t = tanh(load(next_cell.row(row) + k, part));
          const Vec slope = load(dnext.row(row) + k, part);
          const Vec dc = load(dnext_cell.row(row) + k, part) + slope * o * (1.0F - t * t);
          put(dgates + k, dc * g * i * (1.0F - i), gates_beta, part);
          put(dgates + width + k, dc * load(step.cell.row(row) + k, part) * f * (1.0F - f),
              gates_beta, part);
          put(dgates + 2 * width + k, dc * i * (1.0F - g * g), gates_beta, part);
          put(dgates + 3 * width + k, slope * t * o * (1.0F - o), gates_beta, part);
          put(d.cell.y.row(row) + k, dc * f, cell_beta, part);
        });
      }
    });
  });
}

}  // namespace heed
