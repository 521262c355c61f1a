#include "data/augmenter.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "data/placeholders.h"
#include "text/noise.h"
#include "text/normalization.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/strings.h"

namespace heed {
namespace {

constexpr AugmentationShares kDefaultShares = {0.02, 0.12, 0.16, 0.04, 0.14, 0.03,
                                               0.01, 0.01, 0.1,  0.05, 0.02};
constexpr double kTypingErrors = 0.05;  // of the letters

void set_share(AugmentationShares& shares, std::string_view item) {
  const std::size_t colon = item.find(':');
  const std::string_view name = item.substr(0, colon);
  const auto found = std::ranges::find(kAugmentationNames, name);
  if (found == kAugmentationNames.end()) fail_unknown("--augment", name, kAugmentationNames);
  double share = -1;
  if (colon != std::string_view::npos) from_text("--augment", item.substr(colon + 1), share);
  if (!(share >= 0 && share <= 1)) {
    fail_usage("expected a share from 0 to 1 for {} in --augment, such as {}:0.05, found '{}'",
               name, name, item);
  }
  shares[static_cast<std::size_t>(found - kAugmentationNames.begin())] = share;
}

/// A line of words that can be changed.
class Words {
 public:
  explicit Words(std::string_view line) {
    for (const std::string_view word : split_words(line)) words_.emplace_back(word);
  }
  int size() const { return static_cast<int>(words_.size()); }
  std::string& operator[](int i) { return words_[static_cast<std::size_t>(i)]; }
  /// The first `count` of them.
  std::string joined(int count) const {
    return fmt::format("{}", fmt::join(words_.begin(), words_.begin() + count, " "));
  }
  std::string joined() const { return joined(size()); }

 private:
  std::vector<std::string> words_;
};

/// Puts the symbol for a word, but not for the punctuation around it.
void replace_word(std::string& word, const std::string& symbol) {
  const std::string_view core = strip_punctuation(word);
  word.replace(static_cast<std::size_t>(core.data() - word.data()), core.size(), symbol);
}

bool has_blank_side(const SentencePair& pair) {
  return is_blank(pair.source) || is_blank(pair.target);
}

}  // namespace

AugmentationShares parse_augmentation(std::string_view text) {
  AugmentationShares shares{};
  if (text == "none" || text == "auto") return shares;
  for (const std::string_view item : split_fields(text, ',')) {
    if (item == "default") {
      shares = kDefaultShares;
    } else {
      set_share(shares, item);
    }
  }
  return shares;
}

std::string in_other_case(std::string_view source, const AugmentationShares& shares,
                          Random& random) {
  const auto draws = [&](Augmentation kind) { return random.uniform() < shares[index_of(kind)]; };
  if (draws(Augmentation::kTitle)) return titlecase(source);
  if (!draws(Augmentation::kLower)) return std::string(source);
  return lowercase(random.below(2) == 0 ? uppercase(source) : std::string(source));
}

std::string describe_augmentation(std::string_view text) {
  const AugmentationShares shares = parse_augmentation(text);
  std::vector<std::string> items;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] > 0)
      items.push_back(fmt::format("{} {:g} %", kAugmentationNames[i], 100 * shares[i]));
  }
  return items.empty() ? "none" : fmt::format("{}", fmt::join(items, ", "));
}

Augmenter::Augmenter(const Corpus& corpus, const Tokenizer& tokenizer,
                     const AugmentationShares& shares, std::uint64_t seed)
    : corpus_(corpus), shares_(shares), seed_(seed) {
  const auto share = [&](Augmentation kind) { return shares[index_of(kind)]; };
  if (share(Augmentation::kCopy) > 0 && !has_placeholders(tokenizer)) {
    fail_usage(
        "--augment copy needs {} to {} in the vocabulary, which --vocab does not have; leave it "
        "out, or without --vocab let heed train make one",
        placeholder(1), placeholder(kPlaceholders));
  }
  if (share(Augmentation::kCopy) + share(Augmentation::kCut) > 0) lexicon_.emplace(corpus);
}

bool Augmenter::draws(Augmentation kind, Random& random) const {
  return random.uniform() < shares_[index_of(kind)];
}

/// Up to three placeholders behind pairs of words that translate each other, or in their place; one
/// at an end of both sides now and then, and where there are no such pairs.
void Augmenter::put_placeholders(SentencePair& pair, Random& random) const {
  auto links = lexicon_->links(pair.source, pair.target);
  random.shuffle(std::span(links));
  links.resize(std::min<std::size_t>(links.size(), random.below(4)));
  std::ranges::sort(links);
  Words source(pair.source), target(pair.target);
  int number = static_cast<int>(random.below(kPlaceholders - 2));
  for (const auto& [i, j] : links) {
    const std::string symbol = placeholder(++number);
    if (random.below(3) == 0) {
      replace_word(source[i], symbol);
      replace_word(target[j], symbol);
    } else {
      source[i] += ' ' + symbol;
      target[j] += ' ' + symbol;
    }
  }
  pair = {source.joined(), target.joined()};
  if (!links.empty()) return;
  const std::string symbol = placeholder(number + 1);
  pair = random.below(3) == 0
             ? SentencePair{symbol + ' ' + pair.source, symbol + ' ' + pair.target}
             : SentencePair{pair.source + ' ' + symbol, pair.target + ' ' + symbol};
}

/// Where all words before one place of the source are linked to words before one of the target.
void Augmenter::cut(SentencePair& pair, Random& random) const {
  const auto links = lexicon_->links(pair.source, pair.target);
  std::vector<std::pair<int, int>> places;
  int last = -1;
  for (std::size_t n = 0; n + 1 < links.size(); ++n) {
    last = std::max(last, links[n].second);
    const auto is_after = [&](const auto& link) { return link.second > last; };
    const bool has_words = links[n].first > 0 && last > 0;
    if (has_words &&
        std::all_of(links.begin() + static_cast<std::ptrdiff_t>(n) + 1, links.end(), is_after)) {
      places.emplace_back(links[n].first + 1, last + 1);
    }
  }
  if (places.empty()) return;
  const auto [i, j] = places[random.below(places.size())];
  pair = {Words(pair.source).joined(i), Words(pair.target).joined(j)};
}

void Augmenter::make_noise(SentencePair& pair, Random& random) const {
  std::string& source = pair.source;
  if (draws(Augmentation::kPunctuation, random)) source = with_other_punctuation(source, random);
  if (draws(Augmentation::kTypo, random)) source = with_typos(source, kTypingErrors, random);
  if (draws(Augmentation::kDiacritics, random)) source = without_diacritics(source);
  if (draws(Augmentation::kUpper, random)) {
    pair = {uppercase(source), uppercase(pair.target)};
  } else {
    source = in_other_case(source, shares_, random);
  }
  if (draws(Augmentation::kDecompose, random)) source = decomposed(source);
  if (draws(Augmentation::kSpaces, random)) source = with_doubled_spaces(source, random);
}

SentencePair Augmenter::pair(std::size_t draw, std::uint64_t epoch) const {
  Random random(hash_seed(seed_, {epoch, draw}));
  SentencePair pair = corpus_.pair(draw % corpus_.size());
  if (has_blank_side(pair)) return pair;
  if (draws(Augmentation::kCut, random)) cut(pair, random);
  if (draws(Augmentation::kJoin, random)) {
    const SentencePair other = corpus_.pair(random.below(corpus_.size()));
    if (!has_blank_side(other)) {
      pair = {pair.source + ' ' + other.source, pair.target + ' ' + other.target};
    }
  }
  make_noise(pair, random);
  if (draws(Augmentation::kCopy, random)) put_placeholders(pair, random);
  return pair;
}

}  // namespace heed
