#include <fmt/core.h>
#include <exception>
#include <new>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>

#include "app/commands.h"
#include "app/flags.h"
#include "app/usage.h"
#include "heed/error.h"

namespace heed {

namespace {

int parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const bool is_answered = dynamic_cast<const CLI::Success*>(&error) != nullptr;
  if (is_answered && app.remaining().empty()) return app.exit(error);
  fmt::print(stderr, "heed: {}\n", usage_message(app, error));
  return 2;
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
  app.set_help_flag("-h,--help", "Print this help and stop");
  app.set_version_flag("--version", "heed " HEED_VERSION, "Print the version and stop");
  app.footer("heed help SUBCOMMAND shows a subcommand's flags, units and examples.\n");
  app.require_subcommand(1);
  std::map<std::string, Command> commands;
  commands["train"] = add_train(app);
  commands["translate"] = add_translate(app);
  commands["score"] = add_score(app);
  commands["align"] = add_align(app);
  commands["evaluate"] = add_evaluate(app);
  commands["info"] = add_info(app);
  commands["average"] = add_average(app);
  commands["convert"] = add_convert(app);
  commands["shortlist"] = add_shortlist(app);
  commands["compare"] = add_compare(app, quote_words({argv, argv + argc}));
  commands["serve"] = add_serve(app);
  commands["completion"] = add_completion(app);
  commands["manual"] = add_manual(app);
  const std::vector<std::string> arguments =
      complete_switches(app, expand_evaluate_flags(expand_help({argv + 1, argv + argc})));
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11's order
    return commands.at(app.get_subcommands().front()->get_name())();
  } catch (const CLI::ParseError& error) {
    return parse_error(app, error);
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
