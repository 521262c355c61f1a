#include "training/guided_alignment.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

/// For each target piece, and </s>, the linked source pieces.
void add_rows(const HardAlignment& links, const std::vector<int>& source_words,
              const std::vector<int>& target_words, Ragged& rows) {
  std::vector<int> linked;
  for (const int target : target_words) {
    linked.clear();
    for (int piece = 0; std::cmp_less(piece, source_words.size()); ++piece) {
      const AlignmentLink link{source_words[piece], target};
      if (std::ranges::binary_search(links, link)) linked.push_back(piece);
    }
    rows.add(linked);
  }
  rows.add(std::vector<int>());
}

}  // namespace

GuidedAlignment::GuidedAlignment(const Corpus& corpus, const DataOptions& options)
    : file_(options.guided_alignment) {
  if (options.subword_sampling > 0) {
    fail_usage(
        "--guided-alignment and --subword-sampling exclude each other: links are of one "
        "segmentation");
  }
  file_.expect_size(corpus.places());
}

void GuidedAlignment::add_to(Batch& batch, const Corpus& corpus,
                             const Tokenizers& tokenizers) const {
  for (const std::size_t line : batch.lines) {
    const SentencePair pair = corpus.pair(line);
    const std::size_t place = corpus.place_of(line);
    const HardAlignment links = file_.read(place).possible;
    const std::size_t source = split_words(pair.source).size();
    const std::size_t target = split_words(pair.target).size();
    for (const AlignmentLink& link : links) {
      if (std::cmp_less(link.source, source) && std::cmp_less(link.target, target)) continue;
      fail("{}: expected links of {} source and {} target words, found {}-{} (from 0)",
           file_.place(place), source, target, link.source, link.target);
    }
    add_rows(links, tokenizers.source.encode_words(pair.source).words,
             tokenizers.target.encode_words(pair.target).words, batch.links);
  }
}

}  // namespace heed
