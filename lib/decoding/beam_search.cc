#include "decoding/beam_search.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "decoding/policies.h"
#include "util/error.h"
#include "util/random.h"

namespace heed {

namespace {

void check(const SearchRules& rules, const SearchSentences& sentences, std::size_t size) {
  const int width = rules.options.beam_size;
  if (width < 1) fail_usage("expected a beam size of at least 1, found {}", width);
  if (rules.n_best < 1 || rules.n_best > width) {
    fail_usage("expected an n-best list of 1 to {} (the beam size) translations, found {}", width,
               rules.n_best);
  }
  for (const std::size_t given :
       {sentences.prefixes.size(), sentences.numbers.size(), sentences.bytes.size()}) {
    if (given != 0 && given != size) {
      fail("expected a prefix, a number and a size for each of {} sentences, found {}", size,
           given);
    }
  }
}

/// One batch being translated.
class Search {
 public:
  Search(Stepper& stepper, const SearchRules& rules, const SearchSentences& sentences);

  bool done() const { return tokens_.empty(); }
  void step();
  std::vector<std::vector<Hypothesis>> hypotheses() const;

 private:
  struct Sentence {
    Beam beam;
    std::uint64_t number = 0;
  };

  void add_rows(const Beam& beam, int first_row);
  void rank();
  std::vector<Choice> choices(const Beam& beam, int row, int model_row) const;
  std::vector<Choice> draws(const Sentence& sentence, int row, std::span<const Choice> from) const;
  std::vector<Beam::Candidate> candidates(const Sentence& sentence, int first_row) const;

  Stepper& stepper_;
  const SearchRules& rules_;
  std::vector<Sentence> sentences_;
  std::vector<int> tokens_, parents_;  ///< Rows of the next step, sentence after sentence.
  int length_ = 0;                     ///< Steps taken.
  int ranked_ = 0;                     ///< Tokens of each row in top_.
  TopK top_;
};

Search::Search(Stepper& stepper, const SearchRules& rules, const SearchSentences& sentences)
    : stepper_(stepper), rules_(rules) {
  const StepperShape& shape = stepper.shape();
  const std::size_t size = shape.source_lengths.size();
  check(rules, sentences, size);
  sentences_.reserve(size);
  for (std::size_t b = 0; b < size; ++b) {
    const SourceSize source{shape.source_lengths[b],
                            sentences.bytes.empty() ? 0 : sentences.bytes[b]};
    const int limit = std::min(length_limit(rules.options, source), shape.max_tokens);
    const std::span<const int> prefix =
        sentences.prefixes.empty() ? std::span<const int>() : sentences.prefixes[b];
    sentences_.push_back({Beam(rules, limit, shape.start, shape.eos, prefix),
                          sentences.numbers.empty() ? b : sentences.numbers[b]});
    add_rows(sentences_.back().beam, static_cast<int>(b));
  }
}

/// Adds the live rows of a beam whose rows began at `first_row` in the step before.
void Search::add_rows(const Beam& beam, int first_row) {
  for (const Beam::Row& row : beam.live()) {
    tokens_.push_back(beam.last_token(row));
    parents_.push_back(first_row + row.row);
  }
}

/// Asks for so many of the likeliest tokens that enough are left when rules have crossed out
/// theirs.
void Search::rank() {
  const bool all = rules_.sampling && rules_.sampling->top_k == 0;
  const int wanted = rules_.sampling ? rules_.sampling->top_k : candidates_per_row(rules_);
  const int forbidden = static_cast<int>(rules_.forbidden.size());
  const int repeated = rules_.no_repeat_ngram > 0 ? length_ : 0;
  ranked_ = all ? 0 : std::min(wanted + forbidden + repeated, stepper_.shape().vocabulary);
  if (!all) top_ = stepper_.top(ranked_);
}

/// What may follow live row `row`, which is row `model_row` of the stepper: the best first, or all
/// tokens where any may be drawn.
std::vector<Choice> Search::choices(const Beam& beam, int row, int model_row) const {
  std::vector<int> crossed_out = rules_.forbidden;
  if (const int n = rules_.no_repeat_ngram; n > 0) {
    const std::vector<int> ends = repeated_ngram_ends(beam.tokens(beam.live()[row]), n);
    crossed_out.insert(crossed_out.end(), ends.begin(), ends.end());
  }
  std::vector<Choice> result;
  const auto offer = [&](int token, float log_probability) {
    if (log_probability == -std::numeric_limits<float>::infinity()) return;
    if (std::ranges::find(crossed_out, token) != crossed_out.end()) return;
    result.push_back({token, log_probability});
  };
  for (int i = model_row * ranked_; i < (model_row + 1) * ranked_; ++i) {
    offer(top_.ids[i], top_.values[i]);
  }
  if (ranked_ == 0) {
    std::vector<float> all(stepper_.shape().vocabulary);
    stepper_.log_probabilities(model_row, all);
    for (int token = 0; std::cmp_less(token, all.size()); ++token) offer(token, all[token]);
  }
  return result;
}

/// Draws one choice; as many as shall be drawn in all where the first is due.
std::vector<Choice> Search::draws(const Sentence& sentence, int row,
                                  std::span<const Choice> from) const {
  std::vector<Choice> drawn;
  const int count = sentence.beam.is_first_choice() ? rules_.options.beam_size : 1;
  for (int i = 0; i < count; ++i) {
    const auto stream = {sentence.number, std::uint64_t(length_), std::uint64_t(row + i)};
    Random random(hash_seed(rules_.sampling->seed, stream));
    drawn.push_back(draw(from, random));
  }
  return drawn;
}

std::vector<Beam::Candidate> Search::candidates(const Sentence& sentence, int first_row) const {
  const Beam& beam = sentence.beam;
  std::vector<Beam::Candidate> result;
  for (int row = 0; std::cmp_less(row, beam.live().size()); ++row) {
    const int model_row = first_row + row;
    std::vector<Choice> next;
    const std::optional<int> forced = beam.forced(row);
    if (!forced) next = choices(beam, row, model_row);
    if (next.empty()) {
      const int token = forced.value_or(stepper_.shape().eos);
      next = {{token, stepper_.log_probability(model_row, token)}};
    } else {
      const int limit = rules_.sampling ? rules_.sampling->top_k : candidates_per_row(rules_);
      if (limit > 0) next.resize(std::min<std::size_t>(next.size(), limit));
      if (rules_.sampling) next = draws(sentence, row, next);
    }
    for (const Choice& c : next) result.push_back({row, c.token, c.log_probability});
  }
  return result;
}

void Search::step() {
  stepper_.step(tokens_, parents_);
  rank();
  tokens_.clear();
  parents_.clear();
  int first_row = 0;
  for (Sentence& sentence : sentences_) {
    Beam& beam = sentence.beam;
    if (beam.done()) continue;
    const int rows = static_cast<int>(beam.live().size());
    for (int row = 0; row < rows; ++row) {
      if (beam.needs_attention(row)) beam.attend(row, stepper_.attention(first_row + row));
    }
    beam.advance(candidates(sentence, first_row));
    if (!beam.done()) add_rows(beam, first_row);
    first_row += rows;
  }
  ++length_;
}

std::vector<std::vector<Hypothesis>> Search::hypotheses() const {
  std::vector<std::vector<Hypothesis>> result;
  for (const Sentence& sentence : sentences_) result.push_back(sentence.beam.hypotheses());
  return result;
}

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(Stepper& stepper, const SearchRules& rules,
                                                 const SearchSentences& sentences) {
  Search search(stepper, rules, sentences);
  while (!search.done()) search.step();
  return search.hypotheses();
}

}  // namespace heed
