#include "app/usage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "util/strings.h"

namespace heed {

namespace {

struct Advice {
  std::string_view given;  ///< Words with blanks between them.
  std::string_view advice;
};

/// Flags of other tools that mean nothing here under any name near theirs, and Heed's way.
constexpr std::array<Advice, 23> kOtherTools = {{
    // Marian
    {"-w --workspace", "memory follows from --mini-batch-words: lower or raise that"},
    {"--mini-batch-fit --mini-batch-fit-step", "batches are filled up to --mini-batch-words"},
    {"--maxi-batch-sort", "--maxi-batch batches are always sorted by length"},
    {"--cpu-threads -d --devices --num-devices", "the processor does all the work: --threads N"},
    {"--sync-sgd", "all workers' gradients are always summed; there is no other way"},
    {"-v --vocabs", "a model holds its vocabularies; train takes them from --vocab FILE"},
    {"--dim-vocabs", "a trained vocabulary has --vocab-size pieces"},
    {"--models", "one model translates at a time: --model FILE"},
    {"--max-length-crop", "--long-lines crop"},
    {"--output-sampling", "--sampling, with --sampling-topk K"},
    {"--tsv", "a column is cut out first: cut -f 1 FILE | heed translate"},
    {"--tsv-fields", "with --tsv there are two: source, tab, target"},
    {"--task", "--type transformer or rnn; other sizes have flags of their own"},
    {"--keep-best --overwrite", "--model always holds the best of all validations"},
    {"--no-restore-corpus", "training goes on where it was in the text"},
    {"--early-stopping-on", "the first of --valid-metrics decides"},
    {"--tempdir -T", "the variable TMPDIR names the folder"},
    {"--fp16", "numbers have 32 bits; heed average --half writes a model of 16"},
    {"--n-best-feature", "the feature of an n-best list is F0"},
    // CTranslate2 and OpenNMT
    {"--src", "--input FILE"},
    {"--batch-size --batch_size", "--mini-batch N sentences or --mini-batch-words N tokens"},
    {"--inter_threads --intra_threads", "--threads N"},
    {"--compute_type", "weights are read as the model file has them"},
}};

/// What a subcommand's text is named with; for words that stand there without a flag.
constexpr std::array<Advice, 5> kInputs = {{
    {"translate", "name the text with --input FILE (-i), or give it by < FILE"},
    {"score", "name the texts with --input SOURCE TARGET (-i)"},
    {"align", "name the texts with --input SOURCE TARGET (-i)"},
    {"train", "name the texts with --train-sets SOURCE TARGET (-t)"},
    {"compare", "name the texts with --train-sets SOURCE TARGET (-t)"},
}};

template <class Table>
std::string_view find_advice(const Table& table, std::string_view given) {
  for (const Advice& advice : table) {
    const auto names = split_words(advice.given);
    if (std::find(names.begin(), names.end(), given) != names.end()) return advice.advice;
  }
  return {};
}

std::string help_of(const CLI::App& app) {
  const bool is_program = app.get_parent() == nullptr;
  return is_program ? "see heed --help" : fmt::format("see heed {} --help", app.get_name());
}

/// "unknown option --beam-sizes, did you mean --beam-size?"
std::string unknown(const CLI::App& app, const std::string& given) {
  const std::string name = given.substr(0, given.find('='));
  const bool is_flag = given.starts_with('-');
  std::string message = fmt::format("unknown {} {}", is_flag ? "option" : "argument", name);
  const std::string_view advice =
      is_flag ? find_advice(kOtherTools, name) : find_advice(kInputs, app.get_name());
  if (!advice.empty()) {
    return fmt::format("{}, {}{}; {}", message, is_flag ? "in Heed: " : "", advice, help_of(app));
  }
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string nearest = nearest_name(name, known);
  if (!nearest.empty()) message += fmt::format(", did you mean {}?", nearest);
  return fmt::format("{}; {}", message, help_of(app));
}

std::string no_subcommand(const CLI::App& app) {
  return fmt::format("expected a subcommand: {}; see heed --help",
                     fmt::join(subcommand_names(app), ", "));
}

}  // namespace

std::vector<std::string> expand_help(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  if (arguments[0] == "version") arguments[0] = "--version";
  if (arguments[0] != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

std::vector<std::string> complete_switches(const CLI::App& app,
                                           std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const auto commands =
      app.get_subcommands([&](const CLI::App* a) { return a->check_name(arguments[0]); });
  if (commands.empty()) return arguments;
  const CLI::App* const command = commands.front();
  const auto options = command->get_options();
  if (std::ranges::none_of(options, &CLI::Option::get_positional)) return arguments;
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    const CLI::Option* const option = command->get_option_no_throw(arguments[i]);
    const bool is_switch = option != nullptr && option->get_type_name() == "[true|false]";
    const bool has_value = arguments[i + 1] == "true" || arguments[i + 1] == "false";
    if (is_switch && !has_value) arguments[i] += "=true";
  }
  return arguments;
}

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  if (const std::vector<std::string> rest = app.remaining(); !rest.empty()) {
    return unknown(app, rest.front());
  }
  const auto commands = app.get_subcommands();
  if (commands.empty()) return no_subcommand(app);
  const CLI::App& command = *commands.front();
  if (const std::vector<std::string> rest = command.remaining(); !rest.empty()) {
    return unknown(command, rest.front());
  }
  // What is left are flags without their values and switches with one: "--model: 1 required …",
  // "Could not convert: --half = maybe".
  const std::string text = error.what();
  const std::size_t begin = std::min(text.find('-'), text.size());
  const std::string flag = text.substr(begin, text.find_first_of(": ", begin) - begin);
  return fmt::format("expected a value for {}, found {}; {}", flag,
                     error.get_name() == "ArgumentMismatch" ? "none" : "one it can't take",
                     help_of(command));
}

}  // namespace heed
