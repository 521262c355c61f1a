#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/streams.h"
#include "heed/comparator.h"
#include "util/config_file.h"
#include "util/fields.h"
#include "util/files.h"

namespace CLI {  // its header is large: flags.cc and main.cc alone include it
class App;
class Option;
}  // namespace CLI

namespace heed {

/// What the help says of a subcommand; the examples stand below its flags.
struct Subcommand {
  const char* name;
  const char* description;
  const char* examples;
};

/// A subcommand and its flags, made from its option structs. Flags and configuration files only
/// note what was given; apply() sets it: later files win over earlier ones, flags win over files.
class Flags {
 public:
  Flags(CLI::App& app, const Subcommand& subcommand);

  /// A flag for each field of T, with its help and default.
  template <Options T>
  void add(const T& defaults = {}) {
    for_each_field(defaults, [&]<class V>(const Field& field, const V& value) {
      Shape shape{field, join(to_texts(value)), kIsList<V>, {}};
      if (std::is_same_v<V, bool>) shape.field.bare = "true";
      if constexpr (std::is_enum_v<V>) {
        const auto names = enum_names(V{});
        shape.choices.assign(names.begin(), names.end());
      } else {
        shape.choices = attention_names(field.name);
      }
      add_flag(shape);
    });
  }

  /// -c/--config FILE and --dump-config.
  void add_config_flags();
  /// What is true if it is given, such as "-q,--quiet", and no option of a configuration file.
  void add_switch(const std::string& names, const std::string& help, bool& value);
  /// What is named without a flag, of a type such as "FILE ..." or "bash|zsh|fish".
  void add_arguments(const std::string& name, const std::string& type, const std::string& help,
                     std::vector<std::string>& arguments);

  /// Sets what configuration files and flags say, in one struct that has all fields of add().
  template <Options T>
  void apply(T& options) const {
    for (const std::string& path : config_paths_) {
      read_config(read_file(path, kMostConfigBytes), path, options);
    }
    for (const auto& [name, texts] : given()) set_entry(options, {name, texts, 0});
  }

  /// What --dump-config asks for, if it was given.
  std::optional<ConfigDump> dump_kind() const;
  /// If it was, writes the configuration to standard output and returns true.
  template <Options T>
  bool dump(const T& options) const {
    const std::optional<ConfigDump> kind = dump_kind();
    if (kind) print(write_config(options, *kind));
    return kind.has_value();
  }

 private:
  struct Shape {
    Field field;
    std::string default_text;
    bool is_list = false;
    std::vector<std::string_view> choices;
  };

  static std::string join(const std::vector<std::string>& texts);
  void add_flag(const Shape& shape);
  std::map<std::string, std::vector<std::string>> given() const;

  CLI::App* command_;
  std::map<std::string, CLI::Option*> options_;
  std::vector<std::string> config_paths_;
  std::string dump_config_;
};

/// Makes help fit 80 columns: each flag on a line, its description wrapped below.
void set_help_format(CLI::App& app);

/// Text broken into lines of at most `width` columns, each after `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width = 80);

}  // namespace heed
