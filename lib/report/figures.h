#pragma once

#include <string>
#include <vector>

#include "report/results.h"

namespace heed {

/// A figure of the report, with what stands below it.
struct Figure {
  std::string name;  ///< Of its file, without ".svg".
  std::string title;
  std::string caption;
  std::string svg{};      ///< For the page; standalone() makes a file of it.
  bool is_broad = false;  ///< Takes the page's whole width.
};

/// BLEU over seeds.
std::vector<Figure> score_figures(const Comparison& comparison);

/// Learning curves; those that were measured.
std::vector<Figure> curve_figures(const Comparison& comparison);

/// BLEU by source length, if that was measured.
std::vector<Figure> length_figures(const Comparison& comparison);

/// Quality against speed.
std::vector<Figure> speed_figures(const Comparison& comparison);

}  // namespace heed
