#include "conversion/marian_model.h"

#include <algorithm>

#include "conversion/marian_file.h"
#include "conversion/marian_nematus.h"
#include "conversion/marian_transformer.h"
#include "util/error.h"

namespace heed {

namespace {

/// Before 2018 (and in models of Nematus) the output layer's weight was not transposed, and had
/// another name.
void use_old_output(std::vector<Correspondence>& table, std::span<const ForeignTensor> tensors) {
  for (Correspondence& entry : table) {
    if (entry.parameter != "output.weight") continue;
    for (const char* old : {"decoder_ff_logit_out_W", "decoder_ff_logit_l2_W", "ff_logit_W"}) {
      const bool is_there = std::ranges::find(tensors, old, &ForeignTensor::name) != tensors.end();
      if (is_there) entry = {entry.parameter, {{old}}, true};
    }
  }
}

/// An empty array that marks files of amun and nematus.
constexpr const char* kMark = "decoder_c_tt";

}  // namespace

ForeignModel read_marian_model(std::span<const std::byte> bytes, const std::string& path,
                               const Tokenizers& tokenizers) {
  MarianFile file = read_marian(bytes, path);
  const MarianConfig config(file.config, path);
  std::erase_if(file.tensors, [](const ForeignTensor& tensor) { return tensor.name == kMark; });
  const std::string type = config.text("type");
  ForeignModel model{{{}, tokenizers, {}}, std::move(file.tensors), {}};
  if (type == "transformer") {
    model.contents.options = marian_transformer(config);
    model.table = marian_transformer_table(model.contents.options);
  } else if (type == "s2s" || type == "amun" || type == "nematus") {
    model.contents.options = marian_nematus(config);
    model.table = marian_nematus_table(model.contents.options, type != "s2s");
  } else {
    config.refuse("type", "transformer, s2s, amun or nematus");
  }
  use_old_output(model.table, model.tensors);
  model.contents.training["converted"] = {
      {"from", "marian"}, {"type", type}, {"version", config.text("version")}};
  return model;
}

}  // namespace heed
