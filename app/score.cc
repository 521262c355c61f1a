#include <memory>
#include <string_view>

#include "app/commands.h"
#include "app/flags.h"
#include "app/pairs.h"
#include "app/streams.h"
#include "heed/translator.h"
#include "util/error.h"

namespace heed {

namespace {

/// Everything that can be said about `heed score`.
struct ScoreCommand {
  std::vector<std::string> model{};
  std::vector<std::string> input{};
  bool tsv = false;
  std::string n_best_list{};
  std::string output{};
  TranslateOptions score{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model",
            "Model file, or the name of one that heed info lists; several over the same "
            "vocabularies score as one (--weights)",
            'm'}
          .file(),
      self.model);
    v(Field{"input",
            "SOURCE TARGET; one TSV file with --tsv; SOURCE with --n-best-list; - is standard "
            "input",
            'i'}
          .file(),
      self.input);
    v(Field{"tsv", "The input is source, tab, target"}, self.tsv);
    v(Field{"n-best-list", "Score the translations of this Moses n-best list"}, self.n_best_list);
    v(Field{"output", "File to write; none is standard output", 'o'}.file(), self.output);
    TranslateOptions::visit_score_fields(self.score, v);
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
  }
};

/// Translations of a Moses list with the source lines that their ids name. The id is the tag.
class ListedPairs final : public PairReader {
 public:
  ListedPairs(const std::vector<std::string>& sources, const std::string& list, const Warn& warn)
      : list_({list}, warn) {
    Input input(sources, warn);
    NextLine next{};
    for (std::string line; (next = input.read(line)) != NextLine::kEnd;) {
      if (next == NextLine::kRead) sources_.push_back(std::move(line));
    }
  }

  NextLine read(SourceLine& pair) override {
    const NextLine next = list_.read(line_);
    if (next != NextLine::kRead) return next;
    const ListedTranslation listed = parse_moses(line_, ++number_);
    if (listed.id >= sources_.size()) {
      fail("expected an id from 0 to {} in line {} of the n-best list, found '{}'",
           std::ssize(sources_) - 1, number_, listed.id);
    }
    pair.tag = std::to_string(listed.id);
    pair.text = sources_[listed.id];
    pair.target = listed.text;
    return next;
  }
  InputPlace place() const override { return list_.place(); }

 private:
  std::vector<std::string> sources_;
  Input list_;
  std::string line_;
  std::size_t number_ = 0;
};

std::unique_ptr<PairReader> make_reader(const ScoreCommand& command) {
  if (command.tsv && !command.n_best_list.empty()) {
    fail_usage("--tsv and --n-best-list exclude each other; name one");
  }
  if (command.score.json && !command.n_best_list.empty()) {
    fail_usage("--json and --n-best-list exclude each other: the list stays a list");
  }
  const Warn warn = messages(command.quiet);
  if (command.n_best_list.empty()) return read_pairs(command.input, command.tsv, warn);
  if (command.input.size() != 1) {
    fail_usage("expected the source for --input, found {} files", command.input.size());
  }
  expect_standard_input_once({command.input[0], command.n_best_list});
  return std::make_unique<ListedPairs>(command.input, command.n_best_list, warn);
}

std::string record(const TranslatedLine& line, const ScoreCommand& command) {
  if (command.n_best_list.empty()) return format_score(line, command.score);
  return format_moses(std::stoul(line.tag), line, command.score);
}

void run(const ScoreCommand& command) {
  const std::unique_ptr<PairReader> reader = make_reader(command);
  Translator translator(command.model, command.score);
  std::vector<std::string> read = command.model;
  read.push_back(command.n_best_list);
  Output output(command.output, files_read(command.input, read));
  const PairRecord write = [&](const TranslatedLine& line) { return record(line, command); };
  const StreamSummary summary =
      translator.score(pair_stream(*reader, write, output, command.quiet));
  output.close();
  const auto tell = messages(command.quiet);
  for (const std::string& line : summary_lines(summary)) tell(line);
}

int score(const Flags& flags) {
  ScoreCommand command;
  flags.apply(command);
  if (flags.dump(command)) return 0;
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  return until_reader_goes([&] { run(command); });
}

}  // namespace

Command add_score(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"score",
                 "Score given translations as the search would: log p / length^A, a line each",
                 "Examples:\n"
                 "  heed score -m de-en.safetensors -i text.de text.en\n"
                 "  paste text.de text.en | heed score -m de-en.safetensors --tsv --word-scores\n"
                 "  heed score -m de-en.safetensors -i text.de --n-best-list text.nbest\n"});
  flags->add<ScoreCommand>();
  flags->add_config_flags();
  return [flags] { return score(*flags); };
}

}  // namespace heed
