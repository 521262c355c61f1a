#include "model/safetensors.h"

#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_safetensors(std::string_view bytes) {
  const Safetensors contents = parse_safetensors(std::as_bytes(std::span(bytes)), "x");
  std::size_t size = 0;
  for (const StoredTensor& tensor : contents.tensors) size += tensor.data.size();
  require(size <= bytes.size(), "tensors lie in the file and apart");
}

std::vector<std::string> safetensors_seeds() {
  const auto file = [](std::string header, const std::string& data) {
    std::string length(8, '\0');
    length[0] = static_cast<char>(header.size());
    return length + header + data;
  };
  return {
      golden("format-1-transformer.safetensors"), file("{}", ""),
      file(R"({"__metadata__":{"k":"v"},"a":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}})",
           "abcd")};
}

}  // namespace

const FuzzTarget kSafetensorsTarget{"safetensors", run_safetensors, safetensors_seeds};

}  // namespace heed
