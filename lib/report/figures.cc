#include "report/figures.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/statistics.h"

namespace heed {

namespace {

bool any_finished(const std::vector<RunGroup>& groups) {
  return std::ranges::any_of(groups, [](const RunGroup& g) { return !g.finished.empty(); });
}

bool has_points(const std::vector<ChartSeries>& series) {
  return std::ranges::any_of(series, [](const ChartSeries& s) {
    return std::ranges::any_of(s.points, [](const ChartPoint& p) { return std::isfinite(p.y); });
  });
}

ChartPoint point_of(double x, const Spread& spread) {
  ChartPoint point{x, spread.mean};
  if (spread.deviation) {
    point.low = spread.mean - *spread.deviation;
    point.high = spread.mean + *spread.deviation;
  }
  return point;
}

/// A unit of time that suits a duration.
struct TimeUnit {
  double seconds;
  std::string name;
};

TimeUnit unit_for(double seconds) {
  if (seconds < 200) return {1, "seconds"};
  if (seconds < 3 * 3600) return {60, "minutes"};
  return {3600, "hours"};
}

enum class Against { kUpdates, kTime };

/// What a learning curve shows.
struct Curve {
  std::string name, title, y_title;
  Spread MeanCurvePoint::*y;
  Against x;
};

const std::vector<Curve>& curves() {
  static const std::string loss = "Cross-entropy (nats/token)", bleu = "Validation BLEU";
  static const std::vector<Curve> all{
      {"loss-by-updates", "Validation loss against updates", loss, &MeanCurvePoint::cross_entropy,
       Against::kUpdates},
      {"bleu-by-updates", "Validation BLEU against updates", bleu, &MeanCurvePoint::bleu,
       Against::kUpdates},
      {"loss-by-time", "Validation loss against time", loss, &MeanCurvePoint::cross_entropy,
       Against::kTime},
      {"bleu-by-time", "Validation BLEU against time", bleu, &MeanCurvePoint::bleu, Against::kTime},
  };
  return all;
}

TimeUnit unit_of(const Comparison& comparison) {
  double longest = 0;
  for (const RunResult& run : comparison.runs) {
    for (const CurvePoint& point : run.curve) longest = std::max(longest, point.seconds);
  }
  return unit_for(longest);
}

}  // namespace

std::vector<Figure> score_figures(const Comparison& comparison) {
  const std::vector<RunGroup> groups = group_runs(comparison);
  if (!any_finished(groups)) return {};
  DotPlot plot{.title = "BLEU over seeds", .x_title = "Test BLEU", .rows = {}};
  for (const RunGroup& group : groups) {
    DotPlotRow& row = plot.rows.emplace_back(DotPlotRow{group.label});
    for (const RunResult* run : group.finished) row.dots.push_back(run->bleu);
    const Spread spread = spread_of(row.dots);
    if (spread.count == 0) continue;
    row.mean = spread.mean;
    if (!spread.deviation) continue;
    row.low = spread.mean - *spread.deviation;
    row.high = spread.mean + *spread.deviation;
  }
  return {{"bleu", "BLEU over seeds",
           "Large marks: means; bars: ± one standard deviation over seeds; pale dots: single runs.",
           svg_dot_plot(plot)}};
}

std::vector<Figure> curve_figures(const Comparison& comparison) {
  const std::vector<RunGroup> groups = group_runs(comparison);
  const TimeUnit unit = unit_of(comparison);
  std::vector<Figure> figures;
  for (const Curve& curve : curves()) {
    const bool by_time = curve.x == Against::kTime;
    LineChart chart{curve.title,
                    by_time ? fmt::format("Training time ({})", unit.name) : "Updates",
                    curve.y_title,
                    {}};
    for (const RunGroup& group : groups) {
      ChartSeries& series = chart.series.emplace_back(ChartSeries{group.label});
      for (const MeanCurvePoint& point : mean_curve(group)) {
        const Spread& y = point.*curve.y;
        const double x = by_time ? point.seconds / unit.seconds : point.updates;
        if (y.count > 0) series.points.push_back(point_of(x, y));
      }
    }
    if (!has_points(chart.series)) continue;
    figures.push_back({curve.name, curve.title, "", svg_line_chart(chart)});
  }
  return figures;
}

std::vector<Figure> length_figures(const Comparison& comparison) {
  const std::vector<LengthScore> ranges = length_ranges(comparison);
  LineChart chart{
      "BLEU by source length", "Source length (words), with numbers of sentences", "Test BLEU", {}};
  const bool is_broad = comparison.groups.size() > 5;
  if (is_broad) chart.width = kBroadChartWidth;
  for (std::size_t i = 0; i < ranges.size(); ++i)
    chart.categories.push_back({range_label(ranges, i), fmt::format("n={}", ranges[i].sentences)});
  for (const RunGroup& group : group_runs(comparison)) {
    ChartSeries& series = chart.series.emplace_back(ChartSeries{group.label});
    const std::vector<MeanLengthScore> scores = mean_by_length(group, ranges);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const MeanLengthScore& score = scores[i];
      ChartPoint& point = series.points.emplace_back();
      point.x = static_cast<double>(i);
      point.y = score.bleu.count > 0 ? score.bleu.mean : NAN;  // the line has a gap
      if (score.bleu.count == 0) continue;
      point.low = score.low;
      point.high = score.high;
      if (score.bleu.count > 1) point.dots = score.runs;
    }
  }
  if (!has_points(chart.series)) return {};
  return {{"bleu-by-length", chart.title,
           "Lines: means over seeds; bars: the 95 % bootstrap interval over the sentences of a "
           "range, its bounds averaged over seeds; pale dots: single runs, the spread over seeds. "
           "Groups stand side by side within a range.",
           svg_line_chart(chart), is_broad}};
}

std::vector<Figure> speed_figures(const Comparison& comparison) {
  const std::vector<RunGroup> groups = group_runs(comparison);
  if (!any_finished(groups)) return {};
  ScatterPlot plot{
      "BLEU against decoding speed", "Decoding speed (words/s, one thread)", "Test BLEU", {}};
  for (const RunGroup& group : groups) {
    const Spread bleu = spread_over(group, [](const RunResult& run) { return run.bleu; });
    const Spread speed =
        spread_over(group, [](const RunResult& run) { return run.decode_words_per_second; });
    ScatterPoint& point = plot.points.emplace_back(ScatterPoint{group.label});
    if (bleu.count == 0) continue;
    point = {group.label, speed.mean, bleu.mean, speed.deviation.value_or(0),
             bleu.deviation.value_or(0)};
  }
  return {{"bleu-by-speed", plot.title,
           "Means over seeds; bars: ± one standard deviation. Up and to the right is better.",
           svg_scatter_plot(plot)}};
}

}  // namespace heed
