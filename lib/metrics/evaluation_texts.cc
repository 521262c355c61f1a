#include "metrics/evaluation_texts.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "text/unicode.h"
#include "util/error.h"
#include "util/files.h"
#include "util/strings.h"

namespace heed {

namespace {

// The lines as they are but for invalid UTF-8.
std::vector<std::string> read_whole_lines(const std::string& path, const Warn& warn) {
  LineReader reader(open_bytes(path, warn));
  std::vector<std::string> lines;
  std::size_t first_invalid = 0, invalid = 0;
  for (std::string line; reader.next(line);) {
    if (repair_utf8(line) && ++invalid == 1) first_invalid = reader.line_number();
    lines.push_back(line);
  }
  if (invalid > 0) {
    warn(fmt::format("invalid UTF-8 replaced by U+FFFD in {} line{} of {}, first in line {}",
                     invalid, invalid == 1 ? "" : "s", display_name(path), first_invalid));
  }
  return lines;
}

// The fields of all lines, as columns.
std::vector<std::vector<std::string>> split_columns(const std::vector<std::string>& lines,
                                                    std::size_t columns, const std::string& path) {
  std::vector<std::vector<std::string>> result(columns);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::vector<std::string_view> fields = split_fields(lines[i], '\t');
    if (fields.size() != columns) {
      fail("expected {} tab-separated fields in each line, found {} in {}:{}", columns,
           fields.size(), display_name(path), i + 1);
    }
    for (std::size_t c = 0; c < columns; ++c) result[c].emplace_back(strip_end(fields[c]));
  }
  return result;
}

std::vector<SystemText> read_piped_systems(const Warn& warn) {
  const std::vector<std::string> lines = read_whole_lines("-", warn);
  if (lines.empty()) fail("expected a hypothesis on standard input, found no lines");
  auto columns = split_columns(lines, split_fields(lines[0], '\t').size(), "-");
  std::vector<SystemText> systems;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    systems.push_back({fmt::format("System {}", c + 1), std::move(columns[c])});
  }
  return systems;
}

}  // namespace

std::vector<std::string> read_evaluation_lines(const std::string& path, const Warn& warn) {
  std::vector<std::string> lines = read_whole_lines(path, warn);
  for (std::string& line : lines) line.resize(strip_end(line).size());
  return lines;
}

std::vector<std::vector<std::string>> read_references(const std::vector<std::string>& paths,
                                                      int sets, const Warn& warn) {
  if (paths.empty())
    fail_usage("expected one or more files of references (before --input), found none");
  if (sets < 1) fail_usage("expected 1 or more references a line, found {}", sets);
  if (sets > 1 && paths.size() > 1) {
    fail_usage("expected one file with {} references a line, found {} files", sets, paths.size());
  }
  if (sets > 1) {
    return split_columns(read_whole_lines(paths[0], warn), static_cast<std::size_t>(sets),
                         paths[0]);
  }
  std::vector<std::vector<std::string>> references;
  for (const std::string& path : paths) references.push_back(read_evaluation_lines(path, warn));
  return references;
}

std::vector<SystemText> read_systems(const std::vector<std::string>& paths, bool skips_baseline,
                                     const Warn& warn) {
  if (paths.empty()) return read_piped_systems(warn);
  std::vector<SystemText> systems;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto earlier =
        std::find(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(i), paths[i]);
    if (earlier == paths.begin() + static_cast<std::ptrdiff_t>(i)) {
      systems.push_back({paths[i], read_evaluation_lines(paths[i], warn)});
    } else if (!(skips_baseline && earlier == paths.begin())) {
      fail_usage("expected each system once, found {} twice", display_name(paths[i]));
    }
  }
  return systems;
}

void check_line_counts(const std::vector<SystemText>& systems,
                       const std::vector<std::vector<std::string>>& references,
                       const std::vector<std::string>& reference_paths) {
  for (const SystemText& system : systems) {
    if (system.lines.empty()) {
      fail("expected a hypothesis in {}, found no lines", display_name(system.name));
    }
    for (std::size_t i = 0; i < references.size(); ++i) {
      if (references[i].size() == system.lines.size()) continue;
      fail("expected as many references as hypotheses, found {} lines in {} and {} in {}",
           system.lines.size(), display_name(system.name), references[i].size(),
           display_name(reference_paths[std::min(i, reference_paths.size() - 1)]));
    }
  }
}

}  // namespace heed
