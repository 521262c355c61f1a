#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/signals.h"
#include "app/streams.h"
#include "heed/comparator.h"

namespace heed {

namespace {

int exit_code(ComparisonEnd end) {
  switch (end) {
    case ComparisonEnd::kDone:
      return 0;
    case ComparisonEnd::kSomeFailed:
      return 1;
    case ComparisonEnd::kInterrupted:
      return 128 + noted_signal();
  }
  return 1;
}

struct Switches {
  bool quiet = false;
  bool list_attention = false;
};

int compare(const Flags& flags, const std::string& command_line, const Switches& switches) {
  const auto give = [&](CompareOptions& options) { flags.apply(options); };
  if (switches.list_attention) return print(list_attention(give));
  if (const auto kind = flags.dump_kind()) {
    return print(comparison_configuration(give, kind == ConfigDump::kFull));
  }
  Comparator comparator(give, {command_line, "heed-" HEED_VERSION, switches.quiet});
  note_signals();  // not before: while vocabularies are trained, a signal simply ends the program
  return exit_code(comparator.run([] { return noted_signal() != 0; }));
}

}  // namespace

Command add_compare(CLI::App& app, const std::string& command_line) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{
          "compare",
          "Train models that differ in a flag, such as the kind of attention, and compare them",
          "All runs have the same data in the same order, the same vocabulary, the same\n"
          "first weights where shapes agree, and the same budget: --early-stopping is 0\n"
          "here.\n"
          "Example:\n"
          "  heed compare -t train.de train.en --valid-sets valid.de valid.en \\\n"
          "    --test-sets test.de test.en --vary attention=none,additive,dot \\\n"
          "    --vary seed=1,2,3 --after 10e -o attention\n"});
  flags->add<CompareOptions>(CompareOptions::for_corpus(ModelType::kRnn, 0));
  flags->add_config_flags();
  auto switches = std::make_shared<Switches>();
  flags->add_switch("--quiet", "Show no progress on standard error", switches->quiet);
  flags->add_switch("--list-attention",
                    "Print every kind of attention, its formula, paper, parameters and the flags "
                    "that combine with it, and stop",
                    switches->list_attention);
  return [=] { return compare(*flags, command_line, *switches); };
}

}  // namespace heed
