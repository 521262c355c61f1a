#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "heed/model_info.h"

namespace heed {

namespace {

struct InfoCommand {
  std::vector<std::string> models;
  bool json = false;
  bool system = false;
};

int info(const InfoCommand& command) {
  if (command.models.empty() && !command.system) return print(list_models());
  std::string text;
  if (command.system) text += "heed " HEED_VERSION "\n" + describe_system();
  for (const std::string& model : command.models) {
    text += command.json ? describe_model_json(model) : describe_model(model);
  }
  return print(text);
}

}  // namespace

Command add_info(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{
          "info",
          "Show a model's configuration, vocabulary, parameters, training and checksum; without "
          "a model, those found by name",
          "Examples:\n  heed info de-en.safetensors\n  heed info --system\n"});
  auto options = std::make_shared<InfoCommand>();
  flags->add_arguments("models", "FILE ...", "Model files", options->models);
  flags->add_switch("--json", "Write a JSON object a model, with all tensors", options->json);
  flags->add_switch("--system", "Show the kernels in use and the cores", options->system);
  return [flags, options] { return info(*options); };
}

}  // namespace heed
