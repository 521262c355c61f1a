#pragma once

#include <string>
#include <vector>

#include "report/figures.h"
#include "report/results.h"

namespace heed {

/// Translations, attention and search of one sentence, for the page.
std::string html_sample(const Comparison& comparison, const Sample& sample);

/// The attention that html_sample shows of each group, as files of their own.
std::vector<Figure> attention_figures(const Comparison& comparison);

}  // namespace heed
