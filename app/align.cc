#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/pairs.h"
#include "app/streams.h"
#include "heed/aligner.h"
#include "util/error.h"

namespace heed {

namespace {

/// Everything that can be said about `heed align`.
struct AlignCommand {
  std::string model{};
  std::vector<std::string> input{};
  bool tsv = false;
  std::string output{};
  AlignOptions align{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model", "Model file, or the name of one that heed info lists", 'm'}.file(),
      self.model);
    v(Field{"input", "SOURCE TARGET; one TSV file with --tsv; - is standard input", 'i'}.file(),
      self.input);
    v(Field{"tsv", "The input is source, tab, target"}, self.tsv);
    v(Field{"output", "File to write; none is standard output", 'o'}.file(), self.output);
    AlignOptions::visit_fields(self.align, v);
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
  }
};

void run(const AlignCommand& command) {
  const std::unique_ptr<PairReader> reader =
      read_pairs(command.input, command.tsv, messages(command.quiet));
  Aligner aligner(command.model, command.align);
  const AlignOptions& options = command.align;
  Output output(command.output,
                files_read(command.input, {command.model, options.reverse_model, options.gold}));
  const PairRecord write = [&](const TranslatedLine& line) { return aligner.format(line); };
  const AlignSummary summary = aligner.align(pair_stream(*reader, write, output, command.quiet));
  output.close();
  const auto tell = messages(command.quiet);
  for (const std::string& line : summary_lines(summary.lines)) tell(line);
  for (const std::string& line : summary.report) tell(line);
}

int align(const Flags& flags) {
  AlignCommand command;
  flags.apply(command);
  if (flags.dump(command)) return 0;
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  return until_reader_goes([&] { run(command); });
}

}  // namespace

Command add_align(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"align",
                 "Align the words of given translations by a model's attention, a line a pair",
                 "Examples:\n"
                 "  heed align -m de-en.safetensors -i text.de text.en > text.pharaoh\n"
                 "  heed align -m de-en.safetensors -i text.de text.en --gold gold.pharaoh \\\n"
                 "    --alignment-heads best\n"
                 "  heed align -m de-en.safetensors -i text.de text.en \\\n"
                 "    --reverse-model en-de.safetensors --symmetrize grow-diag-final-and\n"});
  flags->add<AlignCommand>();
  flags->add_config_flags();
  return [flags] { return align(*flags); };
}

}  // namespace heed
