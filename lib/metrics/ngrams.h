#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace heed {

/// A hash table of fixed capacity, for one sentence: counts are small and known beforehand, so
/// open addressing without growth or deletion is enough (and several times as fast as the
/// standard one).
template <class Key, class Hash>
class SentenceMap {
 public:
  explicit SentenceMap(std::size_t capacity) : slots_(4) {
    while (slots_.size() < 2 * capacity) slots_.resize(2 * slots_.size());
  }

  /// The value of `key`; `fresh` if it was unknown, and then stored.
  std::uint32_t insert(Key key, std::uint32_t fresh) {
    Slot& slot = slots_[locate(key)];
    if (slot.value == kEmpty) slot = {key, fresh};
    return slot.value;
  }

  /// The value of `key`, or kEmpty.
  std::uint32_t find(Key key) const { return slots_[locate(key)].value; }

  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

 private:
  struct Slot {
    Key key{};
    std::uint32_t value = kEmpty;
  };

  std::size_t locate(Key key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = Hash{}(key)&mask;
    while (slots_[at].value != kEmpty && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }

  std::vector<Slot> slots_;
};

/// Numbers the words of one sentence's references, so that n-grams are compared as numbers.
class WordIds {
 public:
  explicit WordIds(std::size_t max_words) : ids_(max_words) {}

  /// The words' numbers; a new word gets a new number.
  std::vector<std::uint32_t> add(std::span<const std::string_view> words);

  /// The words' numbers; an unknown word gets kUnknown, which occurs in no reference.
  std::vector<std::uint32_t> find(std::span<const std::string_view> words) const;

  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

 private:
  struct Hash {
    std::size_t operator()(std::string_view word) const {
      return std::hash<std::string_view>{}(word);
    }
  };

  SentenceMap<std::string_view, Hash> ids_;
  std::uint32_t next_ = 0;
};

/// The n-grams, 1 <= n <= order, of one sentence's references: a trie, in which a node's number
/// stands for its n-gram, so that an n-gram of any order is the pair of a node and one token.
class ReferenceNgrams {
 public:
  /// Room for references of `tokens` tokens in all.
  ReferenceNgrams(int order, std::size_t tokens);

  /// Counts the n-grams of a reference. Of several references the greatest count holds.
  void add(std::span<const std::uint32_t> tokens);

  /// Writes to matches[n - 1] how many n-grams of the hypothesis the references have, each at most
  /// as often as they have it (the "modified precision" of Papineni et al. 2002).
  void count_matches(std::span<const std::uint32_t> tokens, std::span<double> matches) const;

 private:
  struct Node {
    std::uint32_t greatest = 0;
    std::uint32_t count = 0;
    std::uint32_t reference = 0;  // which `count` belongs to
  };
  struct Hash {
    std::size_t operator()(std::uint64_t key) const {
      return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> 32);
    }
  };

  static std::uint64_t key(std::uint32_t parent, std::uint32_t token) {
    return std::uint64_t{parent} << 32 | token;
  }

  int order_;
  std::uint32_t references_ = 0;
  SentenceMap<std::uint64_t, Hash> children_;
  std::vector<Node> nodes_;
};

/// The number of n-grams in a sentence of `tokens` tokens.
inline double ngram_total(std::size_t tokens, int n) {
  const auto order = static_cast<std::size_t>(n);
  return tokens < order ? 0.0 : static_cast<double>(tokens - order + 1);
}

}  // namespace heed
