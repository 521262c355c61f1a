#include "conversion/marian_model.h"

#include <algorithm>

#include "conversion/marian_file.h"
#include "conversion/marian_nematus.h"
#include "conversion/marian_options.h"
#include "conversion/marian_transformer.h"
#include "util/error.h"
#include "util/fields.h"

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

bool has_old_names(std::string_view type) { return type == "amun" || type == "nematus"; }

ModelOptions options_of(const MarianConfig& config, std::string_view type) {
  const bool is_recurrent = type == "s2s" || has_old_names(type);
  if (type != "transformer" && !is_recurrent) {
    config.refuse("type", "transformer, s2s, amun or nematus");
  }
  ModelOptions options = is_recurrent ? marian_nematus(config) : marian_transformer(config);
  check_buildable(options, config.path());
  return options;
}

std::vector<Correspondence> table_of(const ModelOptions& options, std::string_view type) {
  return options.type == ModelType::kTransformer
             ? marian_transformer_table(options)
             : marian_nematus_table(options, has_old_names(type));
}

}  // namespace

ForeignModel read_marian_model(std::span<const std::byte> bytes, const std::string& path,
                               const Tokenizers& tokenizers) {
  MarianFile file = read_marian(bytes, path);
  const MarianConfig config(file.config, path);
  std::erase_if(file.tensors, [](const ForeignTensor& tensor) { return tensor.name == kMark; });
  const std::string type = config.text("type");
  ForeignModel model{{options_of(config, type), tokenizers, {}}, std::move(file.tensors), {}};
  expect_tensors_for_layers(model.contents.options, model.tensors.size(), path);
  model.table = table_of(model.contents.options, type);
  use_old_output(model.table, model.tensors);
  model.contents.training["converted"] = {
      {"from", "marian"}, {"type", type}, {"version", config.text("version")}};
  return model;
}

namespace {

/// Marian's --type of a model that was converted from it.
std::string type_of(const ModelContents& contents) {
  if (contents.options.type == ModelType::kTransformer) return "transformer";
  if (contents.options.nematus_normalization) return "nematus";
  const nlohmann::json::json_pointer place("/converted/type");
  const nlohmann::json& training = contents.training;
  if (!training.contains(place) || !training.at(place).is_string()) return "s2s";
  const std::string type = training.at(place);
  return has_old_names(type) ? type : "s2s";
}

}  // namespace

std::string write_marian_model(const ModelContents& contents, const Parameters& parameters) {
  const std::string type = type_of(contents);
  MarianFile file{marian_options(contents, type),
                  export_tensors(table_of(contents.options, type), parameters)};
  if (has_old_names(type)) file.tensors.push_back({kMark, {1, 0}, {}});
  return write_marian_npz(file);
}

}  // namespace heed
