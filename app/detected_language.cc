#include "app/detected_language.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <set>

#include "util/strings.h"

namespace heed {

namespace {

/// The words of a line in small letters, of ASCII, without the marks at their ends.
std::vector<std::string> plain_words(const std::string& line) {
  std::vector<std::string> words;
  for (std::string_view word : split_words(line)) {
    const auto is_mark = [](char c) { return c > ' ' && std::ispunct(c) != 0; };
    while (!word.empty() && is_mark(word.front())) word.remove_prefix(1);
    while (!word.empty() && is_mark(word.back())) word.remove_suffix(1);
    if (word.empty()) continue;
    std::string& plain = words.emplace_back(word);
    for (char& c : plain) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

}  // namespace

double evidence_of(std::span<const TranslatedLine> lines) {
  double log_probability = 0;
  std::size_t tokens = 0, words = 0, kept = 0;
  for (const TranslatedLine& line : lines) {
    const Translation& translation = line.translations.front();
    log_probability += translation.log_probability;
    tokens += translation.word_scores.size();
    const std::vector<std::string> source = plain_words(line.source);
    const std::set<std::string> known(source.begin(), source.end());
    for (const std::string& word : plain_words(translation.text)) {
      ++words;
      kept += known.count(word);
    }
  }
  if (tokens == 0) return -std::numeric_limits<double>::infinity();
  return log_probability / static_cast<double>(tokens) -
         static_cast<double>(kept) / static_cast<double>(std::max<std::size_t>(words, 1));
}

void compare_languages(std::vector<DetectedLanguage>& languages) {
  double total = 0;
  for (const DetectedLanguage& language : languages) total += std::exp(language.evidence);
  for (DetectedLanguage& language : languages) {
    const bool is_known = languages.size() > 1 && total > 0;
    const double share = is_known ? std::exp(language.evidence) / total : 0;
    language.confidence = static_cast<int>(std::lround(100 * share));
  }
  std::ranges::stable_sort(languages, std::ranges::greater(), &DetectedLanguage::evidence);
}

}  // namespace heed
