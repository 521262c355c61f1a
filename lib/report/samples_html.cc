#include "report/samples_html.h"

#include <fmt/core.h>

#include <algorithm>

#include "report/head_choice.h"
#include "report/numbers.h"
#include "report/search_tree_svg.h"
#include "report/statistics.h"
#include "report/svg.h"
#include "report/table.h"
#include "text/xml.h"
#include "translation/heatmap.h"

namespace heed {

namespace {

/// A sentence with what its parts are called in the report.
struct Shown {
  const Comparison& comparison;
  const Sample& sample;
  std::vector<std::string> labels;  ///< Of the views.
  const SampleView* baseline;       ///< Null if it isn't among the views.
};

Shown shown(const Comparison& comparison, const Sample& sample) {
  const std::vector<std::string> labels = short_labels(comparison.groups);
  Shown result{comparison, sample, {}, nullptr};
  for (const SampleView& view : sample.views) {
    const auto group = std::ranges::find(comparison.groups, view.group);
    result.labels.push_back(
        group == comparison.groups.end()
            ? view.group
            : labels[static_cast<std::size_t>(group - comparison.groups.begin())]);
    if (view.group == comparison.baseline) result.baseline = &view;
  }
  return result;
}

/// The picture that stands for a model: the last layer's mean over heads, or its first head.
const AttentionPicture* main_picture(const SampleView& view) {
  const AttentionPicture* best = nullptr;
  for (const AttentionPicture& picture : view.pictures) {
    const auto rank = [](const AttentionPicture& p) { return std::pair(p.head == 0, p.layer); };
    if (best == nullptr || rank(picture) > rank(*best)) best = &picture;
  }
  return best;
}

std::string picture_name(const AttentionPicture& picture) {
  return fmt::format("layer {}, {}", picture.layer,
                     picture.head == 0 ? "mean of heads" : fmt::format("head {}", picture.head));
}

/// A heatmap with its caption; its size is known to the style sheet.
std::string html_map(const Sample& sample, const AttentionMatrix& weights, const std::string& title,
                     const std::string& note, const std::string& data) {
  const std::string svg =
      svg_heatmap({weights, sample.source_units, sample.target_units}, SvgUse::kPage);
  return fmt::format(
      "<figure{3}><figcaption><b>{0}</b> <small>{1}</small></figcaption>"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Attention of {0}\" "
      "tabindex=\"0\">{2}</div>"
      "</figure>\n",
      xml_text(title), xml_text(note), svg, data);
}

std::string html_scale(std::string_view kind, std::string_view low, std::string_view high) {
  return fmt::format("<p class=\"scale\">{} <span class=\"{}\"></span> {}</p>\n", low, kind, high);
}

std::string attention_maps(const Shown& s) {
  std::string maps;
  for (std::size_t v = 0; v < s.sample.views.size(); ++v) {
    const AttentionPicture* picture = main_picture(s.sample.views[v]);
    if (picture == nullptr) continue;
    const bool is_only = s.sample.views[v].pictures.size() == 1;
    maps += html_map(s.sample, picture->weights, s.labels[v], is_only ? "" : picture_name(*picture),
                     fmt::format(" data-view=\"{}\" data-weights=\"{}\"", v,
                                 packed_pictures(s.sample.views[v])));
  }
  if (maps.empty()) return "";
  return "<h4>Attention</h4>\n<p>Weights of the source words (columns) when each word of the "
         "reference (rows) is predicted; one scale for all.</p>\n" +
         html_scale("weight", "0", "1") + "<div class=\"maps\">\n" + maps + "</div>\n";
}

AttentionMatrix difference(const AttentionMatrix& a, const AttentionMatrix& b) {
  AttentionMatrix result = a;
  for (std::size_t r = 0; r < a.size(); ++r) {
    for (std::size_t c = 0; c < a[r].size(); ++c) result[r][c] -= b[r][c];
  }
  return result;
}

bool have_same_shape(const AttentionMatrix& a, const AttentionMatrix& b) {
  return std::ranges::equal(a, b, {}, &std::vector<float>::size, &std::vector<float>::size);
}

std::string difference_maps(const Shown& s) {
  const AttentionPicture* base = s.baseline == nullptr ? nullptr : main_picture(*s.baseline);
  if (base == nullptr) return "";
  std::string maps;
  for (std::size_t v = 0; v < s.sample.views.size(); ++v) {
    const SampleView& view = s.sample.views[v];
    const AttentionPicture* picture = main_picture(view);
    if (&view == s.baseline || picture == nullptr) continue;
    if (!have_same_shape(picture->weights, base->weights)) continue;
    maps += html_map(
        s.sample, difference(picture->weights, base->weights), s.labels[v], "minus the baseline",
        fmt::format(" data-view=\"{}\" data-base=\"{}\"", v, s.baseline - s.sample.views.data()));
  }
  if (maps.empty()) return "";
  return "<h4>Attention as difference to the baseline</h4>\n" +
         html_scale("difference", "−1 less", "more +1") + "<div class=\"maps\">\n" + maps +
         "</div>\n";
}

/// Small pictures of all layers and heads, for models that have several.
std::string all_heads(const Shown& s) {
  std::string text;
  for (std::size_t v = 0; v < s.sample.views.size(); ++v) {
    const auto& pictures = s.sample.views[v].pictures;
    if (pictures.size() < 2) continue;
    text += fmt::format("<details><summary>Layers and heads of {} ({} pictures)</summary>\n",
                        xml_text(s.labels[v]), pictures.size());
    for (std::size_t p = 0; p < pictures.size(); ++p) {
      const bool begins = p == 0 || pictures[p].layer != pictures[p - 1].layer;
      if (begins) text += p == 0 ? "<div class=\"heads\">\n" : "</div>\n<div class=\"heads\">\n";
      text += fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n",
                          svg_thumbnail(pictures[p].weights), picture_name(pictures[p]));
    }
    text += "</div></details>\n";
  }
  return text;
}

/// For each token of the best translation the likeliest tokens at its place.
std::string next_words(const SearchTree& tree) {
  std::vector<std::string> chosen(tree.next.size());
  for (const SearchNode& node : tree.nodes) {
    const auto step = static_cast<std::size_t>(node.step);
    if (node.on_best_path && step < chosen.size()) chosen[step] = node.piece;
  }
  std::string text = "<ol class=\"next\">\n";
  for (std::size_t i = 0; i < tree.next.size(); ++i) {
    text += fmt::format("<li><b><bdi>{}</bdi></b>", xml_text(chosen[i]));
    for (const auto& [piece, probability] : tree.next[i]) {
      text += fmt::format(
          "<div{}><bdi>{}</bdi><i><span style=\"width:{:.1f}%\"></span></i><small>{} "
          "%</small></div>",
          piece == chosen[i] ? " class=\"chosen\"" : "", xml_text(piece),
          std::clamp(100.0F * probability, 0.0F, 100.0F), format_fixed(100 * probability, 1));
    }
    text += "</li>\n";
  }
  return text + "</ol>\n";
}

std::string html_search(const std::string& label, const SearchTree& tree) {
  std::string text = fmt::format("<details><summary>Search of {}: {}</summary>\n", xml_text(label),
                                 search_tree_summary(tree));
  text += fmt::format(
      "<div class=\"scroll wide\" role=\"region\" aria-label=\"Search tree of {}\" "
      "tabindex=\"0\">{}"
      "</div>\n<p>Columns are steps, the likeliest partial translations above. Thick: the best "
      "path; solid: stayed in the beam; dashed: pruned (the likeliest four of a step).</p>\n",
      xml_text(label), svg_search_tree(tree));
  if (!tree.next.empty()) {
    text += fmt::format(
        "<h5>Likeliest next tokens at each place of the translation</h5>\n<div class=\"scroll\" "
        "role=\"region\" aria-label=\"Next tokens of {}\" tabindex=\"0\">{}</div>\n",
        xml_text(label), next_words(tree));
  }
  return text + "</details>\n";
}

std::string all_searches(const Shown& s) {
  std::string text;
  for (std::size_t v = 0; v < s.sample.views.size(); ++v) {
    const SearchTree& tree = s.sample.views[v].tree;
    if (!tree.nodes.empty()) text += html_search(s.labels[v], tree);
  }
  return text.empty() ? "" : "<h4>Beam search</h4>\n" + text;
}

std::string translations(const Shown& s) {
  ReportTable table{"Translations", {{"", "", true}, {"", "", true}}};
  table.rows.push_back({{"Source"}, {s.sample.source}});
  table.rows.push_back({{"Reference"}, {s.sample.reference}});
  for (std::size_t v = 0; v < s.sample.views.size(); ++v) {
    table.rows.push_back({{s.labels[v]}, {s.sample.views[v].translation}});
  }
  return html_table(table);
}

/// Letters and digits of a name, for a file's name.
std::string file_name(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool is_plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_plain) {
      result += c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  return result.substr(0, 60);
}

}  // namespace

std::string html_sample(const Comparison& comparison, const Sample& sample) {
  const Shown s = shown(comparison, sample);
  return fmt::format("<section class=\"sample\">\n<h3 id=\"line-{0}\">Line {0}</h3>\n",
                     sample.line) +
         translations(s) + attention_maps(s) + difference_maps(s) + all_heads(s) + all_searches(s) +
         "</section>\n";
}

std::vector<Figure> attention_figures(const Comparison& comparison) {
  std::vector<Figure> figures;
  for (const Sample& sample : comparison.samples) {
    for (std::size_t v = 0; v < sample.views.size(); ++v) {
      const AttentionPicture* picture = main_picture(sample.views[v]);
      if (picture == nullptr) continue;
      figures.push_back(
          {fmt::format("attention-line-{}-{}-{}", sample.line, v + 1,
                       file_name(sample.views[v].group)),
           "Attention", picture_name(*picture),
           svg_heatmap({picture->weights, sample.source_units, sample.target_units})});
    }
  }
  return figures;
}

}  // namespace heed
