#include "heed/model_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "model/average.h"
#include "model/model_file.h"
#include "tensor/backend.h"
#include "util/json.h"
#include "util/json_fields.h"
#include "util/strings.h"

namespace heed {

namespace {

/// Any backend can hold the numbers: nothing is computed.
constexpr std::string_view kBackend = "eigen";

nlohmann::ordered_json facts(const std::string& path) {
  const auto backend = make_backend(kBackend);
  const LoadedModel loaded(path, *backend);
  const ModelContents& contents = loaded.contents();
  nlohmann::ordered_json json;
  json["file"] = loaded.path();
  json["checksum"] = fmt::format("{:08x}", loaded.checksum());
  json["parameters"] = loaded.parameters().count();
  json["vocabulary"] = {{"source", contents.tokenizers.source.size()},
                        {"target", contents.tokenizers.target.size()},
                        {"joint", contents.tokenizers.is_joint()}};
  for_each_field(contents.options, [&](const Field& field, const auto& value) {
    json["configuration"][field.name] = value_to_json(value);
  });
  json["tensors"] = nlohmann::ordered_json::array();
  for (const Parameter& parameter : loaded.parameters().all()) {
    json["tensors"].push_back({{"name", parameter.name},
                               {"shape", {parameter.rows, parameter.cols}},
                               {"numbers", to_text(loaded.dtype_of(parameter))}});
  }
  if (const Shortlist& shortlist = contents.shortlist; !shortlist.empty()) {
    json["shortlist"] = {{"frequent", shortlist.frequent.size()},
                         {"targets", shortlist.targets.size()},
                         {"longest", shortlist.longest()},
                         {"probabilities", !shortlist.probabilities.empty()}};
  }
  json["training"] = contents.training;
  return json;
}

std::string plain(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The types of the tensors' numbers, each once: "I8, F32".
std::string number_types(const nlohmann::ordered_json& tensors) {
  std::vector<std::string> types;
  for (const auto& tensor : tensors) {
    const std::string type = plain(tensor["numbers"]);
    if (std::ranges::find(types, type) == types.end()) types.push_back(type);
  }
  return fmt::format("{}", fmt::join(types, ", "));
}

void add_section(std::string& text, std::string_view title, const nlohmann::ordered_json& values) {
  text += fmt::format("{}:\n", title);
  for (const auto& [name, value] : values.items()) {
    text += fmt::format("  {}: {}\n", name, plain(value));
  }
}

}  // namespace

std::string describe_model(const std::string& path) {
  const nlohmann::ordered_json json = facts(path);
  const auto& vocabulary = json["vocabulary"];
  const auto thousands = [](const auto& number) {
    return with_thousands(number.template get<std::int64_t>());
  };
  std::string text =
      fmt::format("{}: a model, checksum {}\n", plain(json["file"]), plain(json["checksum"]));
  text += fmt::format("parameters: {} in {} tensors of {}\n", thousands(json["parameters"]),
                      json["tensors"].size(), number_types(json["tensors"]));
  text += vocabulary["joint"].get<bool>()
              ? fmt::format("vocabulary: {} pieces, joint\n", thousands(vocabulary["source"]))
              : fmt::format("vocabularies: {} source pieces, {} target pieces\n",
                            thousands(vocabulary["source"]), thousands(vocabulary["target"]));
  if (json.contains("shortlist")) {
    text += fmt::format(
        "shortlist: {} target tokens for any sentence, {} for source tokens, {} at most for one\n",
        thousands(json["shortlist"]["frequent"]), thousands(json["shortlist"]["targets"]),
        thousands(json["shortlist"]["longest"]));
  }
  add_section(text, "configuration", json["configuration"]);
  if (!json["training"].empty()) add_section(text, "training", json["training"]);
  return text;
}

std::string describe_model_json(const std::string& path) {
  return facts(path).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string describe_system() {
  std::string text;
  for (const std::string_view name : backend_names()) {
    text += fmt::format("backend {}: {}\n", name, make_backend(name)->description());
  }
  return text + fmt::format("cores: {}\n", std::thread::hardware_concurrency());
}

void average_model_files(const std::vector<std::string>& models, const std::string& output,
                         bool half) {
  const auto backend = make_backend(kBackend);
  average_models(models, output, *backend, half ? Dtype::kF16 : Dtype::kF32);
}

}  // namespace heed
