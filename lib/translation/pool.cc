#include "translation/pool.h"

#include <algorithm>
#include <utility>

#include "data/batcher.h"

namespace heed {

namespace {

/// Sampling must not depend on the lines before, so a line's parts have numbers of their own.
std::uint64_t sentence_number(std::size_t line, int part) {
  return (static_cast<std::uint64_t>(line) << 24) + static_cast<std::uint64_t>(part);
}

/// Batches of sentence pairs of similar length, where both sides count.
std::vector<Batch> make_pair_batches(const Ragged& sources, const Ragged& targets,
                                     const BatchSize& most) {
  Ragged pairs;
  for (int i = 0; i < sources.size(); ++i) {
    std::vector<int> both(sources[i].begin(), sources[i].end());
    both.insert(both.end(), targets[i].begin(), targets[i].end());
    pairs.add(both);
  }
  std::vector<Batch> batches = make_batches(pairs, {}, {2 * most.words, most.sentences});
  for (Batch& batch : batches) {
    batch.source = {};
    for (const std::size_t i : batch.lines) {
      batch.source.add(sources[static_cast<int>(i)]);
      batch.target.add(targets[static_cast<int>(i)]);
    }
  }
  return batches;
}

}  // namespace

void TranslationPool::add(PreparedLine line, std::string tag) {
  weight_ += line.ids.size() + line.target.size() + 1;
  lines_.push_back(std::move(line));
  tags_.push_back(std::move(tag));
}

void TranslationPool::add_sentence(const PreparedLine& line, int part) {
  const auto add_with_end = [](std::vector<int> ids, int eos, Ragged& to) {
    ids.push_back(eos);
    to.add(ids);
  };
  const int begin = part == 0 ? 0 : line.ends[part - 1];
  add_with_end({line.ids.begin() + begin, line.ids.begin() + line.ends[part]},
               context_.tokenizers.source.eos_id(), sources_);
  if (context_.scores_targets) {
    add_with_end(line.target, context_.tokenizers.target.eos_id(), targets_);
  }
  copies_.push_back(line.has_copied_spans());
  prefixes_.push_back(part == 0 ? line.target : std::vector<int>());
  numbers_.push_back(sentence_number(line.number, part));
}

/// A small pool is cut into as many batches as there are workers, but not into crumbs.
void TranslationPool::close() {
  for (const PreparedLine& line : lines_) {
    for (std::size_t part = 0; part < line.ends.size(); ++part) {
      add_sentence(line, static_cast<int>(part));
    }
  }
  constexpr int kFewWords = 100;
  const int workers = static_cast<int>(context_.workers.size());
  const int share = std::max(kFewWords, (sources_.rows() + workers - 1) / workers);
  const BatchSize most{std::min(share, context_.options.mini_batch_words),
                       context_.options.mini_batch};
  batches_ = context_.scores_targets ? make_pair_batches(sources_, targets_, most)
                                     : make_batches(sources_, {}, most);
  found_.resize(sources_.size());
}

/// Attention says where copied spans go.
SearchRules TranslationPool::rules_for(const Batch& batch) const {
  SearchRules rules = context_.rules;
  for (const std::size_t sentence : batch.lines) {
    rules.attention = rules.attention || copies_[sentence];
  }
  return rules;
}

void TranslationPool::run(int worker, int task) {
  TranslationWorker& tools = *context_.workers[worker];
  const Batch& batch = batches_[task];
  std::vector<std::vector<Hypothesis>> found;
  if (context_.scores_targets) {
    const bool with_attention = context_.options.alignment.form != AlignmentForm::kNone;
    for (Hypothesis& h :
         tools.scorer.score(batch, context_.options.search.normalize, with_attention)) {
      found.emplace_back().push_back(std::move(h));
    }
  } else {
    std::vector<std::vector<int>> prefixes;
    std::vector<std::uint64_t> numbers;
    for (const std::size_t sentence : batch.lines) {
      prefixes.push_back(prefixes_[sentence]);
      numbers.push_back(numbers_[sentence]);
    }
    tools.stepper.begin(batch.source);
    found = beam_search(tools.stepper, rules_for(batch), {prefixes, numbers});
  }
  for (std::size_t i = 0; i < found.size(); ++i) found_[batch.lines[i]] = std::move(found[i]);
}

void TranslationPool::deliver() {
  const Assembler assembler(context_.tokenizers, context_.options);
  std::vector<TranslatedLine> results;
  results.reserve(lines_.size());
  std::span<const std::vector<Hypothesis>> rest(found_);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    TranslatedLine& result =
        results.emplace_back(assembler.assemble(lines_[i], rest.first(lines_[i].ends.size())));
    if (context_.scores_targets) result.translations.front().text = lines_[i].target_text;
    result.tag = std::move(tags_[i]);
    rest = rest.subspan(lines_[i].ends.size());
  }
  context_.write(results);
}

}  // namespace heed
