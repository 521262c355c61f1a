#include "metrics/alignment_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/error.h"

namespace heed {

namespace {

double count_common(const HardAlignment& a, const HardAlignment& b) {
  return static_cast<double>(std::count_if(a.begin(), a.end(), [&](const AlignmentLink& link) {
    return std::binary_search(b.begin(), b.end(), link);
  }));
}

double percent(double part, double whole, double if_empty) {
  return whole > 0 ? 100 * part / whole : if_empty;
}

}  // namespace

std::array<double, 4> agreement(const HardAlignment& links, const GoldAlignment& gold) {
  return {static_cast<double>(links.size()), static_cast<double>(gold.sure.size()),
          count_common(links, gold.sure), count_common(links, gold.possible)};
}

AlignmentErrorRate::AlignmentErrorRate(AlignmentErrorOptions options) : options_(options) {
  for (int first : {options.hypothesis_first, options.gold_first}) {
    if (first != 0 && first != 1) fail_usage("expected words counted from 0 or 1, found {}", first);
  }
}

void AlignmentErrorRate::measure(std::string_view hypothesis,
                                 std::span<const std::string_view> references,
                                 std::span<double> row) const {
  std::ranges::copy(agreement(parse_alignment(hypothesis, options_.hypothesis_first),
                              parse_gold_alignment(references[0], options_.gold_first)),
                    row.begin());
}

AlignmentScore AlignmentErrorRate::scores(std::span<const double> sums) const {
  const double links = sums[0], sure = sums[1], in_sure = sums[2], in_possible = sums[3];
  AlignmentScore result;
  result.error_rate = percent(links + sure - in_sure - in_possible, links + sure, 0);
  result.precision = percent(in_possible, links, 100);
  result.recall = percent(in_sure, sure, 100);
  const double sum = result.precision + result.recall;
  result.f = sum > 0 ? 2 * result.precision * result.recall / sum : 0;
  return result;
}

std::string AlignmentErrorRate::details(std::span<const double> sums) const {
  const AlignmentScore result = scores(sums);
  return fmt::format("(precision = {:.1f} recall = {:.1f} F = {:.1f} links = {:.0f} sure = {:.0f})",
                     result.precision, result.recall, result.f, sums[0], sums[1]);
}

void AlignmentErrorRate::expect_something(std::span<const double> sums) const {
  if (sums[0] + sums[1] > 0) return;
  fail(
      "expected alignment links to measure, found none in hypotheses and none that are sure in "
      "gold "
      "alignments");
}

std::vector<SignatureField> AlignmentErrorRate::settings() const {
  return {{"hypfirst", "hf", fmt::to_string(options_.hypothesis_first)},
          {"goldfirst", "gf", fmt::to_string(options_.gold_first)}};
}

}  // namespace heed
