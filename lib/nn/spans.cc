#include "nn/spans.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "tensor/size.h"
#include "util/memory.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::uint64_t kAlwaysThere = std::uint64_t{1} << 28;  // what is not worth asking for

}  // namespace

QueryRows QueryRows::first(int count) const {
  const std::int64_t weights =
      count == spans.rows.size() ? spans.weights : spans.rows.host[count].first_weight;
  return {{spans.rows.range(0, count), spans.key_rows, weights}, sentences.range(0, count)};
}

void expect_room(std::int64_t numbers, int longest) {
  const std::uint64_t needed = sizeof(float) * static_cast<std::uint64_t>(numbers);
  if (needed < kAlwaysThere) return;
  const std::uint64_t available = available_memory();
  if (needed <= available) return;
  fail(
      "expected lines that fit in memory, found one of {} tokens that needs at least "
      "{} where {} are available; lower --max-length or --mini-batch-words",
      with_thousands(longest), human_size(needed), human_size(available));
}

namespace {

/// The same for scores and weights of one head in one layer, the least that can be, which kernels
/// number with ints.
void expect_weights(std::int64_t weights, int longest) {
  expect_room(2 * weights, longest);
  if (weights <= std::numeric_limits<int>::max()) return;
  fail(
      "expected fewer than 2^31 attention weights in a batch, found {} in one with a line of {} "
      "tokens; lower --max-length or --mini-batch-words",
      with_thousands(weights), with_thousands(longest));
}

/// The keys, from `first` on, that token `token` of a sentence sees.
struct SelfKeys {
  int first, keys;

  SelfKeys(int token, int length, bool causal, int reach)
      : first(token - std::min(token, reach)),
        keys(token + (causal ? 0 : std::min(length - 1 - token, reach)) + 1 - first) {}
};

}  // namespace

std::int64_t pairs_of(std::span<const int> source_offsets, std::span<const int> target_offsets) {
  std::int64_t pairs = 0;
  for (std::size_t i = 0; i + 1 < target_offsets.size(); ++i) {
    pairs += std::int64_t{source_offsets[i + 1] - source_offsets[i]} *
             (target_offsets[i + 1] - target_offsets[i]);
  }
  return pairs;
}

std::int64_t self_weights(std::span<const int> offsets, bool causal, int reach) {
  std::int64_t weights = 0;
  for (std::size_t sentence = 0; sentence + 1 < offsets.size(); ++sentence) {
    const int length = offsets[sentence + 1] - offsets[sentence];
    for (int token = 0; token < length; ++token) {
      weights += SelfKeys(token, length, causal, reach).keys;
    }
  }
  return weights;
}

QueryRows sentence_spans(Tape& tape, std::span<const int> sentences, std::span<const int> offsets) {
  std::vector<AttentionSpan> spans;
  spans.reserve(sentences.size());
  std::int64_t weights = 0;
  int longest = 0;
  for (const int sentence : sentences) {
    const int keys = offsets[sentence + 1] - offsets[sentence];
    spans.push_back({offsets[sentence], keys, weights});
    weights += keys;
    longest = std::max(longest, keys);
  }
  expect_weights(weights, longest);
  return {keep_spans(tape, spans), tape.keep(sentences)};
}

Var sentence_means(Var x, std::span<const int> offsets) {
  Tape& tape = x.tape();
  std::vector<int> sentences(offsets.size() - 1);
  std::iota(sentences.begin(), sentences.end(), 0);
  const QueryRows rows = sentence_spans(tape, sentences, offsets);
  std::vector<float> shares;
  for (const AttentionSpan& span : rows.spans.rows.host) {
    shares.insert(shares.end(), span.keys, 1 / static_cast<float>(span.keys));
  }
  const Tensor weights = tape.allocate(std::ssize(shares), 1);  // [N, 1]
  tape.backend().write(shares, weights);
  return weighted_sum(tape.constant(weights), x, 1, rows.spans);
}

Var gather_blocks(Var x, std::span<const AttentionSpan> blocks) {
  std::vector<int> rows;
  for (const AttentionSpan& block : blocks) {
    for (int key = 0; key < block.keys; ++key)
      rows.push_back(static_cast<int>(block.first_weight) + key);
  }
  return gather_rows(x, x.tape().keep(rows));
}

AttentionSpans self_spans(Tape& tape, std::span<const int> offsets, bool causal, int reach) {
  std::vector<AttentionSpan> spans;
  spans.reserve(offsets.back());
  std::int64_t weights = 0;
  int longest = 0;
  for (std::size_t sentence = 0; sentence + 1 < offsets.size(); ++sentence) {
    const int length = offsets[sentence + 1] - offsets[sentence];
    longest = std::max(longest, length);
    for (int token = 0; token < length; ++token) {
      const SelfKeys seen(token, length, causal, reach);
      spans.push_back({offsets[sentence] + seen.first, seen.keys, weights});
      weights += seen.keys;
    }
  }
  expect_weights(weights, longest);
  return keep_spans(tape, spans);
}

}  // namespace heed
