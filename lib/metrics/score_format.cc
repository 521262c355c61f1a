#include "metrics/score_format.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "metrics/signature.h"
#include "text/unicode.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

using Cells = std::vector<std::string>;

std::string format_interval(const ConfidenceInterval& interval, int width) {
  return fmt::format("μ = {:.{}f} ± {:.{}f}", interval.mean, width, interval.half_width, width);
}

std::size_t columns_of(std::string_view text) { return decode_utf8(text).size(); }

std::string repeat(std::string_view text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

// Right-aligned, or centred with the odd blank on the right.
std::string pad(std::string_view text, std::size_t width, bool to_the_right) {
  const std::size_t blanks = width - columns_of(text);
  const std::size_t left = to_the_right ? blanks : blanks / 2;
  return std::string(left, ' ') + std::string(text) + std::string(blanks - left, ' ');
}

std::vector<std::size_t> column_widths(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& heading : rows.at(0)) widths.push_back(columns_of(heading) + 2);
  for (const Cells& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      for (std::string_view line : split_fields(row[c], '\n')) {
        widths[c] = std::max(widths[c], columns_of(line));
      }
    }
  }
  return widths;
}

/// The characters of a horizontal rule: its ends, its line and its crossings.
struct Rule {
  std::string_view left, line, cross, right;
};

std::string draw(const Rule& rule, const std::vector<std::size_t>& widths) {
  std::string text(rule.left);
  for (std::size_t c = 0; c < widths.size(); ++c) {
    if (c > 0) text += rule.cross;
    text += repeat(rule.line, widths[c] + 2);
  }
  return text + std::string(rule.right) + "\n";
}

std::string draw_row(const Cells& row, const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::string_view>> lines;
  std::size_t height = 1;
  for (const std::string& cell : row) {
    lines.push_back(split_fields(cell, '\n'));
    height = std::max(height, lines.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string_view line = i < lines[c].size() ? lines[c][i] : std::string_view();
      text += "│ " + pad(line, widths[c], c == 0) + " ";
    }
    text += "│\n";
  }
  return text;
}

std::string text_table(const std::vector<Cells>& rows) {
  const std::vector<std::size_t> widths = column_widths(rows);
  std::string text = draw({"╒", "═", "╤", "╕"}, widths);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 1) text += draw({"╞", "═", "╪", "╡"}, widths);
    if (i > 1) text += draw({"├", "─", "┼", "┤"}, widths);
    text += draw_row(rows[i], widths);
  }
  return text + draw({"╘", "═", "╧", "╛"}, widths);
}

std::string escape_latex(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        escaped += std::string("\\") + c;
        break;
      case '^':
        escaped += "\\^{}";
        break;
      case '~':
        escaped += "\\textasciitilde{}";
        break;
      case '\\':
        escaped += "\\textbackslash{}";
        break;
      case '<':
        escaped += "\\ensuremath{<}";
        break;
      case '>':
        escaped += "\\ensuremath{>}";
        break;
      case '\n':
        escaped += ' ';
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string latex_table(std::vector<Cells> rows) {
  for (Cells& row : rows) {
    for (std::string& cell : row) cell = escape_latex(cell);
  }
  const std::vector<std::size_t> widths = column_widths(rows);
  std::string text = "\\begin{tabular}{r" + std::string(widths.size() - 1, 'c') + "}\n\\toprule\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t c = 0; c < widths.size(); ++c) {
      text += (c > 0 ? "& " : " ") + pad(rows[i][c], widths[c], c == 0) + " ";
    }
    text += i == 0 ? "\\\\\n\\midrule\n" : "\\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace

double rounded(double value, int width) {
  return std::strtod(fmt::format("{:.{}f}", value, width).c_str(), nullptr);
}

std::string format_score(const ReportedScore& score, int width) {
  std::string text = fmt::format("{:.{}f}", score.result.score, width);
  if (score.result.interval) {
    text += fmt::format(" ({})", format_interval(*score.result.interval, width));
  }
  return text;
}

std::string format_score_line(const ReportedScore& score, int width, bool short_names) {
  std::string line =
      fmt::format("{}|{} = {}", score.name, format_signature(score.signature, short_names),
                  format_score(score, width));
  if (!score.details.empty()) line += " " + score.details;
  return line;
}

std::string align_score_lines(const std::vector<std::string>& lines) {
  std::size_t widest = 0;
  for (const std::string& line : lines) widest = std::max(widest, line.find(" = "));
  std::string text;
  for (const std::string& line : lines) {
    text += std::string(widest - line.find(" = "), ' ') + line + "\n";
  }
  return text;
}

nlohmann::ordered_json score_to_json(const ReportedScore& score, int width) {
  nlohmann::ordered_json json = {{"name", score.name},
                                 {"score", rounded(score.result.score, width)},
                                 {"signature", format_signature(score.signature)}};
  if (score.result.interval) {
    json["confidence_mean"] = rounded(score.result.interval->mean, width);
    json["confidence_var"] = rounded(score.result.interval->half_width, width);
    json["confidence"] = format_interval(*score.result.interval, width);
  }
  if (!score.details.empty()) json["verbose_score"] = score.details;
  for (const SignatureField& field : score.signature) json[field.name] = field.value;
  return json;
}

std::string format_table(const std::vector<Cells>& rows, TableStyle style) {
  return style == TableStyle::kText ? text_table(rows) : latex_table(rows);
}

}  // namespace heed
