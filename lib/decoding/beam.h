#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "heed/options.h"

namespace heed {

/// A translation, found or given. Lengths and probabilities count </s>, `tokens` leaves it out.
struct Hypothesis {
  std::vector<int> tokens;
  double log_probability = 0;      ///< log p(tokens, </s>), natural.
  float score = 0;                 ///< log p / length^a: what hypotheses are ranked by.
  std::vector<float> word_scores;  ///< log p of each token; the last is that of </s>.
  /// Weights on the source tokens, </s> last, for each target token, </s> last. Empty where nobody
  /// asked for them, rows empty where the model has no attention.
  std::vector<std::vector<float>> attention;
  /// False: cut off at the limit, without </s>: word_scores have none of it, attention an empty
  /// row.
  bool ended = true;
  bool is_loop = false;  ///< It repeated itself and was ended for that.
};

/// log p / length^a, the length normalisation of Boulanger-Lewandowski et al. (2013) with the
/// exponent of Wu et al. (2016, eq. 14).
double normalized_score(double log_probability, int length, float a);

/// Draws translations from the model instead of searching for the likeliest ones.
struct Sampling {
  int top_k = 0;           ///< Only from the k likeliest tokens of each step; 0: from all.
  std::uint64_t seed = 1;  ///< Draws depend on it, the sentence's number and the step alone.
};

/// A way on that a search weighed: one of the 2 beam_size best of its step.
struct SearchEvent {
  int parent = 0;  ///< Number of the partial translation that it continues; 0: the empty one.
  int node = -1;   ///< Its own number from 1 if it was kept; -1: it was dropped.
  int token = 0;
  double log_probability = 0;  ///< Of all tokens so far.
};

/// How translations are searched for, the same for all sentences.
struct SearchRules {
  SearchOptions options;
  int n_best = 1;                    ///< Hypotheses wanted a sentence; at most options.beam_size.
  bool attention = false;            ///< Whether hypotheses shall have attention.
  std::vector<int> forbidden;        ///< Tokens that are never chosen, such as <unk>. Not </s>.
  int no_repeat_ngram = 0;           ///< No n-gram of this many tokens comes twice; 0: no rule.
  std::optional<Sampling> sampling;  ///< Then beam_size translations are drawn.
  /// If set, sees what a search for one sentence weighs: step by step, best first.
  std::function<void(const SearchEvent&)> observe{};
};

/// Ways that each live translation offers to Beam::advance: twice the beam, because up to beam_size
/// of them may end and the beam must not thin out. Greedy search offers only the best.
inline int candidates_per_row(const SearchRules& rules) {
  const int width = rules.options.beam_size;
  return width == 1 ? 1 : 2 * width;
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
class Beam {
 public:
  /// One way on: live row `row` of this beam continues with `token`.
  struct Candidate {
    int row = 0;
    int token = 0;
    float log_probability = 0;  ///< Of the token alone.
  };

  /// A live partial translation. `row` is its parent's number among the live ones before.
  struct Row {
    int row = 0;
    int node = 0;
    double log_probability = 0;
  };

  /// `rules` must outlive it. `limit`: tokens without </s>; raised to the length of `prefix`, with
  /// which every translation begins.
  Beam(const SearchRules& rules, int limit, int start, int eos, std::span<const int> prefix = {});

  bool done() const { return live_.empty() || !can_improve(); }
  int length() const { return length_; }  ///< Tokens of each live translation.
  const std::vector<Row>& live() const { return live_; }
  int last_token(const Row& row) const { return nodes_[row.node].token; }
  /// The tokens of a live translation so far.
  std::vector<int> tokens(const Row& row) const;

  /// The one token that may follow live row `row`, if prefix, limit or a loop leaves no choice.
  std::optional<int> forced(int row) const;
  /// Whether the next token is the first that neither prefix nor limit decide.
  bool is_first_choice() const { return length_ == static_cast<int>(prefix_.size()); }
  /// Whether attend() must be told of live row `row`: for hypotheses, or to tell loops.
  bool needs_attention(int row) const;
  /// Notes what live row `row` attends to while its next token is chosen.
  void attend(int row, std::vector<float> weights);
  /// Keeps the best candidates. </s> ends a translation only if it is among the beam_size best.
  /// Equal ones are taken in order of row, then token. Throws Error for NaN.
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

  bool is_like_marian() const { return rules_.options.like == SearchStyle::kMarian; }
  double score(double log_probability, int length) const {
    return normalized_score(log_probability, length, rules_.options.normalize);
  }
  bool can_improve() const;
  Repetition repetition(int parent, int token) const;
  bool is_loop(int node) const;
  bool is_dropped(const Candidate& candidate, int rank, std::size_t kept) const;
  void finish(const Row& path);
  void cut_off();
  Hypothesis hypothesis(const Finished& finished) const;

  const SearchRules& rules_;
  int limit_, eos_;
  int width_;  ///< Translations that may be live.
  std::vector<int> prefix_;
  int length_ = 0;
  std::vector<Node> nodes_;         ///< nodes_[0] is <s>.
  std::vector<Row> live_;           ///< Best first.
  std::vector<Finished> finished_;  ///< Best first.
};

}  // namespace heed
