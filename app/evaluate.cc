#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "heed/evaluator.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

// sacreBLEU's short flags of several letters, which CLI11 would read as several flags.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kShortFlags = {
    {{"-nr", "num-refs"},
     {"-sl", "sentence-level"},
     {"-tok", "tokenize"},
     {"-lc", "lowercase"},
     {"-sv", "smooth-value"},
     {"-cc", "chrf-char-order"},
     {"-cw", "chrf-word-order"},
     {"-ci", "confidence"},
     {"-cin", "confidence-n"},
     {"-pbs", "paired-bs"},
     {"-pbsn", "paired-bs-n"},
     {"-par", "paired-ar"},
     {"-part", "paired-ar-n"},
     {"-sh", "short"}}};

// The name of the switch that an argument is, or "".
std::string switch_name(std::string_view argument) {
  std::string name;
  const EvaluateOptions defaults;
  for_each_field(defaults, [&]<class V>(const Field& field, const V&) {
    if constexpr (std::is_same_v<V, bool>) {
      const bool letter = field.letter != 0 && argument == fmt::format("-{}", field.letter);
      if (letter || argument == fmt::format("--{}", field.name)) name = field.name;
    }
  });
  return name;
}

std::string expand(std::string argument) {
  for (const auto& [flag, name] : kShortFlags) {
    if (argument == flag) return fmt::format("--{}", name);
  }
  return argument;
}

/// Moves references that follow the names of metrics, as in "-m aer gold", before all flags: a list
/// would swallow them. A slip of the hand stays in the list, whose reader says what is meant.
void end_metrics_at_references(std::vector<std::string>& arguments) {
  std::vector<std::string> metrics;
  for (const std::string_view name : evaluation_metrics()) metrics.emplace_back(name);
  std::vector<std::string> references;
  bool in_metrics = false;
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--";) {
    const std::string& argument = arguments[i];
    const bool is_flag = argument.size() > 1 && argument.starts_with('-');
    if (is_flag) in_metrics = argument == "-m" || argument == "--metrics";
    const std::string first = argument.substr(0, argument.find(','));  // of "bleu,chrf"
    const bool is_name = is_flag || !nearest_name(first, metrics).empty();
    if (!in_metrics || is_name) {
      ++i;
      continue;
    }
    references.push_back(argument);
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  arguments.insert(arguments.begin() + 1, references.begin(), references.end());
}

int evaluate_command(const Flags& flags, const std::vector<std::string>& references, bool quiet) {
  EvaluateOptions options;
  flags.apply(options);
  options.references = references;
  return until_reader_goes([&] {
    Output output("", files_read(options.input, references));
    output.write(evaluate(options, "heed-" HEED_VERSION, messages(quiet)));
    output.close();
  });
}

}  // namespace

std::vector<std::string> expand_evaluate_flags(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] != "evaluate") return arguments;
  end_metrics_at_references(arguments);
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--"; ++i) {
    std::string& argument = arguments[i];
    argument = expand(argument);
    const bool has_value =
        i + 1 < arguments.size() && (arguments[i + 1] == "true" || arguments[i + 1] == "false");
    // A switch doesn't swallow the file that follows it.
    const std::string name = switch_name(argument);
    if (!name.empty() && !has_value) argument = fmt::format("--{}=true", name);
  }
  return arguments;
}

Command add_evaluate(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{
               "evaluate", "Score translations as sacreBLEU does: BLEU, chrF, TER; alignments too",
               "Examples:\n"
               "  heed evaluate reference.en -i output.en -m bleu chrf ter\n"
               "  heed evaluate reference.en -i baseline.en other.en --paired-bs -f text\n"
               "  heed evaluate reference.en -i output.en --source source.de -f text\n"
               "  heed evaluate -i links.pharaoh -m aer gold.pharaoh -f text\n"
               "sacreBLEU's short flags are known too: -tok -lc -sl -nr -sv -cc -cw -ci -cin\n"
               "-pbs -pbsn -par -part -sh.\n"});
  auto references = std::make_shared<std::vector<std::string>>();
  flags->add_arguments("references", "FILE ...", "Files of references, a file a set", *references);
  flags->add<EvaluateOptions>();
  auto quiet = std::make_shared<bool>(false);
  flags->add_switch("-q,--quiet", "Don't warn", *quiet);
  return [flags, references, quiet] { return evaluate_command(*flags, *references, *quiet); };
}

}  // namespace heed
