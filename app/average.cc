#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "heed/model_info.h"
#include "util/error.h"

namespace heed {

namespace {

struct AverageCommand {
  std::vector<std::string> models{};
  std::string output{};
  bool half = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"output", "Model file to write", 'o'}.file(), self.output);
  }
};

int average(const AverageCommand& command) {
  if (command.models.empty()) fail_usage("expected models of one training: FILE ..., found none");
  if (command.output.empty()) fail_usage("expected a file to write: --output FILE");
  average_model_files(command.models, command.output, command.half);
  return 0;
}

}  // namespace

Command add_average(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{"average",
                      "Write the mean of models, such as the last checkpoints of one training",
                      "Example:\n  heed average -o mean.safetensors model.*.safetensors\n"});
  auto command = std::make_shared<AverageCommand>();
  flags->add<AverageCommand>();
  flags->add_arguments("models", "FILE ...", "Model files of one training", command->models);
  flags->add_switch("--half", "Write 16-bit numbers: half the size", command->half);
  return [flags, command] {
    flags->apply(*command);
    return average(*command);
  };
}

}  // namespace heed
