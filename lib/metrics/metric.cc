#include "metrics/metric.h"

#include "util/error.h"

namespace heed {

namespace {

void add_row(std::vector<double>& sums, std::span<const double> row) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i];
}

}  // namespace

std::string Metric::details(std::span<const double>) const { return {}; }
void Metric::expect_something(std::span<const double>) const {}

Statistics measure_corpus(const Metric& metric, std::span<const std::string> hypotheses,
                          std::span<const std::vector<std::string>> references) {
  if (references.empty()) fail("expected at least one set of references, found none");
  for (const auto& lines : references) {
    if (lines.size() != hypotheses.size()) {
      fail("expected as many references as hypotheses, found {} hypotheses and {} references",
           hypotheses.size(), lines.size());
    }
  }
  Statistics statistics;
  statistics.width = metric.width();
  statistics.references = references.size();
  statistics.values.resize(statistics.width * hypotheses.size());
  std::vector<std::string_view> sentence(references.size());
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    for (std::size_t r = 0; r < references.size(); ++r) sentence[r] = references[r][i];
    try {
      metric.measure(hypotheses[i], sentence, statistics.row(i));
    } catch (const Error& error) {
      fail("{} in line {}", error.what(), i + 1);
    }
  }
  return statistics;
}

std::vector<double> sum_rows(const Statistics& statistics) {
  std::vector<double> sums(statistics.width);
  for (std::size_t i = 0; i < statistics.size(); ++i) add_row(sums, statistics.row(i));
  return sums;
}

std::vector<double> sum_rows(const Statistics& statistics, std::span<const std::size_t> sentences) {
  std::vector<double> sums(statistics.width);
  for (std::size_t i : sentences) add_row(sums, statistics.row(i));
  return sums;
}

double corpus_score(const Metric& metric, const Statistics& statistics) {
  return metric.score(sum_rows(statistics));
}

}  // namespace heed
