#include "metrics/ter.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "metrics/ngrams.h"
#include "metrics/ter_edits.h"
#include "text/unicode.h"

namespace heed {

void Ter::measure(std::string_view hypothesis, std::span<const std::string_view> references,
                  std::span<double> row) const {
  const std::string text = tokenize_tercom(strip_end(hypothesis), options_);
  const std::vector<std::string_view> words = unicode_words(text);
  int edits = std::numeric_limits<int>::max();
  double length = 0;
  for (std::string_view line : references) {
    // sacreBLEU, whose numbers these are, normalizes references twice and hypotheses once.
    const std::string once = tokenize_tercom(strip_end(line), options_);
    const std::string reference = tokenize_tercom(once, options_);
    const std::vector<std::string_view> reference_words = unicode_words(reference);
    WordIds ids(reference_words.size());
    const std::vector<std::uint32_t> reference_ids = ids.add(reference_words);
    edits = std::min(edits, count_ter_edits(ids.find(words), reference_ids));
    length += static_cast<double>(reference_words.size());
  }
  row[0] = edits;
  row[1] = length / static_cast<double>(references.size());
}

double Ter::score(std::span<const double> sums) const {
  if (sums[1] > 0) return 100 * sums[0] / sums[1];
  return sums[0] > 0 ? 100 : 0;
}

std::vector<SignatureField> Ter::settings() const {
  const auto yes_no = [](bool value) { return std::string(value ? "yes" : "no"); };
  return {{"case", "c", options_.case_sensitive ? "mixed" : "lc"},
          {"tok", "t", "tercom"},
          {"norm", "nr", yes_no(options_.normalized)},
          {"punct", "pn", yes_no(!options_.no_punctuation)},
          {"asian", "as", yes_no(options_.asian_support)}};
}

}  // namespace heed
