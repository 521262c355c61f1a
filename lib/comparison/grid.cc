#include "comparison/grid.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>

#include "util/error.h"
#include "util/fields.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::string_view kSeedFlag = "seed";

/// The flags of `heed train` that may vary: all but the model's file, which each run has its own.
struct RunFlags {
  TrainOptions train;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    ModelOptions::visit_fields(self.train.architecture, v);
    DataOptions::visit_fields(self.train.data, v);
    TrainingOptions::visit_fields(self.train.training, v);
  }
};

struct Axis {
  std::string flag;
  std::vector<std::string> values;
};

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
    fail_usage("expected --vary FLAG=VALUE,VALUE, found '{}'", text);
  }
  Axis axis{text.substr(0, equals), {}};
  for (const std::string_view value :
       split_fields(std::string_view(text).substr(equals + 1), ',')) {
    if (value.empty()) fail_usage("expected a value between commas, found none in '{}'", text);
    if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end()) {
      fail_usage("expected each value once, found {} twice in '{}'", value, text);
    }
    axis.values.emplace_back(value);
  }
  return axis;
}

std::vector<Axis> parse_axes(const std::vector<std::string>& vary) {
  std::vector<Axis> axes;
  for (const std::string& text : vary) {
    Axis axis = parse_axis(text);
    for (const Axis& earlier : axes) {
      if (earlier.flag != axis.flag) continue;
      fail_usage("expected --vary {} once, found it twice; join the values with commas", axis.flag);
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

/// A line "NAME: flag=value flag=value"; nothing for a blank one or a comment.
std::vector<PlannedRun> parse_line(std::string_view line, const std::string& where) {
  const std::string_view text = trim(line.substr(0, line.find('#')));
  if (text.empty()) return {};
  const std::size_t colon = text.find(':');
  PlannedRun run;
  run.name = run.group = trim(text.substr(0, colon));
  if (run.name.empty() || colon == std::string_view::npos) {
    fail_usage("{}: expected 'NAME: flag=value flag=value', found '{}'", where, text);
  }
  for (const std::string_view word : split_words(text.substr(colon + 1))) {
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      fail_usage("{}: expected flag=value, found '{}'", where, word);
    }
    run.settings.push_back(
        {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
  }
  return {run};
}

/// `runs` with each value of the axis.
std::vector<PlannedRun> multiply(const std::vector<PlannedRun>& runs, const Axis& axis) {
  std::vector<PlannedRun> product;
  for (const PlannedRun& run : runs) {
    for (const std::string& value : axis.values) {
      PlannedRun next = run;
      const std::string part = fmt::format("{}={}", axis.flag, value);
      next.name += (run.name.empty() ? "" : ",") + part;
      if (axis.flag != kSeedFlag) next.group += (run.group.empty() ? "" : ",") + part;
      next.settings.push_back({axis.flag, value});
      product.push_back(std::move(next));
    }
  }
  return product;
}

void check(const PlannedRun& run) {
  constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes
  if (run.name.size() > kLongestName) {
    fail_usage("expected a run's name of at most {} characters, found '{}'; name runs with --runs",
               kLongestName, run.name);
  }
  for (auto a = run.settings.begin(); a != run.settings.end(); ++a) {
    if (std::none_of(run.settings.begin(), a, [&](const auto& b) { return a->flag == b.flag; })) {
      continue;
    }
    fail_usage("expected each flag once in run {}, found {} twice", run.name, a->flag);
  }
}

}  // namespace

std::string folder_name(std::string name) {
  for (char& c : name) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                          std::string_view("=,.+-_").find(c) != std::string_view::npos;
    if (!is_plain) c = '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  return name;
}

std::vector<PlannedRun> plan_runs(const std::vector<std::string>& vary,
                                  const std::vector<std::string>& named,
                                  const std::string& origin) {
  std::vector<PlannedRun> runs;
  for (std::size_t i = 0; i < named.size(); ++i) {
    for (PlannedRun& run : parse_line(named[i], fmt::format("{}:{}", origin, i + 1))) {
      runs.push_back(std::move(run));
    }
  }
  if (runs.empty() && (!origin.empty() || vary.empty())) {
    fail_usage(
        "expected runs to compare, found none; say what varies: --vary FLAG=VALUE,VALUE or "
        "--runs FILE");
  }
  if (runs.empty()) runs.emplace_back();
  for (const Axis& axis : parse_axes(vary)) runs = multiply(runs, axis);
  std::vector<std::string> names;
  for (PlannedRun& run : runs) {
    run.name = folder_name(run.name);
    if (run.group.empty()) run.group = "all";
    check(run);
    if (std::find(names.begin(), names.end(), run.name) != names.end()) {
      fail_usage("expected runs with different names, found {} twice", run.name);
    }
    names.push_back(run.name);
  }
  return runs;
}

std::vector<std::string> varied_flags(const std::vector<PlannedRun>& runs) {
  std::vector<std::string> flags;
  for (const PlannedRun& run : runs) {
    for (const RunSetting& setting : run.settings) {
      if (std::find(flags.begin(), flags.end(), setting.flag) == flags.end()) {
        flags.push_back(setting.flag);
      }
    }
  }
  return flags;
}

void apply_setting(const RunSetting& setting, TrainOptions& options) {
  RunFlags flags{options};
  std::vector<std::string> texts{setting.value};
  for_each_field(flags, [&]<class V>(const Field& field, const V&) {
    if (!kIsList<V> || setting.flag != field.name) return;
    const auto items = split_fields(setting.value, ',');
    texts.assign(items.begin(), items.end());
  });
  set_field(flags, setting.flag, texts);
  options = std::move(flags.train);
}

std::string setting_value(const TrainOptions& options, const std::string& flag) {
  std::string text;
  for_each_field(options, [&](const Field& field, const auto& value) {
    if (flag == field.name) text = fmt::format("{}", fmt::join(to_texts(value), ","));
  });
  return text;
}

}  // namespace heed
