#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "heed/models.h"
#include "util/error.h"

namespace heed {

namespace {

struct InfoCommand {
  std::vector<std::string> models;
  bool json = false;
  bool system = false;
};

int info(const InfoCommand& command) {
  if (command.models.empty() && !command.system) {
    fail_usage("expected model files, or --system");
  }
  std::string text;
  if (command.system) text += "heed " HEED_VERSION "\n" + describe_system();
  for (const std::string& model : command.models) {
    text += command.json ? describe_model_json(model) : describe_model(model);
  }
  return print(text);
}

}  // namespace

Command add_info(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "info", "Show a model's configuration, vocabulary, parameters, training and checksum");
  command->footer("Examples:\n  heed info de-en.safetensors\n  heed info --system\n");
  auto options = std::make_shared<InfoCommand>();
  command->add_option("models", options->models, "Model files")->type_name("FILE ...");
  command->add_flag("--json", options->json, "Write a JSON object a model, with all tensors");
  command->add_flag("--system", options->system, "Show the kernels in use and the cores");
  return [options] { return info(*options); };
}

}  // namespace heed
