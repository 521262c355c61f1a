#include "translation/pool.h"

#include <algorithm>
#include <utility>

#include "data/batches.h"
#include "translation/target_tag.h"
#include "util/error.h"

namespace heed {

namespace {

constexpr std::size_t kLinesOfAPart = 32;  // that a worker prepares at a time

/// Sampling must not depend on the lines before, so a line's parts have numbers of their own.
std::uint64_t sentence_number(std::size_t line, int part) {
  return (static_cast<std::uint64_t>(line) << 24) + static_cast<std::uint64_t>(part);
}

/// A part's share of the line's bytes.
int bytes_of_part(const PreparedLine& line, int tokens) {
  const double share = static_cast<double>(tokens) / static_cast<double>(line.ids.size());
  return static_cast<int>(std::min(share * static_cast<double>(line.text.size()), 1e9));
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

void WorkerPool::GiveBack::operator()(TranslationWorker* worker) const {
  const std::lock_guard lock(pool->mutex_);
  pool->idle_.emplace_back(worker);
}

WorkerPool::Lease WorkerPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return {new TranslationWorker(models_, choice_), {this}};
  Lease lease(idle_.back().release(), {this});
  idle_.pop_back();
  return lease;
}

void TranslationPool::add(GivenLine line) {
  constexpr std::size_t kBytesOfAToken = 4;
  weight_ += (line.line.text.size() + line.line.target.size()) / kBytesOfAToken + 1;
  given_.push_back(std::move(line));
  lines_.emplace_back();
}

int TranslationPool::parts() const {
  return static_cast<int>((given_.size() + kLinesOfAPart - 1) / kLinesOfAPart);
}

PreparedLine TranslationPool::prepare(GivenLine& given) const {
  auto& [number, line, preparer] = given;
  if (line.is_invalid_json && context_.options.invalid_json == InvalidJson::kCopy) {
    return PreparedLine::copied(number, std::move(line.text));
  }
  if (context_.scores_targets) {
    return preparer->prepare_pair(number, std::move(line.text), std::move(line.target));
  }
  if (context_.options.sampling && !line.constraints.empty()) {
    fail("expected no constraints in line {}, found {} of them with --sampling; they need a search",
         number, line.constraints.size());
  }
  const bool is_html = line.markup == Markup::kNone && context_.options.html;
  return preparer->prepare(number, std::move(line.text), std::move(line.target),
                           is_html ? Markup::kHtml : line.markup, std::move(line.constraints));
}

void TranslationPool::prepare_part(int part) {
  const std::size_t first = static_cast<std::size_t>(part) * kLinesOfAPart;
  for (std::size_t i = first; i < std::min(first + kLinesOfAPart, given_.size()); ++i) {
    try {
      lines_[i] = prepare(given_[i]);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (i < failed_) error_ = std::current_exception();
      failed_ = std::min(failed_, i);
      return;
    }
  }
}

void TranslationPool::add_sentence(const PreparedLine& line, int part) {
  const int begin = part == 0 ? 0 : line.ends[part - 1];
  sources_.add(line.sentence(part, context_.tokenizers.source.eos_id()));
  if (context_.scores_targets) {
    targets_.add(line.target_sentence(context_.tokenizers.target.eos_id()));
  }
  needs_attention_.push_back(line.needs_attention());
  prefixes_.push_back(part == 0 ? line.target : std::vector<int>());
  constraints_.push_back(part == 0 ? line.phrases : std::vector<std::vector<int>>());
  numbers_.push_back(sentence_number(line.number, part));
  bytes_.push_back(bytes_of_part(line, line.ends[part] - begin));
}

void TranslationPool::add_tasks() {
  if (std::exchange(is_prepared_, true)) return;
  if (error_) lines_.resize(failed_);
  make_batches();
}

/// A small pool is cut into as many batches as there are workers, but not into crumbs.
void TranslationPool::make_batches() {
  for (const PreparedLine& line : lines_) {
    for (std::size_t part = 0; part < line.ends.size(); ++part) {
      add_sentence(line, static_cast<int>(part));
    }
  }
  constexpr int kFewWords = 100;
  const int share =
      std::max(kFewWords, (sources_.rows() + context_.threads - 1) / context_.threads);
  const BatchSize most{std::min(share, context_.options.mini_batch_words),
                       context_.options.mini_batch};
  batches_ = context_.scores_targets ? make_pair_batches(sources_, targets_, most)
                                     : heed::make_batches(sources_, {}, most);
  found_.resize(sources_.size());
}

/// Attention says where copied spans and tags go.
SearchRules TranslationPool::rules_for(const Batch& batch) const {
  SearchRules rules = context_.rules;
  for (const std::size_t sentence : batch.lines) {
    rules.attention = rules.attention || needs_attention_[sentence];
  }
  return rules;
}

/// Each sentence's own, so that they don't depend on its neighbours.
Candidates TranslationPool::candidates(const Batch& batch) const {
  Candidates result;
  if (context_.candidates == nullptr) return result;
  for (int b = 0; b < batch.source.size(); ++b) {
    std::vector<std::vector<int>> required = constraints_[batch.lines[b]];
    required.push_back(prefixes_[batch.lines[b]]);
    result.add((*context_.candidates)(batch.source[b], required));
  }
  return result;
}

std::vector<std::vector<Hypothesis>> TranslationPool::search(EnsembleStepper& stepper,
                                                             const Batch& batch) const {
  std::vector<std::vector<int>> prefixes;
  std::vector<std::uint64_t> numbers;
  std::vector<int> bytes;
  std::vector<std::vector<std::vector<int>>> constraints;
  for (const std::size_t sentence : batch.lines) {
    prefixes.push_back(prefixes_[sentence]);
    numbers.push_back(numbers_[sentence]);
    bytes.push_back(bytes_[sentence]);
    constraints.push_back(constraints_[sentence]);
  }
  const bool has_constraints =
      std::ranges::any_of(constraints, [](const auto& phrases) { return !phrases.empty(); });
  if (!has_constraints) constraints.clear();
  stepper.begin(batch.source, candidates(batch));
  return beam_search(stepper, rules_for(batch), {prefixes, numbers, bytes, constraints});
}

void TranslationPool::run(int /*thread*/, int task) {
  if (task < parts()) {
    prepare_part(task);
  } else {
    translate(batches_[task - parts()]);
  }
}

void TranslationPool::translate(const Batch& batch) {
  const WorkerPool::Lease tools = context_.workers.take();
  std::vector<std::vector<Hypothesis>> found;
  if (context_.scores_targets) {
    const bool with_attention = context_.options.alignment.form != AlignmentForm::kNone;
    for (Hypothesis& h :
         tools->scorer.score(batch, context_.options.search.normalize, with_attention)) {
      found.emplace_back().push_back(std::move(h));
    }
  } else {
    found = search(tools->stepper, batch);
  }
  for (std::size_t i = 0; i < found.size(); ++i) found_[batch.lines[i]] = std::move(found[i]);
}

void TranslationPool::deliver() {
  const Assembler assembler(context_.tokenizers, context_.options);
  std::vector<TranslatedLine> results;
  results.reserve(lines_.size());
  std::span<std::vector<Hypothesis>> rest(found_);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    context_.report(lines_[i], given_[i]);
    const auto parts = rest.first(lines_[i].ends.size());
    for (std::vector<Hypothesis>& part : parts) {
      for (Hypothesis& h : part) leave_out_tag(h.attention, lines_[i].tag.size());
    }
    TranslatedLine& result = results.emplace_back(assembler.assemble(lines_[i], parts));
    if (context_.scores_targets) result.translations.front().text = lines_[i].target_text;
    result.tag = std::move(given_[i].line.tag);
    rest = rest.subspan(parts.size());
  }
  if (!results.empty()) context_.write(results);
  if (error_) std::rethrow_exception(error_);
}

}  // namespace heed
