#include "metrics/evaluation_report.h"
#include "util/json.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

ReportedScore scored(const std::string& name, double score) {
  return {name, "", {{"nrefs", "#", "1"}}, {.score = score}};
}

EvaluationReport one_system() {
  EvaluationReport report;
  report.systems = {"a.txt"};
  report.metrics = {{{scored("BLEU", 20.75)}, {}}, {{scored("TER", 69)}, {}}};
  return report;
}

EvaluationReport two_systems() {
  EvaluationReport report;
  report.systems = {"a.txt", "b.txt"};
  report.test = "Some test with 10 trials";
  report.metrics = {{{scored("BLEU", 20), scored("BLEU", 30)}, {}}};
  report.metrics[0].scores[1].result.p_value = 0.01;
  return report;
}

TEST(EvaluationReport, OneSystemAsText) {
  EXPECT_EQ(write_report(one_system(), {.format = ReportFormat::kText}),
            "BLEU|nrefs:1 = 20.8\n TER|nrefs:1 = 69.0\n");
}

TEST(EvaluationReport, ScoresAlone) {
  EXPECT_EQ(write_report(one_system(), {.width = 2, .score_only = true}), "20.75\n69.00\n");
}

TEST(EvaluationReport, OneSystemAsJson) {
  const auto json = nlohmann::json::parse(write_report(one_system(), {}));
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[1]["name"], "TER");
  EvaluationReport report = one_system();
  report.metrics.pop_back();
  EXPECT_EQ(nlohmann::json::parse(write_report(report, {}))["score"], 20.8);
}

TEST(EvaluationReport, TestAsTable) {
  const std::string text = write_report(two_systems(), {.format = ReportFormat::kText});
  EXPECT_NE(text.find("│ Baseline: a.txt │     20.0      │"), std::string::npos) << text;
  EXPECT_NE(text.find("│                 │ (p = 0.0100)* │"), std::string::npos) << text;
  EXPECT_NE(text.find("Some test with 10 trials"), std::string::npos);
  EXPECT_NE(text.find(" - BLEU       nrefs:1"), std::string::npos);
}

TEST(EvaluationReport, TestAsJson) {
  const auto json = nlohmann::json::parse(write_report(two_systems(), {}));
  EXPECT_EQ(json[0]["system"], "Baseline: a.txt");
  EXPECT_TRUE(json[0]["BLEU"]["p_value"].is_null());
  EXPECT_EQ(json[1]["BLEU"]["p_value"], 0.01);
  EXPECT_EQ(json[1]["BLEU"]["score"], 30.0);
}

TEST(EvaluationReport, SystemsWithoutTestAsJson) {
  EvaluationReport report = two_systems();
  report.test.clear();
  const auto json = nlohmann::json::parse(write_report(report, {.width = 2}));
  EXPECT_EQ(json[0]["system"], "a.txt");
  EXPECT_EQ(json[1]["BLEU"], "30.00");
}

TEST(EvaluationReport, ScoresByLength) {
  EvaluationReport report = one_system();
  report.metrics.pop_back();
  report.metrics[0].groups = {{0, 10, 7, {scored("BLEU", 25)}},
                              {11, std::nullopt, 3, {scored("BLEU", 15)}}};
  report.metrics[0].groups[0].scores[0].result.interval = ConfidenceInterval{24, 2};
  const std::string text = write_report(report, {.format = ReportFormat::kText});
  EXPECT_NE(text.find("│              0 to 10 │      7      │ 25.0 (24.0 ± 2.0) │"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("11 or more"), std::string::npos);
  const auto json = nlohmann::json::parse(write_report(report, {}))["by_source_length"];
  EXPECT_EQ(json[0]["sentences"], 7);
  EXPECT_EQ(json[0]["confidence_mean"], 24.0);
  EXPECT_TRUE(json[1]["longest"].is_null());
}

}  // namespace
}  // namespace heed
