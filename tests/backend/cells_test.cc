#include "backend/workbench.h"

namespace heed {
namespace {

using CellsTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, CellsTest, every_backend(), backend_name);
using FastCellsTest = FastKernelTest;
INSTANTIATE_TEST_SUITE_P(Backends, FastCellsTest, fast_backends(), backend_name);

TEST_P(CellsTest, StepsAGruByHand) {
  Workbench bench(backend());
  const GruStep step{bench.tensor(1, 3, {0, 0.5F, 1}), bench.tensor(1, 3, {0, 0.5F, -2}),
                     bench.tensor(1, 1, {3})};
  const Tensor next = bench.unset(1, 1), gates = bench.unset(1, 3);
  backend().gru(step, next, gates);
  expect_near({0.5F, 0.73105858F, 0}, bench.host(gates));  // n = tanh(1 − ½ · 2)
  expect_near({3 * 0.73105858F}, bench.host(next));
}

TEST_P(CellsTest, StepsAnLstmByHand) {
  Workbench bench(backend());
  const LstmStep step{bench.tensor(1, 4, {0, 1, 0.5F, -1}), bench.tensor(1, 1, {2})};
  const Tensor next = bench.unset(1, 1), cell = bench.unset(1, 1), kept = bench.unset(1, 4);
  backend().lstm(step, next, cell, kept);
  expect_near({0.5F, 0.73105858F, 0.46211716F, 0.26894142F}, bench.host(kept));
  expect_near({1.69317574F}, bench.host(cell));
  expect_near({0.25133935F}, bench.host(next));
}

TEST_P(FastCellsTest, StepsAGruLikeTheReference) {
  for (int width : {1, 3, 17, 33, 65}) {
    SCOPED_TRACE(width);
    expect_as_reference([width](Workbench& bench) {
      const GruStep values{bench.random(4, 3 * width, 0, 4), bench.random(4, 3 * width, 0, 4),
                           bench.random(4, width)};
      const Tensor next = bench.unset(4, width), gates = bench.unset(4, 3 * width);
      bench.backend.gru(values, next, gates);
      for (const Tensor& t : {next, gates}) bench.result(t);
      for (const float beta : {0.0F, 1.0F}) {
        const GruGradients d{bench.sum(beta, 4, 3 * width), bench.sum(beta, 4, 3 * width),
                             bench.sum(beta, 4, width)};
        bench.backend.gru_backward(values, gates, bench.random(4, width), d);
        for (const Sum& t : {d.input, d.hidden, d.state}) bench.result(t);
      }
    });
  }
}

TEST_P(FastCellsTest, StepsAnLstmLikeTheReference) {
  for (int width : {1, 3, 17, 33, 65}) {
    SCOPED_TRACE(width);
    expect_as_reference([width](Workbench& bench) {
      const LstmStep values{bench.random(4, 4 * width, 0, 4), bench.random(4, width)};
      const Tensor next = bench.unset(4, width), cell = bench.unset(4, width);
      const Tensor kept = bench.unset(4, 4 * width);
      bench.backend.lstm(values, next, cell, kept);
      const Tensor dnext = bench.random(4, width), dcell = bench.random(4, width);
      for (const Tensor& t : {next, cell, kept}) bench.result(t);
      for (const float beta : {0.0F, 1.0F}) {
        const LstmGradients d{bench.sum(beta, 4, 4 * width), bench.sum(beta, 4, width)};
        bench.backend.lstm_backward(values, cell, kept, dnext, dcell, d);
        for (const Sum& t : {d.gates, d.cell}) bench.result(t);
      }
    });
  }
}

}  // namespace
}  // namespace heed
