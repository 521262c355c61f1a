#include <cstdio>
#include <cstdlib>

#include "report/comparison_report.h"
#include "report/sample_comparison.h"

/// Writes a report of made-up numbers, to be looked at.
int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: heed-sample-report FOLDER GROUPS HEADS\n", stderr);
    return 2;
  }
  const auto groups = static_cast<std::size_t>(std::atoi(arguments[2]));
  const int heads = std::atoi(arguments[3]);
  heed::write_comparison_report(
      heed::sample_comparison({.groups = groups, .layers = 2, .heads = heads}), arguments[1]);
}
