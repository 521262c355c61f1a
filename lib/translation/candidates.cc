#include "translation/candidates.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "util/error.h"

namespace heed {
namespace {

/// Tokens of the vocabulary that stand for all; see Likelihoods.
constexpr int kSample = 128;

/// "<0x0A>" of byte fallback.
bool is_byte(const std::string& piece) {
  return piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with('>');
}

/// Tokens, each once, that come out in order.
class TokenSet {
 public:
  explicit TokenSet(int size) : bits_((static_cast<std::size_t>(size) + 63) / 64) {}

  void add(int token) {
    bits_[static_cast<std::size_t>(token) / 64] |= std::uint64_t{1} << (token % 64);
  }
  void add(std::span<const int> tokens) {
    for (const int token : tokens) add(token);
  }
  bool has(int token) const {
    return (bits_[static_cast<std::size_t>(token) / 64] >> (token % 64) & 1U) != 0;
  }
  std::vector<int> tokens() const {
    std::vector<int> result;
    for (std::size_t word = 0; word < bits_.size(); ++word) {
      for (std::uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1) {
        result.push_back(static_cast<int>(word * 64) + std::countr_zero(rest));
      }
    }
    return result;
  }

 private:
  std::vector<std::uint64_t> bits_;
};

/// Evenly spread tokens that are not in the set.
std::vector<int> sample_without(const TokenSet& set, int size) {
  std::vector<int> sample;
  const int count = std::min(kSample, size);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto token = static_cast<int>((2 * i + 1) * size / (2 * count));
    if (!set.has(token)) sample.push_back(token);
  }
  return sample;
}

}  // namespace

CandidateFinder::CandidateFinder(std::vector<const Shortlist*> shortlists, int most,
                                 const Tokenizer& source, const Tokenizer& target)
    : shortlists_(std::move(shortlists)), most_(most), size_(target.size()) {
  std::erase_if(shortlists_, [](const Shortlist* shortlist) { return shortlist->empty(); });
  if (shortlists_.empty()) {
    fail_usage("--shortlist needs a model that has one, found none; add it by heed shortlist");
  }
  always_ = {target.eos_id()};
  for (const Shortlist* shortlist : shortlists_) {
    always_.insert(always_.end(), shortlist->frequent.begin(), shortlist->frequent.end());
    if (!shortlist->probabilities.empty() || most_ == 0 || most_ >= shortlist->longest()) continue;
    fail_usage(
        "expected --shortlist without a number, found {}: this shortlist's targets are in no order",
        most_);
  }
  for (int id = 0; id < size_; ++id) {
    if (is_byte(target.piece(id))) bytes_.push_back(id);
  }
  for (int id = 0; id < source.size(); ++id) {
    same_.push_back(target.find_piece(source.piece(id)).value_or(-1));
  }
}

SentenceCandidates CandidateFinder::operator()(std::span<const int> source,
                                               std::span<const std::vector<int>> required) const {
  TokenSet set(size_);
  set.add(always_);
  for (const int token : source) {
    for (const Shortlist* shortlist : shortlists_) {
      const std::span<const int> targets = shortlist->of(token);
      const std::size_t most = most_ == 0 ? targets.size() : static_cast<std::size_t>(most_);
      set.add(targets.first(std::min(most, targets.size())));
    }
    if (same_[token] >= 0) set.add(same_[token]);
    if (std::ranges::binary_search(bytes_, same_[token])) set.add(bytes_);
  }
  for (const std::vector<int>& tokens : required) set.add(tokens);
  return {set.tokens(), sample_without(set, size_)};
}

}  // namespace heed
