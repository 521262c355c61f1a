#include "report/search_tree_svg.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "report/numbers.h"
#include "report/svg.h"
#include "text/xml.h"

namespace heed {

namespace {

constexpr std::size_t kMostPruned = 4;  // shown of each step
constexpr double kNodeRow = 24, kGap = 34, kTop = 44, kLeft = 44;
constexpr double kMostText = 150;
constexpr double kWider = 1.15;  // the best path is bold

struct Place {
  double x = 0, y = 0;  ///< Where the text starts, on its middle line.
  double width = 0;
};

const char* kind_of(const SearchNode& node) {
  return node.on_best_path ? "best" : node.kept ? "kept" : "pruned";
}

std::string shown_piece(const SearchNode& node) { return fitted(node.piece, kMostText); }

/// The nodes of each step that are shown: those kept, then the likeliest of those pruned.
std::map<int, std::vector<std::size_t>> columns_of(const SearchTree& tree) {
  std::map<int, std::vector<std::size_t>> columns;
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) columns[tree.nodes[n].step].push_back(n);
  for (auto& [step, nodes] : columns) {
    std::ranges::stable_sort(nodes, {}, [&](std::size_t n) {
      const SearchNode& node = tree.nodes[n];
      return std::tuple(!node.kept && !node.on_best_path, -node.log_probability);
    });
    const auto first_pruned = std::ranges::find_if(
        nodes, [&](std::size_t n) { return !tree.nodes[n].kept && !tree.nodes[n].on_best_path; });
    const auto kept = static_cast<std::size_t>(first_pruned - nodes.begin());
    nodes.resize(std::min(nodes.size(), kept + kMostPruned));
  }
  return columns;
}

std::string edge(const Place& from, const Place& to, const SearchNode& node) {
  const double start = from.x + from.width + 4, end = to.x - 4, middle = (start + end) / 2;
  return fmt::format(
      "<path class=\"{}\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\"/>\n",
      kind_of(node), start, from.y, middle, from.y, middle, to.y, end, to.y);
}

std::string label(const Place& at, const SearchNode& node) {
  return fmt::format(
      "<text class=\"{0}\" x=\"{1:.1f}\" y=\"{2:.1f}\">{3}<title>{4}: log p = {5}, "
      "{6}</title></text>\n",
      kind_of(node), at.x, at.y + 5, xml_text(shown_piece(node)), xml_text(node.piece),
      format_fixed(node.log_probability, 2), node.on_best_path ? "best path" : kind_of(node));
}

}  // namespace

std::string svg_search_tree(const SearchTree& tree) {
  if (tree.nodes.empty()) return "";
  std::vector<std::optional<Place>> places(tree.nodes.size());
  const Place root{kLeft - 20, kTop, 8};
  std::string edges, labels = svg_text({8, kTop + 5}, "start", "▶", "small");
  double x = kLeft;
  std::size_t most_rows = 1;
  for (const auto& [step, nodes] : columns_of(tree)) {
    double width = 0;
    x += kGap;
    for (std::size_t row = 0; row < nodes.size(); ++row) {
      const SearchNode& node = tree.nodes[nodes[row]];
      const Place at{x, kTop + kNodeRow * static_cast<double>(row),
                     kWider * text_width(shown_piece(node))};
      places[nodes[row]] = at;
      width = std::max(width, at.width);
      labels += label(at, node);
      const auto parent = static_cast<std::size_t>(node.parent);
      if (node.parent < 0) {
        edges += edge(root, at, node);
      } else if (parent < places.size() && places[parent]) {
        edges += edge(*places[parent], at, node);
      }
    }
    labels += svg_text({x, 20}, "start", fmt::format("{}", step + 1), "small");
    x += width;
    most_rows = std::max(most_rows, nodes.size());
  }
  return svg_figure(x + 16, kTop + kNodeRow * static_cast<double>(most_rows), "tree",
                    search_tree_summary(tree), edges + labels);
}

std::string search_tree_summary(const SearchTree& tree) {
  const auto kept = std::ranges::count(tree.nodes, true, &SearchNode::kept);
  return fmt::format("{} partial translations, {} of them kept", tree.nodes.size(), kept);
}

}  // namespace heed
