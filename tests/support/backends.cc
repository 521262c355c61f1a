#include "support/backends.h"

#include <cstdlib>

#include "heed/error.h"
#include "support/opaque_backend.h"

namespace heed {

namespace {

bool is_opaque_run() {
  const char* const name = std::getenv("HEED_TEST_BACKEND");
  return name != nullptr && std::string_view(name) == "opaque";
}

}  // namespace

std::unique_ptr<Backend> make_test_backend(std::string_view name) {
  if (is_opaque_run()) return std::make_unique<OpaqueBackend>();
  return make_backend(name);
}

std::unique_ptr<Backend> bf16_backend(std::string_view name) {
  try {
    return make_backend(name, GemmPrecision::kBf16);
  } catch (const UsageError& error) {
    if (std::string_view(error.what()).find("avx512_bf16") == std::string_view::npos) throw;
    return nullptr;
  }
}

std::vector<std::string_view> test_backend_names() {
  if (is_opaque_run()) return {"opaque"};
  return backend_names();
}

}  // namespace heed
