#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace heed {

/// A cell of a table in the report.
struct TableCell {
  std::string text;
  std::string note{};                   ///< Below it, small.
  std::optional<double> value{};        ///< To sort by, for numbers.
  bool is_best = false;                 ///< In bold.
  std::optional<std::size_t> series{};  ///< Whose mark stands before it (svg_key).
};

struct TableColumn {
  std::string title;
  std::string unit{};
  bool is_text = false;  ///< Set to the left.
};

struct ReportTable {
  std::string name;                            ///< What a screen reader calls it.
  std::vector<TableColumn> columns;            ///< Without any title, a page shows no headings.
  std::vector<std::vector<TableCell>> rows{};  ///< The first cell of each is its heading.
};

enum class Better { kHigher, kLower };

/// Marks the cells with the best value of a column (all of them, if some are equal).
void mark_best(ReportTable& table, std::size_t column, Better better);

/// For a page; it scrolls sideways by itself where it is too wide.
std::string html_table(const ReportTable& table);

/// For GitHub and papers: notes in brackets behind their cells.
std::string markdown_table(const ReportTable& table);

/// Text for markdown, on one line, without meaning of its own.
std::string markdown_text(const std::string& text);

}  // namespace heed
