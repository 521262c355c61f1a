#include "data/subword_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "util/error.h"

namespace heed {
namespace {

constexpr double kUnreachable = -std::numeric_limits<double>::infinity();

bool begins_character(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xc0) != 0x80;
}

}  // namespace

SubwordSampler::SubwordSampler(Tokenizer tokenizer, double alpha)
    : tokenizer_(std::move(tokenizer)) {
  if (!tokenizer_.is_unigram()) {
    fail_usage(
        "subword sampling needs a unigram vocabulary, found another type; use --vocab-type "
        "unigram, or --subword-sampling 0");
  }
  for (int id = 0; id < tokenizer_.size(); ++id) {
    const double log_probability = tokenizer_.log_probability(id);
    if (log_probability >= 0) continue;  // bytes, control and user's symbols
    const std::string piece = tokenizer_.piece(id);
    longest_ = std::max(longest_, piece.size());
    pieces_.emplace(piece, Piece{id, alpha * log_probability});
  }
}

std::vector<int> SubwordSampler::encode(std::string_view line, Random& random) const {
  std::vector<int> ids;
  std::string text;  // between pieces that are fixed
  for (const int best : tokenizer_.encode(line)) {
    if (tokenizer_.log_probability(best) < 0) {
      text += tokenizer_.piece(best);
      continue;
    }
    sample(text, random, ids);
    text.clear();
    ids.push_back(best);
  }
  sample(text, random, ids);
  return ids;
}

void SubwordSampler::add_arcs(std::string_view text, std::size_t begin,
                              std::vector<std::vector<Arc>>& ending) const {
  const std::size_t last = std::min(text.size(), begin + longest_);
  for (std::size_t end = begin + 1; end <= last; ++end) {
    if (!begins_character(text, end)) continue;
    const auto found = pieces_.find(text.substr(begin, end - begin));
    if (found != pieces_.end()) ending[end].push_back({begin, found->second});
  }
}

void SubwordSampler::sample(std::string_view text, Random& random, std::vector<int>& ids) const {
  // forward[i]: log of the summed weights of all segmentations of text[0 .. i).
  std::vector<double> forward(text.size() + 1, kUnreachable);
  std::vector<std::vector<Arc>> ending(text.size() + 1);
  forward[0] = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    double best = kUnreachable;
    const auto weight = [&](const Arc& arc) { return forward[arc.begin] + arc.piece.weight; };
    for (const Arc& arc : ending[i]) best = std::max(best, weight(arc));
    double sum = 0;
    for (const Arc& arc : ending[i]) sum += std::exp(weight(arc) - best);
    if (sum > 0) forward[i] = best + std::log(sum);
    if (forward[i] > kUnreachable) add_arcs(text, i, ending);
  }
  const auto first = static_cast<std::ptrdiff_t>(ids.size());
  for (std::size_t i = text.size(); i > 0;) {
    double rest = random.uniform();
    const Arc* drawn = nullptr;
    for (const Arc& arc : ending[i]) {
      drawn = &arc;
      rest -= std::exp(forward[arc.begin] + arc.piece.weight - forward[i]);
      if (rest < 0) break;
    }
    ids.push_back(drawn->piece.id);
    i = drawn->begin;
  }
  std::reverse(ids.begin() + first, ids.end());
}

}  // namespace heed
