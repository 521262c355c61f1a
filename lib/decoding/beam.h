#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "decoding/constraints.h"
#include "heed/options.h"

namespace heed {

/// A translation, found or given. Lengths and probabilities count </s>, `tokens` leaves it out.
struct Hypothesis {
  std::vector<int> tokens;
  double log_probability = 0;      ///< log p(tokens, </s>), natural.
  float score = 0;                 ///< log p / length^a + penalty: what hypotheses are ranked by.
  double penalty = 0;              ///< What rules of the search took off, 0 or less.
  std::vector<float> word_scores;  ///< log p of each token; the last is that of </s>.
  /// Weights on the source tokens, </s> last, for each target token, </s> last. Empty where nobody
  /// asked for them, rows empty where the model has no attention.
  std::vector<std::vector<float>> attention;
  /// False: cut off at the limit, without </s>: word_scores have none of it, attention an empty
  /// row.
  bool ended = true;
  bool is_loop = false;      ///< It repeated itself and was ended for that.
  std::vector<int> unmet{};  ///< Constraints that it could not have, by number.
};

/// log p / length^a, the length normalisation of Boulanger-Lewandowski et al. (2013) with the
/// exponent of Wu et al. (2016, eq. 14).
double normalized_score(double log_probability, int length, float a);

/// Draws translations from the model instead of searching for the likeliest ones.
/// Of each step's tokens the k likeliest are left, of those the nucleus, in this order, as in
/// Hugging Face's Transformers.
struct Sampling {
  int top_k = 0;           ///< 0: all.
  std::uint64_t seed = 1;  ///< Draws depend on it, the sentence's number and the step alone.
  float top_p = 1;         ///< The share of the nucleus; 1: all.
  float temperature = 1;   ///< Tokens are drawn by p^(1/temperature).
};

/// A way on that a search weighed: one of the 2 beam_size best of its step.
struct SearchEvent {
  int parent = 0;  ///< Number of the partial translation that it continues; 0: the empty one.
  int node = -1;   ///< Its own number from 1 if it was kept; -1: it was dropped.
  int token = 0;
  double log_probability = 0;  ///< Of all tokens so far.
};

/// How translations are searched for, the same for all sentences. Of the options
/// - repetition_penalty (Keskar et al. 2019, section 4.1) counts log p of a token that the
///   translation has already so many times, in the search and in the score (their formula divides
///   logits, which shifts what it means by any constant that a model adds to them);
/// - coverage_penalty times coverage() is added to the score (Wu et al. 2016, eq. 14);
/// - beam_groups and diversity are diverse beam search with Hamming diversity (Vijayakumar et al.
///   2018, algorithm 1): hypotheses of each group are chosen by log p less `diversity` times the
///   number of those in the groups before that took the token at this step; scores are without.
struct SearchRules {
  SearchOptions options;
  int n_best = 1;                    ///< Hypotheses wanted a sentence; at most options.beam_size.
  bool attention = false;            ///< Whether hypotheses shall have attention.
  std::vector<int> forbidden;        ///< Tokens that are never chosen, such as <unk>. Not </s>.
  int no_repeat_ngram = 0;           ///< No n-gram of this many tokens comes twice; 0: no rule.
  std::optional<Sampling> sampling;  ///< Then beam_size translations are drawn.
  std::vector<bool> continues{};     ///< By token: it goes on with a word; for Constraints.
  /// If set, sees what a search for one sentence weighs: step by step, best first.
  std::function<void(const SearchEvent&)> observe{};
};

/// Translations of one group of the beam.
inline int group_width(const SearchRules& rules) {
  return rules.options.beam_size / rules.options.beam_groups;
}

/// A source sentence's length: in tokens, with </s>, and in bytes of text; 0 where only tokens
/// count.
struct SourceSize {
  int tokens = 0, bytes = 0;
};

/// The most tokens a translation may have, without </s>: max_length_factor times the tokens of its
/// own source (with </s>), at least 10 more than those; of long ones 60 more than half of it, where
/// what has more tokens than 2 for 9 bytes of text, as prose has, counts as prose of its bytes:
/// codes and repeated letters fall apart into single ones, and a loop to their limit would take ten
/// times as long as a line of prose. At most max_length where that is not 0. Like Marian:
/// max_length_factor alone, with </s>.
int length_limit(const SearchOptions& options, const SourceSize& source);

/// The fewest tokens that a translation may have, as min_length and min_length_factor say.
int least_length(const SearchOptions& options, const SourceSize& source);

/// What a search must know of its sentence.
struct SentenceTask {
  int longest = 0;   ///< Tokens without </s>; raised to the length of the prefix.
  int shortest = 0;  ///< No </s> before; more than `longest` means that.
  int start = 1, eos = 2;
  std::span<const int> prefix{};                    ///< What every translation begins with.
  std::span<const std::vector<int>> constraints{};  ///< What every translation has.
};

/// What the tokens at a translation's end repeat.
struct Repetition {
  int period = 0;  ///< Each is the one so many tokens before; 0: nothing is repeated.
  int length = 0;  ///< Tokens of which that is so.
};

/// The search for one sentence: a tree of partial translations, of which up to beam_size are live.
/// It ends when none is live; or when n_best have ended that no live one can beat, even if it went
/// on to the limit without loss; or when beam_size have ended and no live one, if it ended now,
/// would be among the n_best. Translations that reach the limit end there, with the probability of
/// </s> at that place. Like Marian, it ends when none is live; each that ends makes it narrower by
/// one, and those that reach the limit end as they stand.
/// With constraints no translation ends, and none goes on so that it could not have them within the
/// limit; those that have as many tokens of them compete with each other for a share of the beam
/// (allocate_beam, the most complete first), which is wide enough for one of each. A constraint
/// with a forbidden token is left out, and one that doesn't fit into the limit beside those before
/// it.
class Beam {
 public:
  /// One way on: live row `row` of this beam continues with `token`.
  struct Candidate {
    int row = 0;
    int token = 0;
    float log_probability = 0;  ///< Of the token alone.
    float penalty = 0;          ///< Choice::penalty
    float aversion = 0;         ///< Choice::aversion
  };

  /// A live partial translation. `row` is its parent's number among the live ones before.
  struct Row {
    int row = 0;
    int node = 0;
    double log_probability = 0;
    double penalty = 0;

    double rank() const { return log_probability + penalty; }
  };

  /// One group of the beam. `rules` must outlive it.
  Beam(const SearchRules& rules, const SentenceTask& task);

  /// Ways that each live translation offers to advance(): twice the beam, because all of them may
  /// end and the beam must not thin out. Greedy search offers only the best.
  int candidates_per_row() const { return full_width_ == 1 ? 1 : 2 * full_width_; }
  /// Whether </s> is forbidden for a while.
  bool ends_late() const { return least_ > 0 || constraints_.has_value(); }
  bool done() const { return live_.empty() || !can_improve(); }
  int length() const { return length_; }  ///< Tokens of each live translation.
  const std::vector<Row>& live() const { return live_; }
  int last_token(const Row& row) const { return nodes_[row.node].token; }
  /// The tokens of a live translation so far.
  std::vector<int> tokens(const Row& row) const;

  /// The one token that may follow live row `row`, if prefix, limit or a loop leaves no choice.
  std::optional<int> forced(int row) const;
  /// Whether </s> may follow live row `row`.
  bool may_end(int row) const;
  /// Whether the token leaves room for what live row `row` still must have.
  bool leaves_room(int row, int token) const;
  /// What brings live row `row` nearer to its constraints, and has to be among its candidates.
  std::vector<int> wanted(int row) const;
  /// Whether the next token is the first that neither prefix nor limit decide.
  bool is_first_choice() const { return length_ == static_cast<int>(prefix_.size()); }
  /// Whether attend() must be told of live row `row`: for hypotheses, or to tell loops.
  bool needs_attention(int row) const;
  /// Notes what live row `row` attends to while its next token is chosen.
  void attend(int row, std::vector<float> weights);
  /// Keeps the best candidates. </s> ends a translation only if it is among the best, as many as
  /// the beam is wide. Equal ones are taken in order of row, then token. Throws Error for NaN.
  void advance(std::vector<Candidate> candidates);

  /// The n_best that have ended (or fewer, if there are no more), best first.
  std::vector<Hypothesis> hypotheses() const;

 private:
  /// A token of the tree, and the attention of what comes after it.
  struct Node {
    int parent = -1;
    int token = 0;
    float log_probability = 0;
    std::vector<float> attention{};
    Repetition repetition{};
    int focus = -1;  ///< The source token that it attends to most, where needs_attention.
  };
  struct Finished {
    int node = 0;  ///< Of </s>.
    double log_probability = 0;
    double score = 0;
  };
  /// Candidates that compete with each other: all, or those that miss as much of the constraints.
  struct Bank {
    int width = 0;  ///< Of its share of the beam.
    int seen = 0, kept = 0;
  };

  bool is_like_marian() const { return rules_.options.like == SearchStyle::kMarian; }
  double score(double log_probability, int length) const {
    return normalized_score(log_probability, length, rules_.options.normalize);
  }
  bool keeps_attention() const { return rules_.attention || rules_.options.coverage_penalty > 0; }
  double coverage_of(int node) const;
  double hope() const;
  bool can_improve() const;
  void take_constraints(const SentenceTask& task);
  std::vector<Bank> make_banks(std::span<const ConstraintState> states) const;
  Repetition repetition(int parent, int token) const;
  bool is_loop(int node) const;
  bool is_dropped(const Candidate& candidate, const Bank& bank) const;
  void sort(std::vector<Candidate>& candidates) const;
  void finish(const Row& path);
  void cut_off();
  Hypothesis hypothesis(const Finished& finished) const;

  const SearchRules& rules_;
  int limit_, least_, eos_;
  int full_width_;
  int width_;   ///< Translations that may be live.
  int n_best_;  ///< Of this group.
  std::vector<int> prefix_;
  int length_ = 0;
  std::vector<Node> nodes_;         ///< nodes_[0] is <s>.
  std::vector<Row> live_;           ///< Best first.
  std::vector<Finished> finished_;  ///< Best first.
  std::optional<Constraints> constraints_;
  std::vector<ConstraintState> states_;  ///< Of the live ones, where there are constraints.
  std::vector<int> unmet_;
};

}  // namespace heed
