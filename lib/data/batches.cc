#include "data/batches.h"

#include <utility>

namespace heed {

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

}  // namespace heed
