#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/ops.h"
#include "support/backends.h"
#include "support/gradient_check.h"

namespace heed {

/// Parameters with random values, on each backend of the table.
class OnBackends : public testing::TestWithParam<std::string_view> {
 protected:
  Backend& backend() { return *backend_; }
  Parameters& parameters() { return parameters_; }

  const Parameter& parameter(const std::string& name, int rows, int cols) {
    return parameters_.add(name, rows, cols, Initializer::kZeros);
  }

  /// Gives all parameters random values.
  void draw(double deviation = 0.8) {
    parameters_.initialize(1);
    disturb(parameters_, deviation);
  }

  void expect_gradients_of(const Graph& graph) {
    draw();
    expect_gradients(parameters_, graph);
  }

  std::vector<float> host(const Tensor& tensor) {
    std::vector<float> values(tensor.size());
    backend_->read(tensor, values);
    return values;
  }
  std::vector<float> host(Var x) { return host(x.value()); }

 private:
  std::unique_ptr<Backend> backend_ = make_test_backend(GetParam());
  Parameters parameters_{*backend_};
};

inline Var constant(Tape& tape, int rows, int cols, std::span<const float> values) {
  const Tensor tensor = tape.allocate(rows, cols);
  tape.backend().write(values, tensor);
  return tape.constant(tensor);
}

inline void expect_all_near(std::span<const float> expected, std::span<const float> found,
                            double tolerance = 1e-5) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], tolerance) << "at " << i;
  }
}

}  // namespace heed
