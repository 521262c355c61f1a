#pragma once

#include <string>

#include "report/results.h"

namespace heed {

/// Writes `directory`/report.html (one file that needs no other and no network), table.md and
/// figures/*.svg; makes the directory. Equal comparisons give equal bytes. Throws Error naming the
/// file that can't be written.
void write_comparison_report(const Comparison& comparison, const std::string& directory);

}  // namespace heed
