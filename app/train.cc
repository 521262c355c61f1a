#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/flags.h"
#include "app/signals.h"
#include "app/streams.h"
#include "heed/trainer.h"

namespace heed {

namespace {

/// Everything that can be said about `heed train`, in one struct for flags and files.
struct TrainCommand {
  TrainOptions train;
  LogOptions log;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    TrainOptions::visit_fields(self.train, v);
    LogOptions::visit_fields(self.log, v);
  }
};

/// The options for a corpus of so many pairs: defaults of its size, files, flags.
TrainCommand choose(const Flags& flags, std::size_t pairs) {
  TrainCommand command;
  flags.apply(command);
  command.train = Trainer::defaults_for(command.train, pairs);
  flags.apply(command);
  return command;
}

/// A log is written to before anything else looks at the files.
void check_logs(const TrainCommand& command) {
  const TrainOptions& train = command.train;
  std::vector<std::string> files = train.data.train_sets;
  for (const auto* more : {&train.data.valid_sets, &train.data.vocab}) {
    files.insert(files.end(), more->begin(), more->end());
  }
  for (const std::string& file :
       {train.data.guided_alignment, train.pretrained_model, train.model, train.model + ".state"}) {
    if (!file.empty()) files.push_back(file);
  }
  for (const std::string& log : {command.log.log, command.log.log_json}) {
    if (!log.empty()) expect_not_read(log, files);
  }
}

int run(Trainer& trainer) {
  note_signals();
  const TrainingEnd end = trainer.run([] { return noted_signal() != 0; });
  if (end != TrainingEnd::kInterrupted) return 0;
  return 128 + (noted_signal() == 0 ? SIGTERM : noted_signal());  // 0: another process got it
}

int train(const Flags& flags, bool dry_run) {
  TrainCommand command;
  flags.apply(command);
  const auto chosen = [&](std::size_t pairs) { return choose(flags, pairs).train; };
  if (flags.dump_kind()) {
    flags.dump(Trainer::options_for(command.train, chosen));
    return 0;
  }
  check_logs(command);
  Trainer trainer(command.train, chosen, command.log);
  if (!dry_run) return run(trainer);
  for (const std::string& line : trainer.rehearse()) fmt::print("# {}\n", line);
  fmt::print("{}", write_config(trainer.options(), ConfigDump::kFull));
  return 0;
}

}  // namespace

Command add_train(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"train",
                 "Train a model from parallel text; the same command again goes on after a stop",
                 "Examples:\n"
                 "  heed train -t train.de train.en --valid-sets valid.de valid.en \\\n"
                 "    -m de-en.safetensors\n"
                 "  heed train -t law.de law.en --pretrained-model de-en.safetensors \\\n"
                 "    -m law.safetensors\n"});
  flags->add<TrainCommand>();
  flags->add_config_flags();
  auto dry_run = std::make_shared<bool>(false);
  flags->add_switch("--dry-run",
                    "Print sizes, the memory that training takes (measured on one update) and the "
                    "effective configuration, and stop",
                    *dry_run);
  return [flags, dry_run] { return train(*flags, *dry_run); };
}

}  // namespace heed
