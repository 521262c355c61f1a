#include "data/pair_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "text/normalization.h"
#include "text/scripts.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_copy(const SentencePair& pair) {
  return split_words(pair.source) == split_words(pair.target);
}

/// Eight bytes at a time, each mixed into all bits.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = hash_seed(seed, {text.size()});
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(8, text.size()))) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), std::min(sizeof(bytes), text.size()));
    hash = mix_bits(hash ^ bytes);
  }
  return hash;
}

/// Numbers of 64 bits, in a table with open addresses that is at most two thirds full.
class NumberSet {
 public:
  /// Whether the number was not in it.
  bool insert(std::uint64_t number) {
    number += number == kFree ? 1 : 0;
    if (3 * (count_ + 1) > 2 * slots_.size()) grow();
    std::uint64_t& slot = *find(number);
    if (slot == number) return false;
    slot = number;
    ++count_;
    return true;
  }

 private:
  static constexpr std::uint64_t kFree = 0;

  /// Where the number is or would be.
  std::uint64_t* find(std::uint64_t number) {
    std::size_t i = number % slots_.size();
    while (slots_[i] != kFree && slots_[i] != number) i = (i + 1) % slots_.size();
    return &slots_[i];
  }

  void grow() {
    std::vector<std::uint64_t> before(std::max<std::size_t>(1024, 2 * slots_.size()), kFree);
    before.swap(slots_);
    for (const std::uint64_t number : before) {
      if (number != kFree) *find(number) = number;
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

auto unequal_lengths(double most) {
  return [most](const SentencePair& pair) {
    const auto [shorter, longer] =
        std::minmax({count_words(pair.source), count_words(pair.target)});
    return static_cast<double>(longer) > most * static_cast<double>(shorter);
  };
}

auto other_script(const std::vector<std::string>& names, double least) {
  if (names.size() > 2) {
    fail_usage(
        "expected one script for --filter-script, or the source's and the target's, found {}",
        names.size());
  }
  return [source = Scripts(names.front()), target = Scripts(names.back()),
          least](const SentencePair& pair) {
    return source.share(pair.source) < least || target.share(pair.target) < least;
  };
}

auto seen_before() {
  return [seen = NumberSet()](const SentencePair& pair) mutable {
    return !seen.insert(hash_text(pair.target, hash_text(pair.source, 0)));
  };
}

}  // namespace

std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  for (const std::string_view word : unicode_words(text)) {
    const auto alone =
        is_ascii(word) ? 0 : std::ranges::count_if(decode_utf8(word), is_written_without_blanks);
    count += std::max<std::size_t>(1, static_cast<std::size_t>(alone));
  }
  return count;
}

PairFilter::PairFilter(const DataOptions& options) {
  const double ratio = options.filter_ratio;
  if (ratio > 0 && ratio < 1) {
    fail_usage("expected 1 or more for --filter-ratio (such as 3), or 0 for none, found {:g}",
               ratio);
  }
  if (options.filter_identical) rules_.push_back({"with identical sides", is_copy});
  if (ratio > 0) {
    rules_.push_back({fmt::format("with over {:g} times as many words on one side", ratio),
                      unequal_lengths(ratio)});
  }
  if (!options.filter_script.empty()) {
    rules_.push_back(
        {fmt::format("with under {:g} % of letters in {}", 100 * options.filter_script_share,
                     fmt::join(options.filter_script, " and ")),
         other_script(options.filter_script, options.filter_script_share)});
  }
  if (options.filter_duplicates) rules_.push_back({"that came before", seen_before()});
}

bool PairFilter::keeps(const SentencePair& pair) {
  if (is_blank(pair.source) || is_blank(pair.target)) return true;
  const auto rule =
      std::ranges::find_if(rules_, [&](const Rule& each) { return each.drops(pair); });
  if (rule == rules_.end()) return true;
  ++rule->dropped;
  return false;
}

std::size_t PairFilter::dropped() const {
  return std::accumulate(rules_.begin(), rules_.end(), std::size_t{0},
                         [](std::size_t sum, const Rule& rule) { return sum + rule.dropped; });
}

std::string PairFilter::counts() const {
  std::vector<std::string> items;
  for (const Rule& rule : rules_) {
    items.push_back(
        fmt::format("{} {}", with_thousands(static_cast<std::int64_t>(rule.dropped)), rule.what));
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

}  // namespace heed
