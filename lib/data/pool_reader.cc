#include "data/pool_reader.h"

#include <algorithm>
#include <utility>

#include "data/batches.h"
#include "data/placeholders.h"
#include "util/fields.h"
#include "util/random.h"

namespace heed {
namespace {

// Streams of random numbers that are derived from the seed.
constexpr std::uint64_t kOrder = 1;
constexpr std::uint64_t kBatches = 2;
constexpr std::uint64_t kSourceSegmentation = 3;
constexpr std::uint64_t kTargetSegmentation = 4;
constexpr std::uint64_t kAugmentation = 5;
constexpr std::uint64_t kMixture = 6;

}  // namespace

PoolReader::PoolReader(const Corpus& corpus, Tokenizer source, Tokenizer target,
                       const DataOptions& options, std::uint64_t seed, CompleteBatch complete)
    : corpus_(corpus),
      source_(make_side(std::move(source), options)),
      target_(make_side(std::move(target), options)),
      options_(options),
      seed_(seed),
      complete_(std::move(complete)),
      has_placeholders_(has_placeholders(source_.tokenizer)),
      augmenter_(make_augmenter()),
      pool_size_(choose_pool_size()) {}

std::optional<Augmenter> PoolReader::make_augmenter() const {
  AugmentationShares shares = parse_augmentation(options_.augment);
  if (options_.augment == "default" && !has_placeholders_) {
    shares[index_of(Augmentation::kCopy)] = 0;
  }
  if (shares == AugmentationShares{}) return std::nullopt;
  return Augmenter(corpus_, source_.tokenizer, shares, hash_seed(seed_, {kAugmentation}));
}

SentencePair PoolReader::read_pair(std::size_t draw, bool augmented) const {
  SentencePair pair =
      augmented ? augmenter_->pair(draw, epoch_) : corpus_.pair(draw % corpus_.size());
  return has_placeholders_ ? mask_pair(pair, source_.tokenizer) : pair;
}

PoolReader::Side PoolReader::make_side(Tokenizer tokenizer, const DataOptions& options) {
  check_fields(options);
  Side side{.tokenizer = std::move(tokenizer), .sampler = {}};
  if (options.subword_sampling > 0) side.sampler.emplace(side.tokenizer, options.subword_sampling);
  return side;
}

/// maxi_batch batches of average sentences, by lines from all over the corpus.
std::size_t PoolReader::choose_pool_size() const {
  constexpr std::size_t kLooks = 500;
  const std::size_t looks = std::min(kLooks, corpus_.size());
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < looks; ++i) {
    const std::string line = corpus_.target(i * corpus_.size() / looks);
    const std::size_t length = encode_sentence(target_.tokenizer, line).size();
    tokens += std::min<std::size_t>(length, options_.max_length);
  }
  const auto budget = static_cast<double>(options_.maxi_batch) * options_.mini_batch_words;
  double pairs = budget * static_cast<double>(looks) / static_cast<double>(tokens);
  if (options_.mini_batch > 0) {
    pairs = std::min(pairs, static_cast<double>(options_.maxi_batch) * options_.mini_batch);
  }
  constexpr double kMost = 1 << 20;  // for memory's sake
  return static_cast<std::size_t>(std::clamp(pairs, 1.0, kMost));
}

void PoolReader::start_epoch(std::uint64_t epoch) {
  order_ = {};  // before there is another of them
  order_ = corpus_.mixture().draws(epoch, hash_seed(seed_, {kMixture}));
  Random(hash_seed(seed_, {kOrder, epoch})).shuffle(std::span(order_));
  epoch_ = epoch;
}

std::vector<int> PoolReader::encode(const Side& side, const std::string& line, std::size_t draw,
                                    std::uint64_t stream) const {
  if (!side.sampler) return encode_sentence(side.tokenizer, line);
  Random random(hash_seed(seed_, {stream, epoch_, draw}));
  std::vector<int> ids = side.sampler->encode(line, random);
  ids.push_back(side.tokenizer.eos_id());
  return ids;
}

void PoolReader::add_pair(std::size_t draw, bool augmented, Pairs& pairs) const {
  const SentencePair pair = read_pair(draw, augmented);
  const auto source = encode(source_, pair.source, draw, kSourceSegmentation);
  const auto target = encode(target_, pair.target, draw, kTargetSegmentation);
  const auto [shorter, longer] = std::minmax({source.size(), target.size()});
  if (shorter == 1) {
    ++pairs.left_out.empty;
  } else if (longer > static_cast<std::size_t>(options_.max_length) + 1) {
    if (augmented) return add_pair(draw, false, pairs);  // it may fit as it is
    ++pairs.left_out.too_long;
  } else {
    pairs.source.add(source);
    pairs.target.add(target);
    pairs.lines.push_back(draw % corpus_.size());
  }
}

/// Of sentences of like length, in random order; numbers in the pool.
std::vector<std::vector<int>> PoolReader::sort_into_batches(const Pairs& pairs,
                                                            std::uint64_t pool) const {
  const auto order = sorted_by(pairs.source.size(), [&](int i) {
    return std::pair(pairs.target.length(i), pairs.source.length(i));
  });
  auto batches = cut(order, pairs.target, {options_.mini_batch_words, options_.mini_batch});
  Random(hash_seed(seed_, {kBatches, epoch_, pool})).shuffle(std::span(batches));
  return batches;
}

Batch PoolReader::make_batch(const Pairs& pairs, const std::vector<int>& numbers) const {
  Batch batch;
  for (const int i : numbers) {
    batch.source.add(pairs.source[i]);
    batch.target.add(pairs.target[i]);
    batch.lines.push_back(pairs.lines[static_cast<std::size_t>(i)]);
  }
  if (complete_) complete_(batch);
  return batch;
}

Pool PoolReader::read(std::uint64_t epoch, std::uint64_t pool, const std::atomic<bool>& cancelled) {
  if (order_.empty() || epoch != epoch_) start_epoch(epoch);
  const std::size_t begin = std::min(pool * pool_size_, order_.size());
  const std::size_t end = std::min(begin + pool_size_, order_.size());
  Pairs pairs;
  for (std::size_t i = begin; i < end && !cancelled; ++i) {
    add_pair(order_[i], augmenter_.has_value(), pairs);
  }
  Pool result{.batches = {}, .left_out = pairs.left_out, .is_last = end == order_.size()};
  for (const std::vector<int>& numbers : sort_into_batches(pairs, pool)) {
    if (cancelled) break;
    result.batches.push_back(make_batch(pairs, numbers));
  }
  return result;
}

}  // namespace heed
