#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "app/usage.h"
#include "util/error.h"

namespace heed {

namespace {

/// Text that roff shows as it is.
std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool begins = result.empty() || result.back() == '\n';
    if (begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '-') result += '\\';
    result += c == '\\' ? std::string("\\e") : std::string(1, c);
  }
  return result;
}

std::string page_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? "heed" : fmt::format("heed-{}", app.get_name());
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string synopsis(const CLI::App& app) {
  if (app.get_parent() == nullptr) return "heed SUBCOMMAND [OPTIONS]";
  std::string line = fmt::format("heed {} [OPTIONS]", app.get_name());
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) line += " " + option->get_type_name();
  }
  return line;
}

/// Its names in bold, its type in italics, below them what it does.
std::string entry(const CLI::Option& option) {
  const std::string names = option.get_name(option.get_positional(), true);
  const std::string type = option.get_type_name();
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(names),
                     type.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(type)),
                     roff(option.get_description()));
}

/// heed(1), or heed-train(1) and its like, as man(7) reads it.
std::string manual_page(const CLI::App& app) {
  const std::string name = page_name(app);
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"heed {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}\n"
      ".SH OPTIONS\n",
      upper(name), HEED_VERSION, name, roff(app.get_description()), roff(synopsis(app)));
  for (const CLI::Option* option : app.get_options()) page += entry(*option);
  const auto subcommands = app.get_subcommands({});
  if (!subcommands.empty()) page += ".SH SUBCOMMANDS\n";
  for (const CLI::App* command : subcommands) {
    page += fmt::format(".TP\n\\fBheed {}\\fR\n{}\n", command->get_name(),
                        roff(command->get_description()));
  }
  page += fmt::format(".SH NOTES\n.nf\n{}.fi\n", roff(app.get_footer()));
  page +=
      ".SH EXIT STATUS\n0: all is done. 1: an error, told in one line on standard error. 2: the "
      "command line is wrong.\n";
  return page + (subcommands.empty() ? ".SH SEE ALSO\n.BR heed (1)\n" : "");
}

}  // namespace

Command add_manual(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{"manual", "Write the manual page of heed, or of a subcommand, for man",
                      "Example:\n  heed manual train | man -l -\n"});
  auto names = std::make_shared<std::vector<std::string>>();
  flags->add_arguments("subcommand", fmt::format("{}", fmt::join(subcommand_names(app), "|")),
                       "Subcommand; the program without one", *names);
  return [flags, names, &app] {
    if (names->empty()) return print(manual_page(app));
    if (names->size() > 1) fail_usage("expected one subcommand, found {}", names->size());
    const std::string& name = names->front();
    const auto commands =
        app.get_subcommands([&](const CLI::App* a) { return a->get_name() == name; });
    if (commands.empty()) {
      fail_usage("unknown subcommand '{}'; one of: {}", name,
                 fmt::join(subcommand_names(app), ", "));
    }
    return print(manual_page(*commands.front()));
  };
}

}  // namespace heed
