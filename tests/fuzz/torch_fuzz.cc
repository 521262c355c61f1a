#include "conversion/pickle.h"
#include "conversion/torch_file.h"
#include "conversion/torch_writer.h"
#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_torch(std::string_view bytes) {
  std::size_t numbers = 0;
  for (const ForeignTensor& tensor : read_torch(std::as_bytes(std::span(bytes)), "x")) {
    numbers += tensor.values.size();
  }
  require(numbers <= 64 * bytes.size(), "tensors have the file's numbers");
}

std::vector<std::string> torch_seeds() {
  const TorchWriter writer({{"a.weight", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"a.bias", {3}, {7, 8, 9}}});
  return {writer.old(), writer.zip(),
          std::string("\x80\x02}q\x00(X\x01\x00\x00\x00"
                      "aK\x01u.",
                      16)};
}

}  // namespace

const FuzzTarget kTorchTarget{"torch", run_torch, torch_seeds};

}  // namespace heed
