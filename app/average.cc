#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "heed/models.h"

namespace heed {

namespace {

struct AverageCommand {
  std::vector<std::string> models;
  std::string output;
  bool half = false;
};

}  // namespace

Command add_average(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "average", "Write the mean of models, such as the last checkpoints of one training");
  command->footer("Example:\n  heed average -o mean.safetensors model.*.safetensors\n");
  auto options = std::make_shared<AverageCommand>();
  command->add_option("models", options->models, "Model files of one training")
      ->type_name("FILE ...")
      ->required();
  command->add_option("-o,--output", options->output, "Model file to write")
      ->type_name("FILE")
      ->required();
  command->add_flag("--half", options->half, "Write 16-bit numbers: half the size");
  return [options] {
    average_model_files(options->models, options->output, options->half);
    return 0;
  };
}

}  // namespace heed
