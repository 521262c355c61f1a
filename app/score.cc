#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "heed/translator.h"
#include "util/error.h"
#include "util/text.h"

namespace heed {

namespace {

/// Fields of TranslateOptions that scoring has no use for.
constexpr std::array<std::string_view, 11> kOnlyForSearch = {
    "beam-size", "max-length-output", "max-length-factor", "n-best",
    "scores",    "sampling",          "sampling-topk",     "no-repeat-ngram",
    "seed",      "force-decode",      "long-lines"};

/// Everything that can be said about `heed score`.
struct ScoreCommand {
  std::string model{};
  std::vector<std::string> input{};
  bool tsv = false;
  std::string n_best_list{};
  std::string output{};
  TranslateOptions score{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model", "Model file, as heed train writes it", 'm'}, self.model);
    v(Field{"input",
            "SOURCE TARGET; one TSV file with --tsv; SOURCE with --n-best-list; - is standard "
            "input",
            'i'},
      self.input);
    v(Field{"tsv", "The input is source, tab, target"}, self.tsv);
    v(Field{"n-best-list", "Score the translations of this Moses n-best list"}, self.n_best_list);
    v(Field{"output", "File to write; none is standard output", 'o'}, self.output);
    const auto filtered = [&](const Field& field, auto& value) {
      if (std::ranges::find(kOnlyForSearch, field.name) == kOnlyForSearch.end()) v(field, value);
    };
    TranslateOptions::visit_fields(self.score, filtered);
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
  }
};

/// Gives sentence pairs in one of the forms of input.
class PairReader {
 public:
  virtual ~PairReader() = default;
  virtual NextLine read(SourceLine& pair) = 0;
};

class TsvPairs final : public PairReader {
 public:
  explicit TsvPairs(const std::vector<std::string>& paths) : input_(paths) {}

  NextLine read(SourceLine& pair) override {
    const NextLine next = input_.read(line_);
    if (next != NextLine::kRead) return next;
    ++number_;
    const std::size_t tab = line_.find('\t');
    if (tab == std::string::npos && !trim(line_).empty()) {
      fail("expected source, tab, target in line {}, found no tab", number_);
    }
    pair.text = line_.substr(0, tab);
    pair.target = tab == std::string::npos ? "" : line_.substr(tab + 1);
    return next;
  }

 private:
  Input input_;
  std::string line_;
  std::size_t number_ = 0;
};

class TwoFiles final : public PairReader {
 public:
  explicit TwoFiles(const std::vector<std::string>& paths)
      : names_(paths), source_({paths[0]}), target_({paths[1]}) {}

  NextLine read(SourceLine& pair) override {
    const NextLine source = next_of(source_, pair.text);
    const NextLine target = next_of(target_, pair.target);
    if (source != target) fail_unequal(source == NextLine::kRead);
    if (source == NextLine::kRead) ++lines_;
    return source;
  }

 private:
  /// Two sides are read in step: a slow one holds up the other.
  static NextLine next_of(Input& input, std::string& line) {
    NextLine next = NextLine::kLater;
    while (next == NextLine::kLater) next = input.read(line);
    return next;
  }

  [[noreturn]] void fail_unequal(bool source_is_longer) {
    Input& longer = source_is_longer ? source_ : target_;
    std::size_t lines = lines_ + 1;
    for (std::string rest; next_of(longer, rest) == NextLine::kRead;) ++lines;
    fail("expected as many lines in {} as in {}, found {} and {}; make them parallel", names_[0],
         names_[1], source_is_longer ? lines : lines_, source_is_longer ? lines_ : lines);
  }

  std::vector<std::string> names_;
  Input source_, target_;
  std::size_t lines_ = 0;
};

/// Translations of a Moses list with the source lines that their ids name. The id is the tag.
class ListedPairs final : public PairReader {
 public:
  ListedPairs(const std::vector<std::string>& sources, const std::string& list) : list_({list}) {
    Input input(sources);
    NextLine next{};
    for (std::string line; (next = input.read(line)) != NextLine::kEnd;) {
      if (next == NextLine::kRead) sources_.push_back(std::move(line));
    }
  }

  NextLine read(SourceLine& pair) override {
    const NextLine next = list_.read(line_);
    if (next != NextLine::kRead) return next;
    ++number_;
    constexpr std::string_view kBar = " ||| ";
    const std::size_t first = line_.find(kBar);
    const std::size_t begin = first + kBar.size();
    // An empty translation leaves two blanks between the bars, or one.
    const std::size_t end = first == std::string::npos ? first : line_.find("|||", begin - 1);
    if (end == std::string::npos) {
      fail("expected id ||| translation ||| … in line {} of the n-best list, found {} fields",
           number_, first == std::string::npos ? 1 : 2);
    }
    pair.tag = trim(std::string_view(line_).substr(0, first));
    pair.text = source(pair.tag);
    pair.target = end > begin ? trim(std::string_view(line_).substr(begin, end - begin)) : "";
    return next;
  }

 private:
  const std::string& source(const std::string& id) const {
    std::size_t number = 0;
    const auto result = std::from_chars(id.data(), id.data() + id.size(), number);
    if (result.ec != std::errc{} || result.ptr != id.data() + id.size() ||
        number >= sources_.size()) {
      fail("expected an id from 0 to {} in line {} of the n-best list, found '{}'",
           std::ssize(sources_) - 1, number_, id);
    }
    return sources_[number];
  }

  std::vector<std::string> sources_;
  Input list_;
  std::string line_;
  std::size_t number_ = 0;
};

std::unique_ptr<PairReader> make_reader(const ScoreCommand& command) {
  const auto expect = [&](std::size_t least, std::size_t most, const char* what) {
    if (command.input.size() >= least && command.input.size() <= most) return;
    fail_usage("expected {} for --input, found {} files", what, command.input.size());
  };
  if (command.tsv && !command.n_best_list.empty()) {
    fail_usage("--tsv and --n-best-list exclude each other; name one");
  }
  if (command.score.json && !command.n_best_list.empty()) {
    fail_usage("--json and --n-best-list exclude each other: the list stays a list");
  }
  if (command.tsv) {
    expect(0, 1, "one TSV file or none");
    return std::make_unique<TsvPairs>(command.input);
  }
  if (!command.n_best_list.empty()) {
    expect(1, 1, "the source");
    return std::make_unique<ListedPairs>(command.input, command.n_best_list);
  }
  expect(2, 2, "SOURCE TARGET");
  return std::make_unique<TwoFiles>(command.input);
}

std::string record(const TranslatedLine& line, const ScoreCommand& command) {
  if (command.n_best_list.empty()) return format_score(line, command.score);
  return format_moses(std::stoul(line.tag), line, command.score);
}

void run(const ScoreCommand& command) {
  const std::unique_ptr<PairReader> reader = make_reader(command);
  Translator translator(command.model, command.score);
  Output output(command.output);
  const auto write = [&](std::span<TranslatedLine> lines) {
    std::string text;
    for (const TranslatedLine& line : lines) text += record(line, command);
    output.write(text);
  };
  const auto warn = [&](const std::string& message) {
    if (!command.quiet) fmt::print(stderr, "heed: {}\n", message);
  };
  const auto read = [&](SourceLine& pair) { return reader->read(pair); };
  const StreamSummary summary = translator.score({read, write, warn});
  output.close();
  if (!command.quiet) print_summary(summary);
}

int score(const Flags& flags) {
  ScoreCommand command;
  flags.apply(command);
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  try {
    run(command);
  } catch (const ReaderGone&) {
  }
  return 0;
}

}  // namespace

Command add_score(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "score", "Score given translations as the search would: log p / length^A, a line each");
  command->footer(
      "Examples:\n"
      "  heed score -m de-en.safetensors -i text.de text.en\n"
      "  paste text.de text.en | heed score -m de-en.safetensors --tsv --word-scores\n"
      "  heed score -m de-en.safetensors -i text.de --n-best-list text.nbest\n");
  auto flags = std::make_shared<Flags>(*command);
  flags->add<ScoreCommand>();
  flags->add_config_flags();
  return [flags] { return score(*flags); };
}

}  // namespace heed
