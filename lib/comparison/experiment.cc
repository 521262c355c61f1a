#include "comparison/experiment.h"

#include <exception>
#include <filesystem>

#include "comparison/result_file.h"
#include "comparison/training_log.h"
#include "heed/trainer.h"
#include "util/error.h"
#include "util/files.h"
#include "util/json.h"
#include "util/process.h"

namespace heed {

namespace {

namespace fs = std::filesystem;

constexpr int kInterruptedCode = 130;

TrainingEnd train(const Experiment& experiment, const std::function<bool()>& interrupted) {
  const RunFolder& folder = experiment.folder;
  TrainOptions options = experiment.plan.options;
  options.model = folder.model();
  LogOptions log;
  log.quiet = true;
  log.log = folder.log();
  log.log_json = folder.json_log();
  return Trainer(options, log).run(interrupted);
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

void measure(const Experiment& experiment, const std::function<bool()>& interrupted) {
  const RunFolder& folder = experiment.folder;
  RunResult result;
  result.name = experiment.plan.run.name;
  result.group = experiment.plan.run.group;
  result.settings = experiment.plan.run.settings;
  TrainingHistory history = read_training_log(folder.json_log());
  result.updates = history.updates;
  result.seconds = history.seconds;
  result.train_words_per_second = history.words_per_second;
  result.curve = std::move(history.curve);
  CompareOptions options = experiment.shared;
  options.train = experiment.plan.options;
  const Measurement measurement(options, experiment.test, interrupted);
  const std::vector<std::string> output = measurement.run(folder.model(), result);
  write_file(folder.output(), join_lines(output));
  result.peak_memory = peak_memory();
  write_file(folder.result(), json_text(result_to_json(result)) + "\n");
  fs::remove(folder.state());
}

}  // namespace

bool is_finished(const RunFolder& folder, const RunPlan& plan) {
  if (!fs::exists(folder.options())) return false;
  const std::string difference =
      first_difference(read_json(folder.options()), run_identity(plan.options));
  if (!difference.empty()) {
    fail("{} holds another run, whose {}; choose another --output, or remove the folder",
         folder.path, difference);
  }
  return fs::exists(folder.result());
}

int perform(const Experiment& experiment, const std::function<bool()>& interrupted) {
  const RunFolder& folder = experiment.folder;
  try {
    fs::create_directories(folder.path);
    fs::remove(folder.error());
    write_file(folder.options(), run_identity(experiment.plan.options).dump(2) + "\n");
    if (train(experiment, interrupted) == TrainingEnd::kInterrupted) return kInterruptedCode;
    measure(experiment, interrupted);
    return 0;
  } catch (const Interrupted&) {
    return kInterruptedCode;
  } catch (const std::exception& error) {
    write_file(folder.error(), error.what());
    return 1;
  }
}

RunResult read_result(const RunFolder& folder, const RunPlan& plan) {
  RunResult result = result_from_json(read_json(folder.result()), folder.result());
  // Other flags may vary now, and a group may be called otherwise.
  result.settings = plan.run.settings;
  result.group = plan.run.group;
  return result;
}

}  // namespace heed
