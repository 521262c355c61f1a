#include "report/tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "report/numbers.h"
#include "report/statistics.h"
#include "util/strings.h"

namespace heed {

namespace {

/// A column of numbers that each run has.
struct Measure {
  TableColumn column;
  RunNumber number;
  int decimals = 0;
  std::optional<Better> better{};
  std::string metric{};  ///< Of its paired test.
};

const std::vector<Measure>& main_measures() {
  using Run = RunResult;
  static const std::vector<Measure> measures{
      {{"Parameters"}, [](const Run& r) { return static_cast<double>(r.parameters); }},
      {{"Training", "words/s"},
       [](const Run& r) { return r.train_words_per_second; },
       0,
       Better::kHigher},
      {{"Decoding", "words/s"},
       [](const Run& r) { return r.decode_words_per_second; },
       0,
       Better::kHigher},
      {{"Memory", "MiB"},
       [](const Run& r) { return static_cast<double>(r.peak_memory) / (1 << 20); },
       0,
       Better::kLower},
      {{"Loss", "nats/token"}, [](const Run& r) { return r.cross_entropy; }, 3, Better::kLower},
      {{"Perplexity"}, [](const Run& r) { return r.perplexity; }, 2, Better::kLower},
      {{"BLEU"}, [](const Run& r) { return r.bleu; }, 2, Better::kHigher, "bleu"},
      {{"chrF"}, [](const Run& r) { return r.chrf; }, 2, Better::kHigher, "chrf"},
      {{"TER"}, [](const Run& r) { return r.ter; }, 2, Better::kLower, "ter"},
  };
  return measures;
}

std::optional<double> of_attention(const RunResult& run, double AttentionMeasures::*number) {
  if (!run.attention) return std::nullopt;
  return (*run.attention).*number;
}

const std::vector<Measure>& attention_measures() {
  using Run = RunResult;
  using Of = AttentionMeasures;
  static const std::vector<Measure> measures{
      {{"Entropy", "nats"}, [](const Run& r) { return of_attention(r, &Of::entropy); }, 2},
      {{"H / log S", "0–1"},
       [](const Run& r) { return of_attention(r, &Of::normalized_entropy); },
       3},
      {{"Sharpness", "0–1"}, [](const Run& r) { return of_attention(r, &Of::sharpness); }, 3},
      {{"Coverage", "0 best"}, [](const Run& r) { return of_attention(r, &Of::coverage); }, 3},
      {{"Monotonicity", "0–1"}, [](const Run& r) { return of_attention(r, &Of::monotonicity); }, 3},
      {{"End mass", "0–1"}, [](const Run& r) { return of_attention(r, &Of::end_mass); }, 3},
      {{"AER", "%"}, [](const Run& r) { return r.alignment_error; }, 1, Better::kLower},
  };
  return measures;
}

TableCell cell_of(const Spread& spread, int decimals) {
  TableCell cell{format_spread(spread, decimals)};
  if (spread.count > 0) cell.value = spread.mean;
  return cell;
}

/// "▲ +1.20, p = 0.003".
std::string test_note(const PairedTest& test, Better better) {
  constexpr double kSignificant = 0.05;
  const bool is_better = (test.difference > 0) == (better == Better::kHigher);
  const std::string mark = test.p_value >= kSignificant ? "≈" : is_better ? "▲" : "▼";
  return fmt::format("{} {}, {}", mark, format_signed(test.difference, 2),
                     format_p_value(test.p_value));
}

/// "3", or "2 of 3" where one failed.
std::string seeds(const RunGroup& group) {
  const std::size_t all = group.finished.size() + group.failed.size();
  if (group.failed.empty()) return fmt::format("{}", all);
  return fmt::format("{} of {}", group.finished.size(), all);
}

TableCell heading(const Comparison& comparison, const RunGroup& group, std::size_t index) {
  return {.text = group.label,
          .note = group.name == comparison.baseline ? "baseline" : "",
          .series = index};
}

ReportTable table_with(const std::string& name, const Comparison& comparison,
                       const std::vector<Measure>& measures) {
  ReportTable table{name, {{varied_flags(comparison.groups), "", true}, {"Seeds"}}};
  for (const Measure& measure : measures) table.columns.push_back(measure.column);
  return table;
}

std::vector<TableCell> row_of(const Comparison& comparison, const RunGroup& group,
                              std::size_t index, const std::vector<Measure>& measures) {
  std::vector<TableCell> row{heading(comparison, group, index), {seeds(group)}};
  row.back().value = static_cast<double>(group.finished.size());
  for (const Measure& measure : measures) {
    row.push_back(cell_of(spread_over(group, measure.number), measure.decimals));
    const PairedTest* test =
        measure.metric.empty() ? nullptr : find_test(comparison, group.name, measure.metric);
    if (test != nullptr && group.name != comparison.baseline && !group.finished.empty())
      row.back().note = test_note(*test, *measure.better);
  }
  return row;
}

void mark_all(ReportTable& table, const std::vector<Measure>& measures) {
  for (std::size_t m = 0; m < measures.size(); ++m) {
    if (measures[m].better) mark_best(table, m + 2, *measures[m].better);
  }
}

}  // namespace

ReportTable main_table(const Comparison& comparison) {
  ReportTable table = table_with("Results", comparison, main_measures());
  const std::vector<RunGroup> groups = group_runs(comparison);
  for (std::size_t g = 0; g < groups.size(); ++g)
    table.rows.push_back(row_of(comparison, groups[g], g, main_measures()));
  // One size for all seeds: no "± 0".
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!groups[g].finished.empty())
      table.rows[g][2].text =
          format_fixed(static_cast<double>(groups[g].finished.front()->parameters), 0);
  }
  mark_all(table, main_measures());
  return table;
}

ReportTable attention_table(const Comparison& comparison) {
  std::vector<Measure> measures = attention_measures();
  const bool has_gold = std::ranges::any_of(
      comparison.runs, [](const RunResult& run) { return run.alignment_error.has_value(); });
  if (!has_gold) measures.pop_back();
  ReportTable table = table_with("Attention measures", comparison, measures);
  const std::vector<RunGroup> groups = group_runs(comparison);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const bool has_attention = std::ranges::any_of(
        groups[g].finished, [](const RunResult* run) { return run->attention.has_value(); });
    if (has_attention) table.rows.push_back(row_of(comparison, groups[g], g, measures));
  }
  mark_all(table, measures);
  return table;
}

ReportTable length_table(const Comparison& comparison) {
  const std::vector<LengthScore> ranges = length_ranges(comparison);
  ReportTable table{"BLEU by source length", {}};
  if (ranges.empty()) return table;
  table.columns.push_back({varied_flags(comparison.groups), "", true});
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    table.columns.push_back(
        {range_label(ranges, i) + " words", fmt::format("n = {}", ranges[i].sentences)});
  }
  const std::vector<RunGroup> groups = group_runs(comparison);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& row = table.rows.emplace_back();
    row.push_back(heading(comparison, groups[g], g));
    for (const MeanLengthScore& score : mean_by_length(groups[g], ranges)) {
      row.push_back(cell_of(score.bleu, 2));
      if (score.bleu.count == 0) continue;
      row.back().note =
          fmt::format("{} to {}", format_fixed(score.low, 1), format_fixed(score.high, 1));
    }
  }
  for (std::size_t c = 1; c < table.columns.size(); ++c) mark_best(table, c, Better::kHigher);
  return table;
}

ReportTable run_table(const Comparison& comparison) {
  ReportTable table{"Runs",
                    {{"Run", "", true},
                     {"Updates"},
                     {"Time", "training"},
                     {"Loss", "nats/token"},
                     {"BLEU"},
                     {"chrF"},
                     {"TER"},
                     {"Outcome", "", true}}};
  for (const RunResult& run : comparison.runs) {
    auto& row = table.rows.emplace_back();
    row.push_back({run.name});
    if (!run.error.empty()) {
      row.resize(table.columns.size() - 1, {"–"});
      row.push_back({run.error});
      continue;
    }
    const auto number = [&](double value, int decimals) {
      row.push_back({format_fixed(value, decimals), "", value});
    };
    number(static_cast<double>(run.updates), 0);
    row.push_back({human_duration(run.seconds), "", run.seconds});
    number(run.cross_entropy, 3);
    for (const double score : {run.bleu, run.chrf, run.ter}) number(score, 2);
    row.push_back({"finished"});
  }
  return table;
}

std::string main_table_legend(const Comparison& comparison) {
  const std::vector<std::string> labels = short_labels(comparison.groups);
  const auto found = std::ranges::find(comparison.groups, comparison.baseline);
  const std::string baseline =
      found == comparison.groups.end()
          ? comparison.baseline
          : labels[static_cast<std::size_t>(found - comparison.groups.begin())];
  return fmt::format(
      "A row sums up the runs that differ in their seed alone: mean ± standard deviation over "
      "seeds (n − 1; none for one seed). Bold is the best mean of a column. Below a score stands "
      "the difference of the group's first finished run from that of the baseline, {}, on the test "
      "set, and the p-value of the paired test: ▲ significantly better, ▼ significantly worse "
      "(p < 0.05), ≈ no significant difference.",
      baseline);
}

}  // namespace heed
