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

void expect_room(std::int64_t weights, int longest) {
  // Scores and weights of one head in one layer, the least of all that can be.
  const std::uint64_t needed = 2 * sizeof(float) * static_cast<std::uint64_t>(weights);
  if (needed < kAlwaysThere) return;
  const std::uint64_t available = available_memory();
  if (needed > available) {
    fail(
        "expected lines whose attention fits in memory, found one of {} tokens that needs at least "
        "{} where {} are available; lower --max-length or --mini-batch-words",
        with_thousands(longest), human_size(needed), human_size(available));
  }
  if (weights <= std::numeric_limits<int>::max()) return;
  fail(
      "expected fewer than 2^31 attention weights in a batch, found {} in one with a line of {} "
      "tokens; lower --max-length or --mini-batch-words",
      with_thousands(weights), with_thousands(longest));
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
  expect_room(weights, longest);
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
      const int first = token - std::min(token, reach);
      const int after = causal ? 0 : std::min(length - 1 - token, reach);
      const int keys = token + after + 1 - first;
      spans.push_back({offsets[sentence] + first, keys, weights});
      weights += keys;
    }
  }
  expect_room(weights, longest);
  return keep_spans(tape, spans);
}

}  // namespace heed
