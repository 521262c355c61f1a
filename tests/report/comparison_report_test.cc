#include "report/comparison_report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <map>
#include <regex>

#include "report/markup_check.h"
#include "report/sample_comparison.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"

namespace heed {
namespace {

/// What write_report makes of a comparison, by the files' names.
std::map<std::string, std::string> files_of(const Comparison& comparison) {
  const TemporaryDirectory directory;
  write_comparison_report(comparison, directory.path("report"));
  std::map<std::string, std::string> files;
  const std::filesystem::path root = directory.path("report");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(root)] = read_file(entry.path());
  }
  return files;
}

/// All that any report must be.
void expect_sound(const std::map<std::string, std::string>& files) {
  static const std::regex bad_number("[\" (>MLHVhvl-](nan|inf)\\b", std::regex::icase);
  for (const auto& [name, text] : files) {
    if (!name.ends_with(".md")) {
      EXPECT_EQ(markup_errors(text), "") << name;
    }
    std::smatch found;
    const std::string content = text.substr(0, text.find("<script>\n"));
    EXPECT_FALSE(std::regex_search(content, found, bad_number)) << name << found.suffix();
    EXPECT_EQ(text.find('\0'), std::string::npos) << name;
  }
  const std::string& page = files.at("report.html");
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("url("), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  EXPECT_NE(files.at("table.md").find("| BLEU |"), std::string::npos);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Comparison finished_comparison(const SampleSize& size) {
  Comparison comparison = sample_comparison(size);
  if (!comparison.runs.back().error.empty()) comparison.runs.pop_back();
  return comparison;
}

TEST(Report, HasAllParts) {
  const auto files = files_of(sample_comparison({.layers = 2, .heads = 4}));
  expect_sound(files);
  const std::string& page = files.at("report.html");
  for (const std::string id :
       {"results", "curves", "length", "speed", "attention", "samples", "setup"}) {
    EXPECT_TRUE(has(page, "<section id=\"" + id + "\">")) << id;
    EXPECT_TRUE(has(page, "href=\"#" + id + "\"")) << id;
  }
  EXPECT_TRUE(has(page, "Layers and heads of multi-head (10 pictures)"));
  EXPECT_TRUE(has(page, "minus the baseline"));
  EXPECT_TRUE(has(page, "<form class=\"choice\""));
  EXPECT_TRUE(has(page, "<figure data-view=\"4\" data-weights=\"1.0:"));
  EXPECT_TRUE(has(page, "<figure data-view=\"4\" data-base=\"1\">"));
  EXPECT_TRUE(has(page, "<span>▲ +4.59,</span> <span>p = 0.031</span>"));
  EXPECT_TRUE(has(page, "BLEU|nrefs:1"));
  EXPECT_TRUE(has(page, "the loss is no number"));
  EXPECT_TRUE(has(page, "2 of 3"));
  for (const std::string name : {"bleu", "bleu-by-length", "bleu-by-speed", "bleu-by-time",
                                 "bleu-by-updates", "loss-by-time", "loss-by-updates"}) {
    EXPECT_TRUE(files.contains("figures/" + name + ".svg")) << name;
  }
  EXPECT_TRUE(files.contains("figures/attention-line-17-2-attention-additive.svg"));
}

TEST(Report, IsTheSameEachTime) {
  const Comparison comparison = sample_comparison();
  EXPECT_EQ(files_of(comparison), files_of(comparison));
}

TEST(Report, OneSeedHasNoDeviation) {
  const auto files = files_of(sample_comparison({.groups = 2, .seeds = 1}));
  expect_sound(files);
  EXPECT_FALSE(has(files.at("table.md"), "0 ± "));
  EXPECT_FALSE(has(files.at("figures/loss-by-updates.svg"), "class=\"band\""));
}

TEST(Report, TwelveGroupsAreToldApart) {
  const auto files = files_of(sample_comparison({.groups = 12}));
  expect_sound(files);
  EXPECT_TRUE(has(files.at("figures/bleu-by-length.svg"), "class=\"s4 d1\""));
}

TEST(Report, CanDoWithoutCurvesLengthsAttentionAndSamples) {
  Comparison comparison = finished_comparison({.groups = 3, .sentences = 0});
  for (RunResult& run : comparison.runs) {
    run.curve.clear();
    run.by_length.clear();
    run.attention.reset();
    run.alignment_error.reset();
  }
  comparison.tests.clear();
  comparison.signatures.clear();
  comparison.configuration.clear();
  const auto files = files_of(comparison);
  expect_sound(files);
  for (const std::string id : {"curves", "length", "attention", "samples"})
    EXPECT_FALSE(has(files.at("report.html"), "id=\"" + id + "\"")) << id;
  EXPECT_EQ(files.size(), 4U);  // the page, the table, BLEU over seeds and against speed
}

TEST(Report, EveryRunMayHaveFailed) {
  Comparison comparison = sample_comparison({.groups = 2, .sentences = 0});
  for (RunResult& run : comparison.runs) run = {run.name, run.group, run.settings, "out of memory"};
  const auto files = files_of(comparison);
  expect_sound(files);
  EXPECT_TRUE(has(files.at("report.html"), "0 of 3"));
  EXPECT_EQ(files.size(), 2U);
}

TEST(Report, EqualValuesAreDrawn) {
  Comparison comparison = finished_comparison({.groups = 3});
  for (RunResult& run : comparison.runs) {
    const RunResult& first = comparison.runs.front();
    run = {run.name, run.group, run.settings};
    run.curve = {{100, 5, 2, 0}, {200, 5, 2, 0}};
    run.by_length = first.by_length;
    for (LengthScore& score : run.by_length) score.bleu = score.low = score.high = 0;
  }
  expect_sound(files_of(comparison));
}

TEST(Report, NumbersThatAreNoneAreNotDrawn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  Comparison comparison = finished_comparison({.groups = 3});
  for (std::size_t i = 0; i < 4; ++i) {
    RunResult& run = comparison.runs[i];
    run.perplexity = infinity;
    run.bleu = run.cross_entropy = run.decode_words_per_second = nan;
    run.curve[2].cross_entropy = nan;
    run.curve[3].bleu = infinity;
    run.by_length[1].bleu = nan;
    run.by_length[2].high = nan;
    run.by_length[3].sentences = 0;
  }
  comparison.tests[0].p_value = nan;
  comparison.tests[0].difference = nan;
  comparison.samples[0].views[1].pictures[0].weights[0][0] = static_cast<float>(nan);
  comparison.samples[0].views[1].tree.nodes[0].log_probability = -static_cast<float>(infinity);
  comparison.samples[0].views[1].tree.next[0][0].second = static_cast<float>(nan);
  expect_sound(files_of(comparison));
}

TEST(Report, TextIsEscaped) {
  using namespace std::string_literals;
  const std::string bad =
      "<script>alert(\"1\")</script> & 'q' </title>]]> \0\x01\x7F\xFF שלום\u202E🎉 | "s +
      std::string(300, 'w');
  Comparison comparison = finished_comparison({.groups = 2, .layers = 1, .heads = 2});
  comparison.title = comparison.command = comparison.configuration = bad;
  comparison.signatures = {bad};
  for (std::string& group : comparison.groups) group += bad;
  comparison.baseline = comparison.groups[0];
  for (RunResult& run : comparison.runs) {
    run.name += bad;
    run.group += bad;
  }
  comparison.runs.push_back({bad, comparison.groups[1], {}, bad});
  for (Sample& sample : comparison.samples) {
    sample.source = sample.reference = bad;
    for (std::string& unit : sample.source_units) unit = bad;
    for (std::string& unit : sample.target_units) unit = bad;
    for (SampleView& view : sample.views) {
      view.group += bad;
      view.translation = bad;
      for (SearchNode& node : view.tree.nodes) node.piece = bad;
      for (auto& next : view.tree.next) next[0].first = bad;
    }
  }
  const auto files = files_of(comparison);
  expect_sound(files);
  const std::string& page = files.at("report.html");
  EXPECT_EQ(page.find("<script>"), page.rfind("<script>"));
  EXPECT_FALSE(has(page, "alert(\""));
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;q&#39;"));
  EXPECT_FALSE(has(files.at("table.md"), "<script>"));
}

TEST(Report, NamesTheFolderThatCannotBeMade) {
  expect_error([] { write_comparison_report(sample_comparison(), "/proc/none/report"); },
               "/proc/none/report");
}

}  // namespace
}  // namespace heed
