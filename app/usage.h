#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace heed {

/// `heed help`, `heed help train` and `heed version` as the flags that mean the same.
std::vector<std::string> expand_help(std::vector<std::string> arguments);

/// In front of a file's name, `--half` means true: CLI11 would take the name for its value.
std::vector<std::string> complete_switches(const CLI::App& app, std::vector<std::string> arguments);

/// Of a program, in the order of its help.
std::vector<std::string> subcommand_names(const CLI::App& app);

/// What is wrong with a command line that CLI11 refused, in one line, and what to do next.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error);

}  // namespace heed
