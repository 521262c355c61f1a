#include "report/comparison_report.h"

#include <filesystem>
#include <system_error>

#include "report/page.h"
#include "report/samples_html.h"
#include "report/svg.h"
#include "util/error.h"
#include "util/files.h"

namespace heed {

namespace {

void make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail("expected to make the folder {}, found: {}", path.string(), error.message());
}

}  // namespace

void write_comparison_report(const Comparison& comparison, const std::string& directory) {
  const std::filesystem::path folder = directory, figure_folder = folder / "figures";
  make_directory(figure_folder);
  const ReportFigures figures{score_figures(comparison), curve_figures(comparison),
                              length_figures(comparison), speed_figures(comparison)};
  for (const auto* list : {&figures.scores, &figures.curves, &figures.lengths, &figures.speed}) {
    for (const Figure& figure : *list)
      write_file(figure_folder / (figure.name + ".svg"), standalone(figure.svg));
  }
  for (const Figure& figure : attention_figures(comparison))
    write_file(figure_folder / (figure.name + ".svg"), figure.svg);
  write_file(folder / "table.md", markdown_report(comparison));
  write_file(folder / "report.html", html_report(comparison, figures));
}

}  // namespace heed
