#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/pairs.h"
#include "app/streams.h"
#include "heed/shortlister.h"
#include "util/error.h"

namespace heed {

namespace {

/// Everything that can be said about `heed shortlist`.
struct ShortlistCommand {
  std::string model{};
  std::vector<std::string> train_sets{};
  bool tsv = false;
  std::string output{};
  ShortlisterOptions shortlist{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model", "Model file, or the name of one that heed info lists", 'm'}.file(),
      self.model);
    v(Field{"train-sets",
            "Parallel text, best what the model was trained on: SOURCE TARGET, or one TSV file "
            "with --tsv; - is standard input",
            't'}
          .file(),
      self.train_sets);
    v(Field{"tsv", "The text is source, tab, target"}, self.tsv);
    v(Field{"output", "Model file to write: the model with its shortlist", 'o'}.file(),
      self.output);
    ShortlisterOptions::visit_fields(self.shortlist, v);
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
  }
};

void run(const ShortlistCommand& command) {
  LineReport report({command.quiet, "", false, false});
  const std::unique_ptr<PairReader> reader = read_pairs(
      command.train_sets, command.tsv, [&](const std::string& message) { report.say(message); },
      "--train-sets");
  const LineStream pairs{[&](SourceLine& pair) {
                           const NextLine next = reader->read(pair);
                           if (next == NextLine::kRead) report.note_read(reader->place());
                           return next;
                         },
                         [&](std::span<TranslatedLine> lines) { report.note_written(lines); },
                         [&](const std::string& message) { report.say(message); }};
  const ShortlistSummary summary =
      build_shortlist(command.model, command.shortlist, pairs, command.output);
  for (const std::string& line : summary_lines(summary.lines)) report.say(line);
  report.say(summary.report);
}

int shortlist(const Flags& flags) {
  ShortlistCommand command;
  flags.apply(command);
  if (flags.dump(command)) return 0;
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  if (command.output.empty()) fail_usage("expected a file to write: --output FILE");
  run(command);
  return 0;
}

}  // namespace

Command add_shortlist(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"shortlist",
                 "Add to a model which target tokens translate each source token, for heed "
                 "translate --shortlist",
                 "Examples:\n"
                 "  heed shortlist -m de-en.safetensors -t train.de train.en -o fast.safetensors\n"
                 "  heed translate -m fast.safetensors --shortlist < text.de > text.en\n"
                 "  heed shortlist -m de-en.safetensors -t train.de train.en \\\n"
                 "    --alignment train.pharaoh -o fast.safetensors\n"});
  flags->add<ShortlistCommand>();
  flags->add_config_flags();
  return [flags] { return shortlist(*flags); };
}

}  // namespace heed
