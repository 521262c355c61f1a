#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "app/usage.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

namespace {

/// What may follow a flag, or stand without one.
struct Value {
  explicit Value(const CLI::Option& option) {
    std::string_view type(type_ = option.get_type_name());
    is_list = type.ends_with(" ...");
    is_file = type.starts_with("FILE");
    may_be_left_out = type.starts_with('[');
    if (may_be_left_out) type = type.substr(1, type.size() - 2);
    if (type.find('|') == std::string_view::npos) return;
    for (const std::string& choice : CLI::detail::split(std::string(type), '|')) {
      choices.push_back(choice);
    }
  }

  std::vector<std::string> choices;
  bool is_none() const { return type_.empty(); }
  bool is_list = false, is_file = false, may_be_left_out = false;

 private:
  std::string type_;
};

/// "-m", "--model"; nothing for what has no flag.
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

/// The first words of a description, as many as a line of choices has room for, without what the
/// shells' quotes and formats would take for their own.
std::string brief(const std::string& description) {
  std::string text = description.substr(0, description.find_first_of(";("));
  for (std::size_t at; (at = text.find('\'')) != std::string::npos;) text.replace(at, 1, "’");
  std::erase_if(text,
                [](char c) { return std::string_view("`$\\[]").find(c) != std::string::npos; });
  constexpr std::size_t kMost = 70;
  if (text.size() > kMost) text = text.substr(0, text.rfind(' ', kMost)) + " ...";
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// ---- bash -----------------------------------------------------------------------------------

/// `case` patterns: after --model, and after a list's earlier items.
std::string bash_patterns(const CLI::Option& option, bool is_list) {
  std::vector<std::string> patterns = names_of(option);
  if (is_list) {
    for (const std::string& name : names_of(option)) patterns.push_back("'" + name + " ...'");
  }
  return fmt::format("{}", fmt::join(patterns, " | "));
}

std::string bash_case(const CLI::App& command) {
  std::vector<std::string> flags;
  std::string values, positional = "none";
  for (const CLI::Option* option : command.get_options()) {
    const Value value(*option);
    const std::string found = !value.choices.empty()
                                  ? fmt::format("{}", fmt::join(value.choices, " "))
                              : value.is_file ? "file"
                                              : "none";
    if (option->get_positional()) {
      positional = found;
      continue;
    }
    for (const std::string& name : names_of(*option)) flags.push_back(name);
    if (value.is_none()) continue;
    values +=
        fmt::format("      {}) values='{}' ;;\n", bash_patterns(*option, value.is_list), found);
  }
  return fmt::format(
      "    {})\n      flags='{}'\n      values='{}'\n      case $flag in\n{}      esac ;;\n",
      command.get_name(), fmt::join(flags, " "), positional, values);
}

constexpr const char* kBash = R"(# bash completion of heed
_heed() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} flag= flags= values= i
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '{} help version --help --version' -- "$word")
    return
  fi
  for ((i = COMP_CWORD - 1; i > 1; --i)); do
    [[ ${{COMP_WORDS[i]}} == -?* ]] || continue
    flag=${{COMP_WORDS[i]}}
    ((i == COMP_CWORD - 1)) || [[ ${{COMP_WORDS[i + 1]}} == = ]] || flag+=' ...'
    break
  done
  [[ $word != = ]] || word=
  case ${{COMP_WORDS[1]}} in
{}  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
  elif [[ $values == none ]]; then
    compopt +o default
  elif [[ $values != file ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
  fi
}}
complete -o default -F _heed heed
)";

std::string bash(const CLI::App& program) {
  std::string cases;
  for (const CLI::App* command : program.get_subcommands({})) cases += bash_case(*command);
  return fmt::format(fmt::runtime(kBash), fmt::join(subcommand_names(program), " "), cases);
}

// ---- zsh ------------------------------------------------------------------------------------

/// ":value:(rnn transformer)", as _arguments reads it.
std::string zsh_value(const Value& value) {
  if (value.is_none()) return "";
  const std::string action = !value.choices.empty()
                                 ? fmt::format("({})", fmt::join(value.choices, " "))
                             : value.is_file ? "_files"
                                             : " ";
  const char* const count = value.is_list ? "*-*:" : value.may_be_left_out ? ":" : "";
  return fmt::format(":{}{}:{}", count, value.is_file ? "file" : "value", action);
}

std::string zsh_option(const CLI::Option& option) {
  const Value value(option);
  if (option.get_positional()) {
    return fmt::format(
        "      '*:{}:{}'", value.is_file ? "file" : "value",
        value.is_file ? "_files" : fmt::format("({})", fmt::join(value.choices, " ")));
  }
  std::vector<std::string> lines;
  for (const std::string& name : names_of(option)) {
    lines.push_back(
        fmt::format("      '{}[{}]{}'", name, brief(option.get_description()), zsh_value(value)));
  }
  return fmt::format("{}", fmt::join(lines, " \\\n"));
}

std::string zsh(const CLI::App& program) {
  std::string commands, cases;
  for (const CLI::App* command : program.get_subcommands({})) {
    commands +=
        fmt::format("    '{}:{}'\n", command->get_name(), brief(command->get_description()));
    std::vector<std::string> options;
    for (const CLI::Option* option : command->get_options()) options.push_back(zsh_option(*option));
    cases += fmt::format("    {}) _arguments -s \\\n{} ;;\n", command->get_name(),
                         fmt::join(options, " \\\n"));
  }
  return fmt::format(R"(#compdef heed
local -a commands=(
{})
if ((CURRENT == 2)); then
  _describe subcommand commands
else
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
{}  esac
fi
)",
                     commands, cases);
}

// ---- fish -----------------------------------------------------------------------------------

std::string fish_option(const CLI::App& command, const CLI::Option& option) {
  const Value value(option);
  std::string line =
      fmt::format("complete -c heed -n '__fish_seen_subcommand_from {}'", command.get_name());
  for (const std::string& name : option.get_snames()) line += " -s " + name;
  for (const std::string& name : option.get_lnames()) line += " -l " + name;
  if (!value.choices.empty()) {
    line += fmt::format(" -x -a '{}'", fmt::join(value.choices, " "));
  } else if (value.is_file) {
    line += " -r -F";
  } else if (!value.is_none() && !value.may_be_left_out) {
    line += " -x";
  }
  return fmt::format("{} -d '{}'\n", line, brief(option.get_description()));
}

std::string fish(const CLI::App& program) {
  std::string script = "complete -c heed -f\n";
  for (const CLI::App* command : program.get_subcommands({})) {
    script += fmt::format("complete -c heed -n __fish_use_subcommand -a {} -d '{}'\n",
                          command->get_name(), brief(command->get_description()));
    for (const CLI::Option* option : command->get_options())
      script += fish_option(*command, *option);
  }
  return script;
}

struct Shell {
  std::string_view name;
  std::string (*script)(const CLI::App& program);
};
constexpr std::array<Shell, 3> kShells = {{{"bash", bash}, {"zsh", zsh}, {"fish", fish}}};

}  // namespace

Command add_completion(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{"completion", "Write what a shell reads to complete heed's flags and values",
                      "Examples:\n"
                      "  heed completion bash > ~/.local/share/bash-completion/completions/heed\n"
                      "  heed completion zsh > ~/.zfunc/_heed\n"
                      "  heed completion fish > ~/.config/fish/completions/heed.fish\n"});
  auto names = std::make_shared<std::vector<std::string>>();
  flags->add_arguments("shell", "bash|zsh|fish", "The shell: bash, zsh, fish", *names);
  return [flags, names, &app] {
    if (names->size() != 1) fail_usage("expected one shell: bash, zsh or fish");
    return print(find_entry(kShells, "shell", names->front()).script(app));
  };
}

}  // namespace heed
