#include "metrics/score_format.h"
#include "util/json.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

const std::vector<SignatureField> kSignature = {{"nrefs", "#", "1"}, {"version", "v", "heed-9"}};

TEST(Report, LineOfAScore) {
  const ReportedScore score{"BLEU", "54.4/26.6 (BP = 1.000)", kSignature, {.score = 20.7965}};
  EXPECT_EQ(format_score_line(score, 1, false),
            "BLEU|nrefs:1|version:heed-9 = 20.8 54.4/26.6 (BP = 1.000)");
  EXPECT_EQ(format_score_line({"TER", "", kSignature, {.score = 20.7965}}, 4, true),
            "TER|#:1|v:heed-9 = 20.7965");
}

TEST(Report, IntervalStandsBesideTheScore) {
  ReportedScore score{"BLEU", "details", kSignature, {.score = 22.675}};
  score.result.interval = ConfidenceInterval{22.669, 0.598};
  EXPECT_EQ(format_score(score, 2), "22.68 (μ = 22.67 ± 0.60)");
  EXPECT_EQ(format_score_line(score, 1, true), "BLEU|#:1|v:heed-9 = 22.7 (μ = 22.7 ± 0.6) details");
}

TEST(Report, LinesAreAlignedAtTheEqualsSign) {
  EXPECT_EQ(align_score_lines({"BLEU|x = 1", "chrF2++|long = 22"}),
            "      BLEU|x = 1\nchrF2++|long = 22\n");
}

TEST(Report, JsonHasSacrebleusKeysInItsOrder) {
  ReportedScore score{"BLEU", "verbose", kSignature, {.score = 100}};
  EXPECT_EQ(score_to_json(score, 1).dump(),
            R"({"name":"BLEU","score":100.0,"signature":"nrefs:1|version:heed-9",)"
            R"("verbose_score":"verbose","nrefs":"1","version":"heed-9"})");
  score.result.interval = ConfidenceInterval{99.96, 0.04};
  const auto json = score_to_json(score, 1);
  EXPECT_EQ(json["confidence_mean"], 100.0);
  EXPECT_EQ(json["confidence_var"], 0.0);
  EXPECT_EQ(json["confidence"], "μ = 100.0 ± 0.0");
}

TEST(Report, RoundsAsItIsPrinted) {
  EXPECT_EQ(rounded(20.7965, 1), 20.8);
  EXPECT_EQ(rounded(20.7965, 4), 20.7965);
}

TEST(Report, TextTable) {
  EXPECT_EQ(format_table({{"System", "BLEU"}, {"a.txt", "20.8"}, {"größer", "26.7\n(p = 0.1)"}},
                         TableStyle::kText),
            "╒══════════╤═══════════╕\n"
            "│   System │   BLEU    │\n"
            "╞══════════╪═══════════╡\n"
            "│    a.txt │   20.8    │\n"
            "├──────────┼───────────┤\n"
            "│   größer │   26.7    │\n"
            "│          │ (p = 0.1) │\n"
            "╘══════════╧═══════════╛\n");
}

TEST(Report, LatexTable) {
  EXPECT_EQ(format_table({{"System", "μ ± 95% CI"}, {"a_b", "1\n*"}}, TableStyle::kLatex),
            "\\begin{tabular}{rc}\n"
            "\\toprule\n"
            "   System &  μ ± 95\\% CI  \\\\\n"
            "\\midrule\n"
            "     a\\_b &      1 *      \\\\\n"
            "\\bottomrule\n"
            "\\end{tabular}\n");
}

}  // namespace
}  // namespace heed
