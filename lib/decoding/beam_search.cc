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
  const int width = rules.options.beam_size, groups = rules.options.beam_groups;
  if (width < 1) fail_usage("expected a beam size of at least 1, found {}", width);
  if (rules.n_best < 1 || rules.n_best > width) {
    fail_usage("expected an n-best list of 1 to {} (the beam size) translations, found {}", width,
               rules.n_best);
  }
  if (groups < 1 || width % groups != 0) {
    fail_usage("expected groups of one size of the {} translations of the beam, found {} groups",
               width, groups);
  }
  if (rules.sampling && (groups > 1 || !sentences.constraints.empty())) {
    fail_usage("expected a search for groups of the beam and for constraints, found sampling");
  }
  for (const std::size_t given : {sentences.prefixes.size(), sentences.numbers.size(),
                                  sentences.bytes.size(), sentences.constraints.size()}) {
    if (given != 0 && given != size) {
      fail("expected a prefix, a number, a size and constraints for each of {} sentences, found {}",
           size, given);
    }
  }
}

template <class T>
T value_or_none(std::span<const T> values, std::size_t sentence) {
  return values.empty() ? T() : values[sentence];
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
    std::vector<Beam> groups;
    std::uint64_t number = 0;
  };
  /// A live row of a beam, and its number in the stepper.
  struct Place {
    const Beam& beam;
    int row, model_row;
  };

  void add_rows(const Beam& beam, int first_row);
  int ranked_tokens(const Beam& beam) const;
  void rank();
  std::vector<int> crossed_out(const Place& place) const;
  void penalize(const Place& place, std::span<const int> taken, std::vector<Choice>& choices) const;
  std::vector<Choice> choices(const Place& place) const;
  void cut(const Beam& beam, std::vector<Choice>& choices) const;
  void add_wanted(const Place& place, std::vector<Choice>& choices) const;
  std::vector<Choice> draws(const Place& place, std::uint64_t number,
                            std::span<const Choice> from) const;
  std::vector<Choice> ways_on(const Place& place, std::uint64_t number,
                              std::span<const int> taken) const;
  void advance(Beam& beam, std::uint64_t number, int first_row, std::vector<int>& taken);
  std::vector<Hypothesis> hypotheses(const Sentence& sentence) const;

  Stepper& stepper_;
  const SearchRules& rules_;
  std::vector<Sentence> sentences_;
  std::vector<int> tokens_, parents_;  ///< Rows of the next step, sentence after sentence.
  int length_ = 0;                     ///< Steps taken.
  int ranked_ = 0;                     ///< Tokens of each row in top_; 0: all are asked for.
  TopK top_;
};

Search::Search(Stepper& stepper, const SearchRules& rules, const SearchSentences& sentences)
    : stepper_(stepper), rules_(rules) {
  const StepperShape& shape = stepper.shape();
  const std::size_t size = shape.source_lengths.size();
  check(rules, sentences, size);
  sentences_.reserve(size);
  for (std::size_t b = 0; b < size; ++b) {
    const SourceSize source{shape.source_lengths[b], value_or_none(sentences.bytes, b)};
    SentenceTask task{std::min(length_limit(rules.options, source), shape.max_tokens),
                      least_length(rules.options, source), shape.start, shape.eos};
    if (!sentences.prefixes.empty()) task.prefix = sentences.prefixes[b];
    if (!sentences.constraints.empty()) task.constraints = sentences.constraints[b];
    Sentence& sentence = sentences_.emplace_back();
    sentence.number = sentences.numbers.empty() ? b : sentences.numbers[b];
    for (int g = 0; g < rules.options.beam_groups; ++g) {
      add_rows(sentence.groups.emplace_back(rules, task), static_cast<int>(b));
    }
  }
}

/// Adds the live rows of a beam whose rows began at `first_row` in the step before.
void Search::add_rows(const Beam& beam, int first_row) {
  for (const Beam::Row& row : beam.live()) {
    tokens_.push_back(beam.last_token(row));
    parents_.push_back(first_row + row.row);
  }
}

/// So many of the likeliest tokens that enough are left when rules have crossed out theirs or put
/// them behind others; 0 for all.
int Search::ranked_tokens(const Beam& beam) const {
  const SearchOptions& options = rules_.options;
  const int wanted = rules_.sampling ? rules_.sampling->top_k : beam.candidates_per_row();
  if (wanted == 0) return 0;
  const int forbidden = static_cast<int>(rules_.forbidden.size());
  const bool looks_back = rules_.no_repeat_ngram > 0 || options.repetition_penalty != 1;
  const int repeated = looks_back ? length_ : 0;
  const int taken = options.beam_groups > 1 ? options.beam_size : 0;
  const int end = beam.ends_late() ? 1 : 0;
  return std::min(wanted + forbidden + repeated + taken + end, stepper_.shape().vocabulary);
}

/// As many as any beam looks at; each looks at its own number of them.
void Search::rank() {
  ranked_ = 0;
  for (const Sentence& sentence : sentences_) {
    for (const Beam& group : sentence.groups) {
      if (!group.done()) ranked_ = std::max(ranked_, ranked_tokens(group));
    }
  }
  if (ranked_ > 0) top_ = stepper_.top(ranked_);
}

std::vector<int> Search::crossed_out(const Place& place) const {
  std::vector<int> tokens = rules_.forbidden;
  if (const int n = rules_.no_repeat_ngram; n > 0) {
    const std::vector<int> ends =
        repeated_ngram_ends(place.beam.tokens(place.beam.live()[place.row]), n);
    tokens.insert(tokens.end(), ends.begin(), ends.end());
  }
  if (!place.beam.may_end(place.row)) tokens.push_back(stepper_.shape().eos);
  return tokens;
}

/// What may follow: the best first, or all tokens where any may be drawn.
std::vector<Choice> Search::choices(const Place& place) const {
  const std::vector<int> crossed_out = this->crossed_out(place);
  std::vector<Choice> result;
  const auto offer = [&](int token, float log_probability) {
    if (log_probability == -std::numeric_limits<float>::infinity()) return;
    if (std::ranges::find(crossed_out, token) != crossed_out.end()) return;
    if (!place.beam.leaves_room(place.row, token)) return;
    result.push_back({token, log_probability});
  };
  const int first = place.model_row * ranked_;
  for (int i = first; i < first + ranked_tokens(place.beam); ++i) {
    offer(top_.ids[i], top_.values[i]);
  }
  if (ranked_ == 0) {
    std::vector<float> all(stepper_.shape().vocabulary);
    stepper_.log_probabilities(place.model_row, all);
    for (int token = 0; std::cmp_less(token, all.size()); ++token) offer(token, all[token]);
  }
  return result;
}

/// Puts what the translation has already, or groups before took, behind others.
void Search::penalize(const Place& place, std::span<const int> taken,
                      std::vector<Choice>& choices) const {
  const float factor = rules_.options.repetition_penalty;
  if (factor == 1 && taken.empty()) return;
  std::vector<int> before;
  if (factor != 1) before = place.beam.tokens(place.beam.live()[place.row]);
  for (Choice& c : choices) {
    if (std::ranges::count(before, c.token) > 0) c.penalty = (factor - 1) * c.log_probability;
    const auto times = static_cast<float>(std::ranges::count(taken, c.token));
    c.aversion = rules_.options.diversity * times;
  }
  sort_by_rank(choices);
}

void Search::cut(const Beam& beam, std::vector<Choice>& choices) const {
  const int limit = rules_.sampling ? rules_.sampling->top_k : beam.candidates_per_row();
  if (limit > 0) choices.resize(std::min<std::size_t>(choices.size(), limit));
}

/// What constraints want, also if it is crossed out.
void Search::add_wanted(const Place& place, std::vector<Choice>& choices) const {
  for (const int token : place.beam.wanted(place.row)) {
    if (std::ranges::count(choices, token, &Choice::token) > 0) continue;
    choices.push_back({token, stepper_.log_probability(place.model_row, token)});
  }
}

/// Draws one choice; as many as shall be drawn in all where the first is due.
std::vector<Choice> Search::draws(const Place& place, std::uint64_t number,
                                  std::span<const Choice> from) const {
  std::vector<Choice> drawn;
  const int count = place.beam.is_first_choice() ? rules_.options.beam_size : 1;
  for (int i = 0; i < count; ++i) {
    const auto stream = {number, std::uint64_t(length_), std::uint64_t(place.row + i)};
    Random random(hash_seed(rules_.sampling->seed, stream));
    drawn.push_back(draw(from, rules_.sampling->temperature, random));
  }
  return drawn;
}

/// `taken`: the tokens that the groups before took at this step.
std::vector<Choice> Search::ways_on(const Place& place, std::uint64_t number,
                                    std::span<const int> taken) const {
  std::vector<Choice> next;
  const std::optional<int> forced = place.beam.forced(place.row);
  if (!forced) {
    next = choices(place);
    penalize(place, taken, next);
    cut(place.beam, next);
    add_wanted(place, next);
  }
  if (next.empty()) {
    const int token = forced.value_or(stepper_.shape().eos);
    return {{token, stepper_.log_probability(place.model_row, token)}};
  }
  if (!rules_.sampling) return next;
  keep_nucleus(next, rules_.sampling->top_p, rules_.sampling->temperature);
  return draws(place, number, next);
}

/// Lets a beam take its step; adds the tokens that it took to `taken`.
void Search::advance(Beam& beam, std::uint64_t number, int first_row, std::vector<int>& taken) {
  const int rows = static_cast<int>(beam.live().size());
  std::vector<Beam::Candidate> candidates;
  for (int row = 0; row < rows; ++row) {
    if (beam.needs_attention(row)) beam.attend(row, stepper_.attention(first_row + row));
    for (const Choice& c : ways_on({beam, row, first_row + row}, number, taken)) {
      candidates.push_back({row, c.token, c.log_probability, c.penalty, c.aversion});
    }
  }
  beam.advance(std::move(candidates));
  for (const Beam::Row& row : beam.live()) taken.push_back(beam.last_token(row));
  if (!beam.done()) add_rows(beam, first_row);
}

void Search::step() {
  stepper_.step(tokens_, parents_);
  rank();
  tokens_.clear();
  parents_.clear();
  int first_row = 0;
  for (Sentence& sentence : sentences_) {
    std::vector<int> taken;
    for (Beam& group : sentence.groups) {
      if (group.done()) continue;
      const int rows = static_cast<int>(group.live().size());
      advance(group, sentence.number, first_row, taken);
      first_row += rows;
    }
  }
  ++length_;
}

/// Of all groups, best first, each once.
std::vector<Hypothesis> Search::hypotheses(const Sentence& sentence) const {
  if (sentence.groups.size() == 1) return sentence.groups.front().hypotheses();
  std::vector<Hypothesis> all;
  for (const Beam& group : sentence.groups) {
    for (Hypothesis& own : group.hypotheses()) {
      const bool is_known = std::ranges::any_of(
          all, [&](const Hypothesis& other) { return other.tokens == own.tokens; });
      if (!is_known) all.push_back(std::move(own));
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &Hypothesis::score);
  all.resize(std::min<std::size_t>(all.size(), rules_.n_best));
  return all;
}

std::vector<std::vector<Hypothesis>> Search::hypotheses() const {
  std::vector<std::vector<Hypothesis>> result;
  for (const Sentence& sentence : sentences_) result.push_back(hypotheses(sentence));
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
