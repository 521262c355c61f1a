#pragma once

#include <string>
#include <vector>

#include "util/byte_source.h"

namespace heed {

/// The hypotheses of one system.
struct SystemText {
  std::string name;
  std::vector<std::string> lines;
};

/// The lines of a file (or of standard input, "-"), without white space at their ends. Invalid
/// UTF-8 is replaced by U+FFFD, with one warning that names the first such line. As in sacreBLEU a
/// byte order mark is part of the first line and no encoding but UTF-8 is known.
std::vector<std::string> read_evaluation_lines(const std::string& path, const Warn& warn);

/// The references, one list for each set. A single file may have several sets as its
/// tab-separated fields. Throws Error naming the line that has other fields than `sets`.
std::vector<std::vector<std::string>> read_references(const std::vector<std::string>& paths,
                                                      int sets, const Warn& warn);

/// The systems' outputs: one from each file, or, without files, one from each tab-separated field
/// of standard input. Throws UsageError if a file is named twice, unless it is the first one and
/// `skips_baseline`.
std::vector<SystemText> read_systems(const std::vector<std::string>& paths, bool skips_baseline,
                                     const Warn& warn);

/// Throws Error, naming both files and counts, unless all sets of references (from
/// `reference_paths`) have as many lines as each system, and there are any.
void check_line_counts(const std::vector<SystemText>& systems,
                       const std::vector<std::vector<std::string>>& references,
                       const std::vector<std::string>& reference_paths);

}  // namespace heed
