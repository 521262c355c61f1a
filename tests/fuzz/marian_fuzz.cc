
#include "conversion/marian_bin.h"
#include "conversion/marian_model.h"
#include "fuzz/fuzz.h"
#include "model/container.h"
#include "util/json.h"

namespace heed {

namespace {

/// Up to where the numbers would be copied. The bytes are a model.bin: those of a model.npz are
/// under checksums, and its parts have targets of their own.
void run_marian(std::string_view bytes) {
  static const Tokenizer tokenizer(
      std::string(Container(HEED_GOLDEN "/format-1-rnn.safetensors", "model").bytes("tokenizer")));
  static const std::unique_ptr<Backend> backend = make_backend("reference");
  const ForeignModel model =
      read_marian_model(std::as_bytes(std::span(bytes)), "x", {tokenizer, tokenizer});
  Parameters parameters(*backend);
  make_model(model.contents.options, {13, 13, -1, 0}, parameters);
  check_tensors(model.tensors, model.table, parameters, "x");
  require(parameters.size() * sizeof(float) <= 8 * bytes.size() + (1 << 20),
          "a model is not much larger than its file");
}

/// The models of make_marian_numbers.py, all zeros.
std::vector<std::string> marian_seeds() {
  std::vector<std::string> seeds;
  for (const nlohmann::json& model : nlohmann::json::parse(golden("marian_numbers.json"))) {
    MarianBinWriter writer;
    for (const auto& [name, shape] : model["tensors"].items()) {
      const std::uint64_t rows = shape[0], cols = shape[1];
      writer.add_float32({name, {rows, cols}, std::vector<float>(rows * cols)});
    }
    writer.add_config(model["options"]);
    seeds.push_back(writer.finish());
  }
  return seeds;
}

}  // namespace

const FuzzTarget kMarianTarget{"marian", run_marian, marian_seeds};

}  // namespace heed
