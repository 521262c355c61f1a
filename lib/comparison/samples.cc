#include "comparison/samples.h"

#include <algorithm>
#include <map>

#include "heed/translator.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::size_t kShortest = 4, kLongest = 25;  // words, which a picture has room for

std::vector<std::string> words_and_end(std::string_view line) {
  const auto words = split_words(line);
  std::vector<std::string> units(words.begin(), words.end());
  units.emplace_back("</s>");
  return units;
}

SampleView look(Translator& translator, bool has_attention, Sample& sample) {
  SampleView view;
  view.tree = translator.explore(sample.source);
  if (!has_attention) return view;
  PairAttention attention =
      translator.attention({.text = sample.source, .target = sample.reference});
  std::vector<HeadAttention>& heads = attention.heads;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    // A layer's only head is its mean.
    if (heads[i].head == 1 && (i + 1 == heads.size() || heads[i + 1].head != 2)) continue;
    view.pictures.push_back({heads[i].layer, heads[i].head, std::move(heads[i].weights)});
  }
  // As the model cropped them, if it did.
  if (!heads.empty()) sample.source_units = std::move(attention.source_units);
  if (!heads.empty()) sample.target_units = std::move(attention.target_units);
  return view;
}

}  // namespace

std::vector<std::size_t> choose_samples(const std::vector<std::string>& source, int count) {
  std::map<std::size_t, std::size_t> first_of_length;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::size_t words = split_words(source[i]).size();
    if (words > 0 && words <= kLongest) first_of_length.emplace(words, i);
  }
  std::vector<std::size_t> usual, shorter;
  for (const auto& [words, line] : first_of_length) {
    (words < kShortest ? shorter : usual).push_back(line);
  }
  const std::vector<std::size_t>& lines = usual.empty() ? shorter : usual;
  const std::size_t wanted = std::min(static_cast<std::size_t>(count), lines.size());
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < wanted; ++i) {
    chosen.push_back(lines[(2 * i + 1) * lines.size() / (2 * wanted)]);
  }
  return chosen;
}

std::vector<Sample> take_samples(const CompareOptions& options, const TestSet& test,
                                 const std::vector<GroupModel>& groups) {
  std::vector<Sample> samples;
  for (const std::size_t line : choose_samples(test.source, options.comparison.samples)) {
    samples.push_back({line + 1,
                       test.source[line],
                       test.reference[line],
                       words_and_end(test.source[line]),
                       words_and_end(test.reference[line]),
                       {}});
  }
  if (samples.empty()) return samples;
  TranslateOptions translate;
  translate.search = options.search;
  translate.max_length = options.train.data.max_length;
  translate.threads = 1;
  translate.backend = options.train.training.backend;
  for (const GroupModel& group : groups) {
    translate.alignment.form = group.has_attention ? AlignmentForm::kSoft : AlignmentForm::kNone;
    Translator translator(group.model, translate);
    for (Sample& sample : samples) {
      SampleView view = look(translator, group.has_attention, sample);
      view.group = group.group;
      view.translation = group.output.at(sample.line - 1);
      sample.views.push_back(std::move(view));
    }
  }
  return samples;
}

}  // namespace heed
