#include "data/corpus.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "util/error.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

DataOptions text_options(const std::vector<std::string>& paths, bool tsv) {
  DataOptions options;
  options.train_sets = paths;
  options.tsv = tsv;
  return options;
}

/// The files of each text.
std::vector<std::vector<std::string>> texts_of(const std::vector<std::string>& paths, bool tsv) {
  const std::size_t sides = tsv ? 1 : 2;
  if (paths.empty()) {
    fail_usage("expected --train-sets SOURCE TARGET, or TSV files with --tsv, found none");
  }
  if (paths.size() % sides != 0) {
    fail_usage(
        "expected a source and a target file for each text (or TSV files with --tsv), found {} "
        "file{}",
        paths.size(), paths.size() == 1 ? "" : "s");
  }
  if (std::ranges::count(paths, "-") > 1) {
    fail_usage("standard input can be read once only; join both sides with paste and use --tsv");
  }
  std::vector<std::vector<std::string>> texts;
  for (std::size_t i = 0; i < paths.size(); i += sides) {
    texts.emplace_back(paths.begin() + static_cast<std::ptrdiff_t>(i),
                       paths.begin() + static_cast<std::ptrdiff_t>(i + sides));
  }
  return texts;
}

std::string count_of(std::size_t number) {
  return with_thousands(static_cast<std::int64_t>(number));
}

}  // namespace

Corpus::Corpus(const std::vector<std::string>& paths, bool tsv)
    : Corpus(text_options(paths, tsv)) {}

Corpus::Corpus(const DataOptions& options) {
  const auto texts = texts_of(options.train_sets, options.tsv);
  Mixture::check(options.mix, texts.size());
  PairFilter filter(options);
  std::vector<std::size_t> sizes;
  for (const auto& paths : texts) {
    const std::size_t before = kept_.size();
    read(paths, options.tsv, filter);
    sizes.push_back(filter.is_active() ? kept_.size() - before : texts_.back().size());
  }
  if (places() > std::numeric_limits<std::uint32_t>::max()) {
    fail("expected at most 2^32 sentence pairs, found {}; split the corpus", places());
  }
  if (filter.is_active()) note_filtered(filter);
  mix(sizes, options.mix);
}

void Corpus::read(const std::vector<std::string>& paths, bool tsv, PairFilter& filter) {
  std::size_t place = ends_.empty() ? 0 : ends_.back();
  ParallelText::Visit visit;
  if (filter.is_active()) {
    visit = [&](const SentencePair& pair) {
      if (filter.keeps(pair)) kept_.push_back(static_cast<std::uint32_t>(place));
      ++place;
    };
  }
  texts_.emplace_back(paths, tsv, visit);
  ends_.push_back((ends_.empty() ? 0 : ends_.back()) + texts_.back().size());
}

void Corpus::note_filtered(const PairFilter& filter) {
  if (kept_.empty()) {
    fail("expected filters to leave pairs to train on, found that they leave none of {}: {}",
         places(), filter.counts());
  }
  notes_.push_back(fmt::format("filters leave out {} of {} pairs: {}", count_of(filter.dropped()),
                               count_of(places()), filter.counts()));
  if (kept_.size() == places()) kept_.clear();
  kept_.shrink_to_fit();
}

void Corpus::mix(const std::vector<std::size_t>& sizes, const std::vector<float>& weights) {
  mixture_.emplace(sizes, weights);
  for (std::size_t t = 0; t < weights.size(); ++t) {
    notes_.push_back(fmt::format("{}: {} pairs, each {:g} times in an epoch, {:.1f} % of its pairs",
                                 display_name(texts_[t].path()), count_of(sizes[t]), weights[t],
                                 100 * mixture_->share(t)));
  }
}

Corpus::Found Corpus::find(std::size_t i) const {
  const std::size_t place = place_of(i);
  const auto text = std::ranges::upper_bound(ends_, place) - ends_.begin();
  return {texts_[static_cast<std::size_t>(text)],
          place - (text == 0 ? 0 : ends_[static_cast<std::size_t>(text) - 1])};
}

SentencePair Corpus::pair(std::size_t i) const {
  const Found found = find(i);
  return found.text.pair(found.pair);
}

std::string Corpus::source(std::size_t i) const {
  const Found found = find(i);
  return found.text.source(found.pair);
}

std::string Corpus::target(std::size_t i) const {
  const Found found = find(i);
  return found.text.target(found.pair);
}

std::vector<std::string> Corpus::warnings() const {
  std::vector<std::string> all;
  for (const ParallelText& text : texts_) {
    const std::vector<std::string> some = text.warnings();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::uint64_t Corpus::fingerprint() const {
  std::uint64_t fingerprint = texts_.front().fingerprint();
  for (std::size_t i = 1; i < texts_.size(); ++i) {
    fingerprint = hash_seed(fingerprint, {texts_[i].fingerprint()});
  }
  return fingerprint;
}

}  // namespace heed
