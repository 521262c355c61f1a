#include "app/flags.h"

#include <sstream>

namespace heed {

namespace {

constexpr std::size_t kIndent = 6;

}  // namespace

std::string wrap(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string result, line(indent, ' '), word;
  while (words >> word) {
    if (line.size() > indent && line.size() + 1 + word.size() > width) {
      result += line + "\n";
      line.assign(indent, ' ');
    }
    if (line.size() > indent) line += ' ';
    line += word;
  }
  return result + line + "\n";
}

std::string Flags::join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : " ") + text;
  return joined;
}

void Flags::add_flag(const Shape& shape) {
  std::string names = fmt::format("--{}", shape.field.name);
  if (shape.field.letter != 0) names = fmt::format("-{},{}", shape.field.letter, names);
  std::string help = shape.field.help;
  if (!shape.choices.empty()) help += fmt::format(" ({})", fmt::join(shape.choices, ", "));
  if (!shape.default_text.empty()) help += fmt::format(" [{}]", shape.default_text);
  CLI::Option* option = app_.add_option(names)->description(help);
  option->type_name(shape.is_switch ? "[true|false]" : shape.is_list ? "TEXT ..." : "VALUE");
  if (shape.is_switch) {
    option->expected(0, 1);
  } else if (shape.is_list) {
    option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  } else {
    option->expected(1)->take_last();
  }
  options_[shape.field.name] = option;
}

void Flags::add_config_flags() {
  app_.add_option("-c,--config", config_paths_,
                  "Configuration files (YAML: option: value); later ones win, flags win over files")
      ->type_name("FILE ...")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args();
  app_.add_option("--dump-config", dump_config_,
                  "Write the effective configuration to standard output and stop: full, or minimal "
                  "(what differs from the defaults) [full]")
      ->type_name("[full|minimal]")
      ->expected(0, 1)
      ->default_str("full");
}

std::optional<ConfigDump> Flags::dump_kind() const {
  if (dump_config_.empty()) return std::nullopt;
  ConfigDump kind{};
  from_text("dump-config", dump_config_, kind);
  return kind;
}

std::map<std::string, std::vector<std::string>> Flags::given() const {
  std::map<std::string, std::vector<std::string>> result;
  for (const auto& [name, option] : options_) {
    if (option->count() == 0) continue;
    std::vector<std::string> texts = option->results();
    if (option->get_expected_max() == 1) texts.erase(texts.begin(), texts.end() - 1);  // last wins
    const bool is_bare_switch = texts.empty() || (texts.size() == 1 && texts.front().empty());
    result[name] = is_bare_switch && option->get_expected_min() == 0
                       ? std::vector<std::string>{"true"}
                       : std::move(texts);
  }
  return result;
}

std::string Help::make_option(const CLI::Option* option, bool is_positional) const {
  std::string line = "  " + make_option_name(option, is_positional);
  if (!option->get_type_name().empty()) line += " " + option->get_type_name();
  return line + "\n" + wrap(make_option_desc(option), kIndent);
}

std::string Help::make_description(const CLI::App* app) const {
  return wrap(app->get_description(), 0);
}

std::string Help::make_subcommand(const CLI::App* subcommand) const {
  return fmt::format("  {}\n{}", subcommand->get_name(),
                     wrap(subcommand->get_description(), kIndent));
}

}  // namespace heed
