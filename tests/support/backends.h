#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/backend.h"

namespace heed {

/// The backends that a test runs on: those of the table, or, where the environment variable
/// HEED_TEST_BACKEND is "opaque", OpaqueBackend in place of each.
std::unique_ptr<Backend> make_test_backend(std::string_view name);
std::vector<std::string_view> test_backend_names();

/// A backend whose products are of bf16, or none where the processor has no avx512_bf16.
std::unique_ptr<Backend> bf16_backend(std::string_view name);

inline auto every_backend() { return testing::ValuesIn(test_backend_names()); }
inline std::string backend_name(const testing::TestParamInfo<std::string_view>& info) {
  return std::string(info.param);
}

}  // namespace heed
