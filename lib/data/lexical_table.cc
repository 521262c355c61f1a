#include "data/lexical_table.h"

#include <algorithm>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

constexpr int kRounds = 4;
constexpr float kLeastProbability = 0.2F;  // of a link

/// The word as it is counted.
std::string bare(std::string_view word) { return lowercase(strip_punctuation(word)); }

/// Numbers, from 1, for the words that occur more than once.
std::unordered_map<std::string, std::uint32_t> repeated_words(
    const std::vector<std::string>& lines) {
  std::unordered_map<std::string, std::uint32_t> counts;
  for (const std::string& line : lines) {
    for (const std::string_view word : split_words(line)) ++counts[bare(word)];
  }
  counts.erase("");
  std::erase_if(counts, [](const auto& word) { return word.second < 2; });
  std::uint32_t next = 0;
  for (auto& [word, number] : counts) number = ++next;
  return counts;
}

/// The best partner of each: the one with the highest value, of equal ones the first.
std::vector<int> best_partners(const std::vector<std::vector<float>>& values) {
  std::vector<int> best;
  for (const auto& row : values) {
    const auto most = std::ranges::max_element(row);
    const bool is_link = most != row.end() && *most >= kLeastProbability;
    best.push_back(is_link ? static_cast<int>(most - row.begin()) : -1);
  }
  return best;
}

}  // namespace

std::vector<std::uint32_t> LexicalTable::numbers(const Words& words, std::string_view line) {
  std::vector<std::uint32_t> result;
  for (const std::string_view word : split_words(line)) {
    const auto found = words.find(bare(word));
    result.push_back(found == words.end() ? kUnknown : found->second);
  }
  return result;
}

LexicalTable::LexicalTable(const Corpus& corpus, std::size_t most_pairs) {
  const std::size_t size = std::min(corpus.size(), most_pairs);
  std::vector<std::string> sources, targets;
  for (std::size_t i = 0; i < size; ++i) {
    SentencePair pair = corpus.pair(i * corpus.size() / size);
    sources.push_back(std::move(pair.source));
    targets.push_back(std::move(pair.target));
  }
  source_words_ = repeated_words(sources);
  target_words_ = repeated_words(targets);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < size; ++i) {
    Pair& pair = pairs.emplace_back(
        Pair{numbers(source_words_, sources[i]), numbers(target_words_, targets[i])});
    pair.source.push_back(kUnknown);  // the empty word
    std::erase(pair.target, kUnknown);
  }
  for (int round = 0; round < kRounds; ++round) maximize(pairs);
}

/// One round of EM.
void LexicalTable::maximize(const std::vector<Pair>& pairs) {
  std::vector<float> totals(source_words_.size() + 1);
  for (const Pair& pair : pairs) {
    for (const std::uint32_t target : pair.target) {
      float sum = 0;
      for (const std::uint32_t source : pair.source) {
        sum += table_[key(source, target)].probability;
      }
      if (!(sum > 0)) continue;
      for (const std::uint32_t source : pair.source) {
        Entry& entry = table_[key(source, target)];
        entry.count += entry.probability / sum;
        totals[source] += entry.probability / sum;
      }
    }
  }
  for (auto& [words, entry] : table_) {
    entry = {entry.count / totals[words >> 32U], 0};
  }
}

float LexicalTable::probability(std::uint32_t source, std::uint32_t target) const {
  if (source == kUnknown || target == kUnknown) return 0;
  const auto found = table_.find(key(source, target));
  return found == table_.end() ? 0 : found->second.probability;
}

std::vector<std::pair<int, int>> LexicalTable::links(std::string_view source,
                                                     std::string_view target) const {
  const auto sources = numbers(source_words_, source), targets = numbers(target_words_, target);
  std::vector<std::vector<float>> forward(sources.size(), std::vector<float>(targets.size()));
  std::vector<std::vector<float>> backward(targets.size(), std::vector<float>(sources.size()));
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (std::size_t j = 0; j < targets.size(); ++j) {
      forward[i][j] = backward[j][i] = probability(sources[i], targets[j]);
    }
  }
  const std::vector<int> of_source = best_partners(forward), of_target = best_partners(backward);
  std::vector<std::pair<int, int>> result;
  for (int i = 0; i < static_cast<int>(of_source.size()); ++i) {
    const int j = of_source[i];
    if (j >= 0 && of_target[j] == i) result.emplace_back(i, j);
  }
  return result;
}

}  // namespace heed
