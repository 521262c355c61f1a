#include "report/page.h"

#include <fmt/core.h>

#include <algorithm>

#include "report/head_choice.h"
#include "report/samples_html.h"
#include "report/svg.h"
#include "report/table.h"
#include "report/tables.h"
#include "text/xml.h"
#include "translation/heatmap.h"
#include "util/strings.h"

namespace heed {

namespace {

std::string section(std::string_view id, std::string_view title, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, body);
}

std::string html_figures(std::span<const Figure> figures) {
  std::string text = "<div class=\"figures\">\n";
  for (const Figure& figure : figures) {
    text += fmt::format(
        "<figure{0}><div class=\"scroll\" role=\"region\" aria-label=\"{2}\" tabindex=\"0\">{1}"
        "</div><figcaption><b>{2}.</b> {3}</figcaption></figure>\n",
        figure.is_broad ? " class=\"broad\"" : "", figure.svg, xml_text(figure.title),
        xml_text(figure.caption));
  }
  return text + "</div>\n";
}

std::string failed_runs(const Comparison& comparison) {
  std::string list;
  for (const RunResult& run : comparison.runs) {
    if (run.error.empty()) continue;
    list += fmt::format("<li><b>{}</b>: {}</li>\n", xml_text(run.name), xml_text(run.error));
  }
  return list.empty() ? "" : "<h3>Failed runs</h3>\n<ul class=\"failed\">\n" + list + "</ul>\n";
}

std::string signatures(const Comparison& comparison) {
  std::string list;
  for (const std::string& signature : comparison.signatures)
    list += fmt::format("<li><code>{}</code></li>\n", xml_text(signature));
  return list.empty() ? "" : "<ul class=\"signatures\">\n" + list + "</ul>\n";
}

std::string results(const Comparison& comparison, const ReportFigures& figures) {
  return section("results", "Results",
                 html_table(main_table(comparison)) + "<p class=\"note\">" +
                     xml_text(main_table_legend(comparison)) + "</p>\n" + signatures(comparison) +
                     failed_runs(comparison) + html_figures(figures.scores));
}

std::string curves(const ReportFigures& figures) {
  if (figures.curves.empty()) return "";
  return section("curves", "Learning curves",
                 "<p class=\"note\">Means over seeds, at the validations that all seeds of a group "
                 "reached; bands: ± one standard deviation.</p>\n" +
                     html_figures(figures.curves));
}

std::string lengths(const Comparison& comparison, const ReportFigures& figures) {
  if (figures.lengths.empty()) return "";
  return section("length", "BLEU by source length",
                 html_figures(figures.lengths) + html_table(length_table(comparison)));
}

std::string attention(const Comparison& comparison) {
  const ReportTable table = attention_table(comparison);
  if (table.rows.empty()) return "";
  const std::string definitions = R"(<dl class="definitions">
<dt>Entropy</dt><dd>H = −Σ<sub>j</sub> a<sub>j</sub> log a<sub>j</sub> of the weights of one target token, in nats</dd>
<dt>H / log S</dt><dd>the same over its greatest value with S source tokens: 0 looks at one token, 1 at all alike</dd>
<dt>Sharpness</dt><dd>the greatest weight</dd>
<dt>Coverage</dt><dd>|1 − Σ<sub>i</sub> a<sub>ij</sub>|, a mean over source tokens but the end of sentence: 0 where each is used once</dd>
<dt>Monotonicity</dt><dd>share of steps whose greatest weight does not move back</dd>
<dt>End mass</dt><dd>weight of the source’s end of sentence</dd>
<dt>AER</dt><dd>alignment error rate against gold alignments, where given, in percent: 1 − (|A∩S| + |A∩P|) / (|A| + |S|)</dd>
</dl>
)";
  return section("attention", "Attention measures",
                 html_table(table) +
                     "<p class=\"note\">Measured when the test references are forced; means over "
                     "target tokens, ± standard deviation over seeds.</p>\n" +
                     definitions);
}

std::string samples(const Comparison& comparison) {
  if (comparison.samples.empty()) return "";
  std::string body = html_head_choice(comparison);
  for (const Sample& sample : comparison.samples) body += html_sample(comparison, sample);
  return section("samples", "Sentences", body);
}

/// Text of several lines, each free of what HTML can't hold.
std::string html_lines(std::string_view text) {
  std::string result;
  for (const std::string_view line : split_fields(text, '\n')) result += xml_text(line) + "\n";
  return result;
}

std::string setup(const Comparison& comparison) {
  const auto pre = [](std::string_view label, std::string_view text) {
    return fmt::format(
        "<pre class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">{}</pre>\n", label,
        html_lines(text));
  };
  return section("setup", "How it was made",
                 "<p>Command line:</p>\n" + pre("Command line", comparison.command) +
                     "<details><summary>Configuration that all runs share</summary>\n" +
                     pre("Configuration", comparison.configuration) +
                     "</details>\n<h3>Runs</h3>\n" + html_table(run_table(comparison)));
}

std::string introduction(const Comparison& comparison) {
  const auto failed = std::ranges::count_if(
      comparison.runs, [](const RunResult& run) { return !run.error.empty(); });
  return fmt::format(
      "<header><h1>Comparison of {}</h1>\n<p>{} groups, {} runs{}. All else was held fixed: data "
      "and their order, budget, and initial weights where shapes agree. Look first at whether "
      "differences are larger than the spread over seeds, then at what they cost in speed and "
      "memory. Tables sort by their headings.</p>\n</header>\n",
      xml_text(comparison.title), comparison.groups.size(), comparison.runs.size(),
      failed == 0 ? "" : fmt::format(", {} of them failed", failed));
}

std::string contents(std::string_view body) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"results", "Results"},      {"curves", "Learning curves"}, {"length", "Source length"},
      {"speed", "Speed"},          {"attention", "Attention"},    {"samples", "Sentences"},
      {"setup", "How it was made"}};
  std::string links;
  for (const auto& [id, title] : kParts) {
    if (body.find(fmt::format("<section id=\"{}\">", id)) != std::string_view::npos)
      links += fmt::format("<a href=\"#{}\">{}</a>\n", id, title);
  }
  return "<nav aria-label=\"Contents\">\n" + links + "</nav>\n";
}

}  // namespace

std::string html_report(const Comparison& comparison, const ReportFigures& figures) {
  std::string body = results(comparison, figures);
  body += curves(figures);
  body += lengths(comparison, figures);
  if (!figures.speed.empty())
    body += section("speed", "Quality against speed", html_figures(figures.speed));
  body += attention(comparison) + samples(comparison) + setup(comparison);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>Comparison of {}</title>\n"
      "<style>\n{}{}{}</style>\n</head>\n<body>\n{}{}<main>\n{}</main>\n<script>\n{}{}</script>\n"
      "</body>\n</html>\n",
      xml_text(comparison.title), report_style(), figure_style(), heatmap_style(),
      introduction(comparison), contents(body), body, report_script(), head_choice_script());
}

std::string markdown_report(const Comparison& comparison) {
  std::string text = fmt::format("# Comparison of {}\n\n{}\n{}\n", markdown_text(comparison.title),
                                 markdown_table(main_table(comparison)),
                                 markdown_text(main_table_legend(comparison)));
  for (const std::string& signature : comparison.signatures)
    text += fmt::format("\n- {}", markdown_text(signature));
  for (const RunResult& run : comparison.runs) {
    if (!run.error.empty())
      text += fmt::format("\n- failed: {}: {}", markdown_text(run.name), markdown_text(run.error));
  }
  text += "\n";
  if (const ReportTable table = length_table(comparison); !table.columns.empty()) {
    text += "\n## BLEU by source length\n\n" + markdown_table(table) +
            "\nMean ± standard deviation over seeds; in brackets the 95 % bootstrap interval over "
            "sentences, its bounds averaged over seeds.\n";
  }
  if (const ReportTable table = attention_table(comparison); !table.rows.empty())
    text += "\n## Attention measures\n\n" + markdown_table(table);
  return text;
}

}  // namespace heed
