#include "conversion/marian_model.h"

#include <algorithm>

#include "conversion/marian_file.h"
#include "conversion/marian_nematus.h"
#include "conversion/marian_options.h"
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

namespace {

/// Marian's --type of a model that was converted from it.
std::string type_of(const ModelContents& contents) {
  if (contents.options.type == ModelType::kTransformer) return "transformer";
  const nlohmann::json::json_pointer place("/converted/type");
  const nlohmann::json& training = contents.training;
  if (!training.contains(place) || !training.at(place).is_string()) return "s2s";
  const std::string type = training.at(place);
  return type == "amun" || type == "nematus" ? type : "s2s";
}

}  // namespace

std::string write_marian_model(const ModelContents& contents, const Parameters& parameters) {
  const std::string type = type_of(contents);
  const bool has_old_names = type == "amun" || type == "nematus";
  MarianFile file{marian_options(contents, type), {}};
  const std::vector<Correspondence> table =
      type == "transformer" ? marian_transformer_table(contents.options)
                            : marian_nematus_table(contents.options, has_old_names);
  file.tensors = export_tensors(table, parameters);
  if (has_old_names) file.tensors.push_back({kMark, {1, 0}, {}});
  return write_marian_npz(file);
}

}  // namespace heed
