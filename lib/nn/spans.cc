#include "nn/spans.h"

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

AttentionSpans self_spans(Tape& tape, std::span<const int> offsets, bool causal) {
  std::vector<AttentionSpan> spans;
  spans.reserve(offsets.back());
  int weights = 0;
  for (std::size_t sentence = 0; sentence + 1 < offsets.size(); ++sentence) {
    const int length = offsets[sentence + 1] - offsets[sentence];
    for (int token = 0; token < length; ++token) {
      const int keys = causal ? token + 1 : length;
      spans.push_back({offsets[sentence], keys, weights});
      weights += keys;
    }
  }
  return {tape.keep(std::span<const AttentionSpan>(spans)), {}};
}

}  // namespace heed
