#include "conversion/npy.h"

#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_npy(std::string_view bytes) {
  const ForeignTensor tensor =
      read_floats(parse_npy(std::as_bytes(std::span(bytes)), "x"), "a", "x");
  std::uint64_t count = 1;
  for (const std::uint64_t size : tensor.shape) count *= size;
  require(tensor.values.size() == count, "an array has the numbers of its shape");
}

std::vector<std::string> npy_seeds() {
  std::string turned = write_npy({"a", {2, 3}, {1, 2, 3, 4, 5, 6}});
  turned.replace(turned.find("False"), 5, "True ");
  return {write_npy({"a", {2, 3}, {1, 2, 3, 4, 5, 6}}),
          write_npy({"a", {2}, {1, 2}}),
          write_npy({"a", {}, {1}}),
          write_npy({"a", {1, 0}, {}}),
          turned,
          write_npy("bytes")};
}

}  // namespace

const FuzzTarget kNpyTarget{"npy", run_npy, npy_seeds};

}  // namespace heed
