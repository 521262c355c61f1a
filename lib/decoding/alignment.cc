#include "decoding/alignment.h"

#include <algorithm>
#include <cstddef>

#include "util/error.h"

namespace heed {

namespace {

/// The word of each piece and, as one more word, of </s>.
std::vector<int> with_end(std::span<const int> words, int least) {
  std::vector<int> result(words.begin(), words.end());
  result.push_back(words.empty() ? least : std::max(*std::ranges::max_element(words) + 1, least));
  return result;
}

/// `is_link(row, s)` for all words of both sides but </s>.
template <class Predicate>
HardAlignment links_where(const AttentionMatrix& attention, Predicate is_link) {
  HardAlignment links;
  for (int target = 0; target + 1 < static_cast<int>(attention.size()); ++target) {
    const std::vector<float>& row = attention[target];
    for (int source = 0; source + 1 < static_cast<int>(row.size()); ++source) {
      if (is_link(row, source)) links.push_back({source, target});
    }
  }
  std::ranges::sort(links);
  return links;
}

}  // namespace

AttentionMatrix attention_by_word(const AttentionMatrix& pieces, std::span<const int> source_words,
                                  std::span<const int> target_words, WordCounts least) {
  const std::vector<int> sources = with_end(source_words, least.source);
  const std::vector<int> targets = with_end(target_words, least.target);
  if (pieces.size() != targets.size()) {
    fail("expected attention of {} target pieces, found {}", targets.size(), pieces.size());
  }
  AttentionMatrix words(targets.back() + 1);
  for (std::size_t t = 0; t < pieces.size(); ++t) {
    if (pieces[t].empty()) continue;
    if (pieces[t].size() != sources.size()) {
      fail("expected attention on {} source pieces, found {}", sources.size(), pieces[t].size());
    }
    const auto count = static_cast<float>(std::ranges::count(targets, targets[t]));
    std::vector<float>& row = words[targets[t]];
    row.resize(sources.back() + 1);
    for (std::size_t s = 0; s < sources.size(); ++s) row[sources[s]] += pieces[t][s] / count;
  }
  return words;
}

HardAlignment hard_alignment(const AttentionMatrix& attention) {
  return links_where(attention, [](const std::vector<float>& row, int source) {
    return std::max_element(row.begin(), row.end() - 1) - row.begin() == source;
  });
}

HardAlignment hard_alignment(const AttentionMatrix& attention, float threshold) {
  return links_where(attention, [threshold](const std::vector<float>& row, int source) {
    return row[source] >= threshold;
  });
}

}  // namespace heed
