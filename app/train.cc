#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/signals.h"
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
  TrainCommand first;
  flags.apply(first);
  TrainCommand command;
  command.train = TrainOptions::for_corpus(first.train.architecture.type, pairs);
  flags.apply(command);
  return command;
}

int run(Trainer& trainer) {
  note_signals();
  const TrainingEnd end = trainer.run([] { return noted_signal() != 0; });
  return end == TrainingEnd::kInterrupted ? 128 + noted_signal() : 0;
}

int train(const Flags& flags, bool dry_run) {
  TrainCommand command;
  flags.apply(command);
  const auto chosen = [&](std::size_t pairs) { return choose(flags, pairs).train; };
  if (flags.dump_kind()) {
    flags.dump(Trainer::options_for(command.train, chosen));
    return 0;
  }
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
                 "Example:\n"
                 "  heed train -t train.de train.en --valid-sets valid.de valid.en \\\n"
                 "    -m de-en.safetensors\n"});
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
