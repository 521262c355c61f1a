#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/streams.h"
#include "util/config_file.h"
#include "util/fields.h"
#include "util/files.h"

namespace heed {

/// The flags of a subcommand, made from its option structs. Flags and configuration files only
/// note what was given; apply() sets it: later files win over earlier ones, flags win over files.
class Flags {
 public:
  explicit Flags(CLI::App& app) : app_(app) {}

  /// A flag for each field of T, with its help and default.
  template <Options T>
  void add(const T& defaults = {}) {
    for_each_field(defaults, [&]<class V>(const Field& field, const V& value) {
      Shape shape{field, join(to_texts(value)), std::is_same_v<V, bool>, kIsList<V>, {}};
      if constexpr (std::is_enum_v<V>) {
        for (const std::string_view name : enum_names(V{})) shape.choices.emplace_back(name);
      }
      add_flag(shape);
    });
  }

  /// -c/--config FILE and --dump-config.
  void add_config_flags();

  /// Sets what configuration files and flags say, in one struct that has all fields of add().
  template <Options T>
  void apply(T& options) const {
    for (const std::string& path : config_paths_) read_config(read_file(path), path, options);
    for (const auto& [name, texts] : given()) set_field(options, name, texts);
  }
  /// The same for one of several structs: fields of the others are passed over. Files are not read.
  template <Options T>
  void apply_known(T& options) const {
    const std::vector<std::string_view> names = field_names<T>();
    for (const auto& [name, texts] : given()) {
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        set_field(options, name, texts);
      }
    }
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
    bool is_switch = false;
    bool is_list = false;
    std::vector<std::string> choices;
  };

  static std::string join(const std::vector<std::string>& texts);
  void add_flag(const Shape& shape);
  std::map<std::string, std::vector<std::string>> given() const;

  CLI::App& app_;
  std::map<std::string, CLI::Option*> options_;
  std::vector<std::string> config_paths_;
  std::string dump_config_;
};

/// Help that fits 80 columns: each flag on a line, its description wrapped below.
class Help : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* subcommand) const override;
};

/// Text broken into lines of at most `width` columns, each after `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width = 80);

}  // namespace heed
