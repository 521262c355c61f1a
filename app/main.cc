#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>

#include "app/commands.h"
#include "app/flags.h"
#include "heed/error.h"
#include "util/strings.h"

namespace heed {

namespace {

/// "unknown option --beam-sizes, did you mean --beam-size?"
std::string unknown_option(const CLI::App& app, const std::string& given) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string nearest = nearest_name(given, known);
  return fmt::format("unknown {} {}{}; see heed {} --help",
                     given.starts_with('-') ? "option" : "argument", given,
                     nearest.empty() ? "" : fmt::format(", did you mean {}?", nearest),
                     app.get_parent() == nullptr ? "" : app.get_name());
}

const CLI::App& chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

int usage_error(const std::string& message) {
  fmt::print(stderr, "heed: {}\n", message);
  return 2;
}

int parse_error(const CLI::App& app, const CLI::ParseError& error, const char* first_word) {
  if (dynamic_cast<const CLI::Success*>(&error) != nullptr) return app.exit(error);
  if (app.get_subcommands().empty() && first_word != nullptr) {
    return usage_error(unknown_option(app, first_word));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const CLI::App& where = chosen(app);
    return usage_error(unknown_option(where, where.remaining(true).front()));
  }
  return usage_error(error.what());
}

/// The words as a shell reads them.
std::string quote_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("_./=,:+-", c);
    });
    if (!line.empty()) line += ' ';
    if (is_plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? "'\\''" : std::string(1, c);
    line += '\'';
  }
  return line;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Heed: neural machine translation. Trains on parallel text, translates and evaluates; the "
      "kind of attention is a flag.",
      "heed");
  set_help_format(app);
  app.set_version_flag("--version", "heed " HEED_VERSION);
  app.require_subcommand(1);
  std::map<std::string, Command> commands;
  commands["train"] = add_train(app);
  commands["translate"] = add_translate(app);
  commands["score"] = add_score(app);
  commands["align"] = add_align(app);
  commands["evaluate"] = add_evaluate(app);
  commands["info"] = add_info(app);
  commands["average"] = add_average(app);
  commands["compare"] = add_compare(app, quote_words({argv, argv + argc}));
  try {
    std::vector<std::string> arguments = expand_evaluate_flags({argv + 1, argv + argc});
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
    return commands.at(chosen(app).get_name())();
  } catch (const CLI::ParseError& error) {
    return parse_error(app, error, argv[1]);
  }
}

}  // namespace

}  // namespace heed

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(),
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
  try {
    return heed::run(argc, argv);
  } catch (const heed::UsageError& error) {
    fmt::print(stderr, "heed: {}\n", error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "heed: expected enough memory, found none left; use smaller batches\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "heed: {}\n", error.what());
  }
  return 1;
}
