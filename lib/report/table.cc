#include "report/table.h"

#include <fmt/core.h>
#include <cstddef>

#include <algorithm>
#include <cmath>

#include "report/svg.h"
#include "text/text_width.h"
#include "text/xml.h"

namespace heed {

namespace {

std::string html_heading(const TableColumn& column) {
  const std::string unit =
      column.unit.empty() ? "" : fmt::format("<small>{}</small>", xml_text(column.unit));
  return fmt::format("<th scope=\"col\"{}><span>{}</span>{}</th>",
                     column.is_text ? " class=\"text\"" : "", xml_text(column.title), unit);
}

/// Its parts between commas may stand below each other, where a column is narrow.
std::string html_note(const std::string& note) {
  std::string parts;
  for (std::size_t begin = 0, end = 0; end != note.npos; begin = end + 2) {
    end = note.find(", ", begin);
    const bool is_last = end == note.npos;
    parts += fmt::format("<span>{}{}</span>", xml_text(note.substr(begin, end - begin)),
                         is_last ? "" : ",");
    if (!is_last) parts += ' ';
  }
  return fmt::format("<small>{}</small>", parts);
}

std::string html_cell(const TableCell& cell, const TableColumn& column, bool is_heading) {
  const std::string key = cell.series ? svg_key(*cell.series) + " " : "";
  const std::string note = cell.note.empty() ? "" : html_note(cell.note);
  const std::string value = cell.value && std::isfinite(*cell.value)
                                ? fmt::format(" data-value=\"{:.6g}\"", *cell.value)
                                : "";
  const std::string content =
      fmt::format("{}<span dir=\"auto\">{}</span>{}", key, xml_text(cell.text), note);
  if (is_heading) return fmt::format("<th scope=\"row\" class=\"text\">{}</th>", content);
  return fmt::format("<td{}{}>{}</td>", column.is_text ? " class=\"text\"" : "", value,
                     cell.is_best ? "<strong>" + content + "</strong>" : content);
}

std::string markdown_cell(const TableCell& cell) {
  std::string text = markdown_text(cell.text);
  if (cell.is_best) text = "**" + text + "**";
  return cell.note.empty() ? text : fmt::format("{} ({})", text, markdown_text(cell.note));
}

}  // namespace

void mark_best(ReportTable& table, std::size_t column, Better better) {
  const double sign = better == Better::kHigher ? 1 : -1;
  const auto score = [&](const std::vector<TableCell>& row) {
    const auto& value = row[column].value;
    return value && std::isfinite(*value) ? sign * *value : -INFINITY;
  };
  double best = -INFINITY;
  for (const auto& row : table.rows) best = std::max(best, score(row));
  for (auto& row : table.rows) row[column].is_best = score(row) == best && std::isfinite(best);
}

std::string html_table(const ReportTable& table) {
  std::string text = fmt::format(
      "<div class=\"scroll\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\">"
      "<table aria-label=\"{0}\">\n",
      xml_text(table.name));
  std::string headings = "<thead><tr>";
  for (const TableColumn& column : table.columns) headings += html_heading(column);
  const bool has_titles = std::ranges::any_of(
      table.columns, [](const TableColumn& column) { return !column.title.empty(); });
  if (has_titles) text += headings + "</tr></thead>\n";
  text += "<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c)
      text += html_cell(row[c], table.columns[c], c == 0);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string markdown_table(const ReportTable& table) {
  std::string text = "|", rule = "|";
  for (const TableColumn& column : table.columns) {
    const std::string unit = column.unit.empty() ? "" : fmt::format(" ({})", column.unit);
    text += fmt::format(" {}{} |", markdown_text(column.title), markdown_text(unit));
    rule += column.is_text ? ":--|" : "--:|";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    text += "|";
    for (const TableCell& cell : row) text += fmt::format(" {} |", markdown_cell(cell));
    text += "\n";
  }
  return text;
}

std::string markdown_text(const std::string& text) {
  std::string result;
  for (const Glyph& glyph : glyphs(text)) {
    if (glyph.text == "<") {
      result += "&lt;";
    } else if (glyph.text == ">") {
      result += "&gt;";
    } else if (glyph.text == "&") {
      result += "&amp;";
    } else {
      if (std::string_view("\\|*_`[]").find(glyph.text) != std::string_view::npos) result += '\\';
      result += glyph.text;
    }
  }
  return result;
}

}  // namespace heed
