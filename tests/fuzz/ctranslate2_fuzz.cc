#include "conversion/ctranslate2_file.h"

#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_ctranslate2(std::string_view bytes) {
  const Ctranslate2File file = read_ctranslate2(std::as_bytes(std::span(bytes)), "x");
  std::size_t numbers = 0;
  for (const ForeignTensor& tensor : file.tensors) numbers += tensor.values.size();
  require(numbers <= bytes.size(), "tensors lie in the file and apart");
}

std::vector<std::string> ctranslate2_seeds() {
  const Ctranslate2File file{"TransformerSpec",
                             {{"w", {2, 2}, {1, 2, 3, 4}}, {"w_scale", {2}, {5, 6}}},
                             {{"encoder/num_heads", 4}},
                             {{"other", "w"}}};
  const std::string text = write_ctranslate2(file);
  std::string quantized = text;
  const std::size_t type = text.find(std::string("w\0\2\2\0\0\0\2\0\0\0\0", 12)) + 11;
  quantized[type] = 2;  // 16 bytes are 8 of int16, of a shape [4, 2]
  quantized[type - 8] = 4;
  return {text, quantized};
}

}  // namespace

const FuzzTarget kCtranslate2Target{"ctranslate2", run_ctranslate2, ctranslate2_seeds};

}  // namespace heed
