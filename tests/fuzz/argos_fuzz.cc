#include "conversion/argos.h"
#include "conversion/ctranslate2_file.h"
#include "fuzz/fuzz.h"
#include "model/container.h"

namespace heed {

namespace {

void run_argos(std::string_view bytes) {
  const MemoryFile file(bytes);
  const ForeignModel model = read_argos_model(argos_folder(file.path()));
  require(!model.table.empty(), "a model has tensors");
}

/// A package whose model has some tensors of a layer each.
std::vector<std::string> argos_seeds() {
  Ctranslate2File model;
  model.spec = "TransformerSpec";
  model.numbers = {{"num_heads", 2}};
  for (const char* side : {"decoder", "encoder"}) {
    const std::string name(side);
    model.tensors.push_back({name + "/embeddings/weight", {3, 2}, std::vector<float>(6)});
    model.tensors.push_back({name + "/layer_0/ffn/linear_0/weight", {2, 2}, {1, 2, 3, 4}});
  }
  model.tensors.push_back({"decoder/position_encodings/encodings", {2, 2}, {0, 1, 0.84F, 0.54F}});
  model.aliases = {
      {"encoder/position_encodings/encodings", "decoder/position_encodings/encodings"}};
  std::string bytes = write_ctranslate2(model);
  bytes[0] = 5;
  ZipWriter zip;
  zip.add("p/metadata.json", R"({"from_code": "de", "to_code": "en"})");
  zip.add("p/sentencepiece.model",
          Container(HEED_GOLDEN "/format-1-transformer.safetensors", "model")
              .bytes("tokenizer.source"));
  zip.add("p/model/model.bin", bytes);
  zip.add("p/model/shared_vocabulary.txt", "<unk>\n<s>\n</s>\n");
  return {zip.finish()};
}

}  // namespace

const FuzzTarget kArgosTarget{"argos", run_argos, argos_seeds};

}  // namespace heed
