#include "app/flags.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <sstream>

namespace heed {

namespace {

constexpr std::size_t kIndent = 6;

class Help : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string line = "  " + make_option_name(option, is_positional);
    const std::string type = option->get_type_name();
    const bool is_choice = !type.starts_with('[') && type.find('|') != std::string::npos;
    if (!type.empty()) line += " " + (is_choice ? "VALUE" : type);
    return line + "\n" + wrap(make_option_desc(option), kIndent);
  }
  std::string make_description(const CLI::App* app) const override {
    return wrap(app->get_description(), 0) + "\n";
  }
  std::string make_subcommand(const CLI::App* subcommand) const override {
    return fmt::format("  {}\n{}", subcommand->get_name(),
                       wrap(subcommand->get_description(), kIndent));
  }
};

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

Flags::Flags(CLI::App& app, const Subcommand& subcommand)
    : command_(app.add_subcommand(subcommand.name, subcommand.description)) {
  command_->footer(subcommand.examples);
  command_->set_help_flag("-h,--help", "Print this help and stop");
}

void Flags::add_flag(const Shape& shape) {
  const Field& field = shape.field;
  std::string names = fmt::format("--{}", field.name);
  if (field.letter != 0) names = fmt::format("-{},{}", field.letter, names);
  std::string help = field.help;
  if (!shape.choices.empty()) help += fmt::format(" ({})", fmt::join(shape.choices, ", "));
  const std::string range = range_text(field);
  if (!range.empty()) help += fmt::format(" ({})", range);
  if (!shape.default_text.empty()) help += fmt::format(" [{}]", shape.default_text);
  CLI::Option* option = command_->add_option(names)->description(help);
  const char* const type = field.kind == FieldKind::kFile ? "FILE" : "VALUE";
  if (shape.is_list) {
    option->type_name(fmt::format("{} ...", type));
    option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  } else if (field.bare != nullptr) {
    option->type_name(std::string_view(field.bare) == "true" ? "[true|false]" : "[VALUE]");
    option->expected(0, 1)->default_str(field.bare)->take_last();
  } else {
    option->type_name(shape.choices.empty() ? type
                                            : fmt::format("{}", fmt::join(shape.choices, "|")));
    option->expected(1)->take_last();
  }
  options_[field.name] = option;
}

void Flags::add_config_flags() {
  command_
      ->add_option("-c,--config", config_paths_,
                   "Configuration files (YAML: option: value); later ones win, flags win over "
                   "files")
      ->type_name("FILE ...")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args();
  command_
      ->add_option("--dump-config", dump_config_,
                   "Write the effective configuration to standard output and stop: full, or "
                   "minimal (what differs from the defaults) [full]")
      ->type_name("[full|minimal]")
      ->expected(0, 1)
      ->default_str("full");
}

void Flags::add_switch(const std::string& names, const std::string& help, bool& value) {
  command_->add_flag(names, value, help);
}

void Flags::add_arguments(const std::string& name, const std::string& type, const std::string& help,
                          std::vector<std::string>& arguments) {
  command_->add_option(name, arguments, help)->type_name(type);
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
    if (option->count() > 0) result[name] = option->reduced_results();
  }
  return result;
}

void set_help_format(CLI::App& app) { app.formatter(std::make_shared<Help>()); }

}  // namespace heed
