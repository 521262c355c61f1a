#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "support/backends.h"

namespace heed {

/// An array of the host's for kernels that share its memory.
template <class T>
Uploaded<T> shared(const std::vector<T>& values) {
  return {values, values.data()};
}

inline AttentionSpans shared_spans(const std::vector<AttentionSpan>& rows,
                                   const std::vector<int>& key_rows = {}) {
  const std::int64_t weights = rows.empty() ? 0 : rows.back().first_weight + rows.back().keys;
  return {shared(rows), shared(key_rows), weights};
}

/// Makes inputs for a kernel in one backend's memory and collects its outputs; two workbenches make
/// the same inputs.
class Workbench {
 public:
  explicit Workbench(Backend& kernels) : backend(kernels) {}
  ~Workbench() {
    for (float* memory : memory_) backend.release(memory);
  }
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  Backend& backend;
  std::vector<std::vector<float>> results;

  /// `gap` floats lie between two rows, and a kernel must not touch them.
  Tensor tensor(int rows, int cols, const std::vector<float>& values, int gap = 0) {
    Tensor t(backend.allocate(std::max<std::size_t>(1, whole_size(rows, cols + gap))), rows, cols);
    memory_.push_back(t.data);
    t.stride = cols + gap;
    backend.fill(whole(t), -77);
    backend.write(values, t);
    return t;
  }

  Tensor random(int rows, int cols, int gap = 0, float size = 1) {
    std::vector<float> values(whole_size(rows, cols));
    std::uniform_real_distribution<float> uniform(-size, size);
    for (float& value : values) value = uniform(generator_);
    return tensor(rows, cols, values, gap);
  }

  /// Memory that a kernel must overwrite: anything read from it would spoil the result.
  Tensor unset(int rows, int cols, int gap = 0) {
    return tensor(rows, cols, std::vector<float>(whole_size(rows, cols), NAN), gap);
  }

  /// What a kernel must overwrite (beta 0), or add to (beta 1).
  Sum sum(float beta, int rows, int cols, int gap = 0) {
    return {beta == 0 ? unset(rows, cols, gap) : random(rows, cols, gap), beta};
  }

  std::vector<float> host(const Tensor& t) {
    std::vector<float> values(t.size());
    backend.read(t, values);
    return values;
  }

  /// Expects that nothing was written between the rows.
  void expect_gaps(const Tensor& t) {
    const std::vector<float> values = host(whole(t));
    for (int i = 0; i < t.rows * t.stride; ++i) {
      if (i % t.stride >= t.cols) {
        EXPECT_EQ(values[i], -77) << "at " << i;
      }
    }
  }

  /// Keeps what a kernel wrote, with the gaps between the rows.
  void result(const Tensor& t) { results.push_back(host(whole(t))); }
  void result(const Sum& sum) { result(sum.y); }
  void result(std::span<const float> values) { results.emplace_back(values.begin(), values.end()); }

 private:
  static std::size_t whole_size(int rows, int cols) {
    return static_cast<std::size_t>(rows) * cols;
  }
  static Tensor whole(const Tensor& t) { return {t.data, t.rows, t.stride}; }

  std::mt19937 generator_{7};
  std::vector<float*> memory_;
};

inline void expect_near(std::span<const float> expected, std::span<const float> found,
                        double tolerance) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << "at " << i << ": " << found[i];
    } else if (expected[i] != found[i]) {  // So that equal infinities are near.
      ASSERT_NEAR(expected[i], found[i], tolerance * std::max(1.0, std::abs(double{expected[i]})))
          << "at " << i;
    }
  }
}

inline void expect_near(const std::vector<float>& expected, const std::vector<float>& found) {
  expect_near(expected, found, 1e-6);
}

/// Every test runs on every backend of the table.
class KernelTest : public testing::TestWithParam<std::string_view> {
 protected:
  Backend& backend() { return *backend_; }

 private:
  std::unique_ptr<Backend> backend_ = make_backend(GetParam());
};

/// The backends that have kernels of their own, for what the reference cannot be compared with
/// itself.
inline auto fast_backends() {
  std::vector<std::string_view> names = backend_names();
  std::erase(names, "reference");
  return testing::ValuesIn(names);
}

/// Runs `kernel`, a function of a Workbench, on both: same results.
template <class Kernel>
void expect_equal_results(Backend& plain, Backend& fast, Kernel kernel, double tolerance) {
  Workbench expected(plain), found(fast);
  kernel(expected);
  kernel(found);
  ASSERT_EQ(expected.results.size(), found.results.size());
  for (std::size_t i = 0; i < expected.results.size(); ++i) {
    SCOPED_TRACE("result " + std::to_string(i));
    expect_near(expected.results[i], found.results[i], tolerance);
  }
}

class FastKernelTest : public KernelTest {
 protected:
  template <class Kernel>
  void expect_as_reference(Kernel kernel, double tolerance = 1e-5) {
    expect_equal_results(*make_backend("reference"), backend(), kernel, tolerance);
  }
};

}  // namespace heed
