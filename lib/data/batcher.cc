#include "data/batcher.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "data/placeholders.h"
#include "util/error.h"
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

/// Cuts sentences, in the given order, into runs of at most `most`, by tokens of `side`.
std::vector<std::vector<int>> cut(const std::vector<int>& order, const Ragged& side,
                                  const BatchSize& most) {
  std::vector<std::vector<int>> batches;
  int room = 0;
  for (const int sentence : order) {
    const int length = side.length(sentence);
    const bool is_full = most.sentences > 0 && !batches.empty() &&
                         std::cmp_equal(batches.back().size(), most.sentences);
    if (batches.empty() || length > room || is_full) {
      batches.emplace_back();
      room = most.words;
    }
    batches.back().push_back(sentence);
    room -= length;
  }
  return batches;
}

/// The numbers 0 .. count - 1, ordered by a key; equal keys in their own order.
template <class Key>
std::vector<int> sorted_by(int count, const Key& key) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
  return order;
}

}  // namespace

std::vector<int> encode_sentence(const Tokenizer& tokenizer, std::string_view line) {
  std::vector<int> ids = tokenizer.encode(line);
  ids.push_back(tokenizer.eos_id());
  return ids;
}

std::vector<Batch> make_batches(const Ragged& sources, const Ragged& targets,
                                const BatchSize& most) {
  const bool with_targets = targets.size() > 0;
  const auto order = sorted_by(sources.size(), [&](int i) {
    return std::pair(-sources.length(i), with_targets ? -targets.length(i) : 0);
  });
  std::vector<Batch> batches;
  for (const std::vector<int>& sentences : cut(order, sources, most)) {
    Batch& batch = batches.emplace_back();
    for (const int i : sentences) {
      batch.source.add(sources[i]);
      if (with_targets) batch.target.add(targets[i]);
      batch.lines.push_back(static_cast<std::size_t>(i));
    }
  }
  return batches;
}

Batcher::Batcher(const Corpus& corpus, Tokenizer source, Tokenizer target,
                 const DataOptions& options, std::uint64_t seed)
    : corpus_(corpus),
      source_(make_side(std::move(source), options)),
      target_(make_side(std::move(target), options)),
      options_(options),
      seed_(seed),
      has_placeholders_(has_placeholders(source_.tokenizer)),
      augmenter_(make_augmenter()) {
  if (corpus.size() > std::numeric_limits<std::uint32_t>::max()) {
    fail("expected at most 2^32 sentence pairs, found {}; split the corpus", corpus.size());
  }
  pool_size_ = choose_pool_size();
}

std::optional<Augmenter> Batcher::make_augmenter() const {
  AugmentationShares shares = parse_augmentation(options_.augment);
  if (options_.augment == "default" && !has_placeholders_) {
    shares[index_of(Augmentation::kCopy)] = 0;
  }
  if (shares == AugmentationShares{}) return std::nullopt;
  return Augmenter(corpus_, source_.tokenizer, shares, hash_seed(seed_, {kAugmentation}));
}

SentencePair Batcher::read_pair(std::size_t line, bool augmented) const {
  SentencePair pair = augmented ? augmenter_->pair(line, position_.epoch) : corpus_.pair(line);
  return has_placeholders_ ? mask_pair(pair, source_.tokenizer) : pair;
}

Batcher::Side Batcher::make_side(Tokenizer tokenizer, const DataOptions& options) {
  check_fields(options);
  Side side{.tokenizer = std::move(tokenizer), .sampler = {}};
  if (options.subword_sampling > 0) side.sampler.emplace(side.tokenizer, options.subword_sampling);
  return side;
}

/// maxi_batch batches of average sentences, by lines from all over the corpus.
std::size_t Batcher::choose_pool_size() const {
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

std::uint64_t Batcher::pool_count() const { return (corpus_.size() + pool_size_ - 1) / pool_size_; }

void Batcher::start_epoch() {
  order_.resize(corpus_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  Random(hash_seed(seed_, {kOrder, position_.epoch})).shuffle(std::span(order_));
  left_out_ = {};
  has_batches_ = position_.pool > 0;  // after a seek, earlier pools are taken to have some
}

std::vector<int> Batcher::encode(const Side& side, const std::string& line, std::size_t number,
                                 std::uint64_t stream) const {
  if (!side.sampler) return encode_sentence(side.tokenizer, line);
  Random random(hash_seed(seed_, {stream, position_.epoch, number}));
  std::vector<int> ids = side.sampler->encode(line, random);
  ids.push_back(side.tokenizer.eos_id());
  return ids;
}

void Batcher::add_pair(std::size_t line, bool augmented) {
  const SentencePair pair = read_pair(line, augmented);
  const auto source = encode(source_, pair.source, line, kSourceSegmentation);
  const auto target = encode(target_, pair.target, line, kTargetSegmentation);
  const auto [shorter, longer] = std::minmax({source.size(), target.size()});
  if (shorter == 1) {
    ++left_out_.empty;
  } else if (longer > static_cast<std::size_t>(options_.max_length) + 1) {
    if (augmented) return add_pair(line, false);  // it may fit as it is
    ++left_out_.too_long;
  } else {
    pool_->source.add(source);
    pool_->target.add(target);
    pool_->lines.push_back(line);
  }
}

void Batcher::read_pool() {
  if (order_.empty()) start_epoch();
  pool_.emplace();
  const std::size_t begin = position_.pool * pool_size_;
  const std::size_t end = std::min(begin + pool_size_, order_.size());
  for (std::size_t i = begin; i < end; ++i) add_pair(order_[i], augmenter_.has_value());
  const auto order = sorted_by(pool_->source.size(), [&](int i) {
    return std::pair(pool_->target.length(i), pool_->source.length(i));
  });
  pool_->batches = cut(order, pool_->target, {options_.mini_batch_words, options_.mini_batch});
  Random random(hash_seed(seed_, {kBatches, position_.epoch, position_.pool}));
  random.shuffle(std::span(pool_->batches));
  has_batches_ = has_batches_ || !pool_->batches.empty();
}

void Batcher::end_epoch() {
  if (!has_batches_) {
    fail(
        "expected sentence pairs to train on, found {} with an empty side and {} with more than {} "
        "tokens; raise --max-length or correct the corpus",
        left_out_.empty, left_out_.too_long, options_.max_length);
  }
  position_ = {position_.epoch + 1, 0, 0};
  order_.clear();
}

std::optional<Batch> Batcher::next() {
  for (; position_.pool < pool_count(); ++position_.pool, position_.batch = 0, pool_.reset()) {
    if (!pool_) read_pool();
    if (position_.batch >= pool_->batches.size()) continue;
    Batch batch;
    for (const int i : pool_->batches[position_.batch]) {
      batch.source.add(pool_->source[i]);
      batch.target.add(pool_->target[i]);
      batch.lines.push_back(pool_->lines[static_cast<std::size_t>(i)]);
    }
    ++position_.batch;
    return batch;
  }
  end_epoch();
  return std::nullopt;
}

void Batcher::seek(const DataPosition& position) {
  if (position.epoch != position_.epoch) order_.clear();
  position_ = position;
  pool_.reset();
  left_out_ = {};
  has_batches_ = position.pool > 0;
}

}  // namespace heed
