#include "nn/spans.h"

#include <algorithm>
#include <vector>

namespace heed {

QueryRows sentence_spans(Tape& tape, std::span<const int> sentences, std::span<const int> offsets) {
  std::vector<AttentionSpan> spans;
  spans.reserve(sentences.size());
  int weights = 0;
  for (const int sentence : sentences) {
    const int keys = offsets[sentence + 1] - offsets[sentence];
    spans.push_back({offsets[sentence], keys, weights});
    weights += keys;
  }
  return {{tape.keep(std::span<const AttentionSpan>(spans)), {}}, tape.keep(sentences)};
}

Var gather_blocks(Var x, std::span<const AttentionSpan> blocks) {
  std::vector<int> rows;
  for (const AttentionSpan& block : blocks) {
    for (int key = 0; key < block.keys; ++key) rows.push_back(block.first_weight + key);
  }
  return gather_rows(x, x.tape().keep(std::span<const int>(rows)));
}

AttentionSpans self_spans(Tape& tape, std::span<const int> offsets, bool causal, int reach) {
  std::vector<AttentionSpan> spans;
  spans.reserve(offsets.back());
  int weights = 0;
  for (std::size_t sentence = 0; sentence + 1 < offsets.size(); ++sentence) {
    const int length = offsets[sentence + 1] - offsets[sentence];
    for (int token = 0; token < length; ++token) {
      const int first = token - std::min(token, reach);
      const int after = causal ? 0 : std::min(length - 1 - token, reach);
      const int keys = token + after + 1 - first;
      spans.push_back({offsets[sentence] + first, keys, weights});
      weights += keys;
    }
  }
  return {tape.keep(std::span<const AttentionSpan>(spans)), {}};
}

}  // namespace heed
