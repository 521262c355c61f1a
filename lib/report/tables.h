#pragma once

#include <string>

#include "report/results.h"
#include "report/table.h"

namespace heed {

/// A row for each group: size, speed, memory, loss, and scores with their tests.
ReportTable main_table(const Comparison& comparison);

/// A row for each group: BLEU of each range of source lengths. Without columns if not measured.
ReportTable length_table(const Comparison& comparison);

/// A row for each group that has attention; no rows if none has.
ReportTable attention_table(const Comparison& comparison);

/// A row for each run.
ReportTable run_table(const Comparison& comparison);

/// What main_table's numbers and signs mean.
std::string main_table_legend(const Comparison& comparison);

}  // namespace heed
