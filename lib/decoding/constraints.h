#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace heed {

/// How far a partial translation is with its constraints.
struct ConstraintState {
  int node = 0;           ///< Of the trie: the longest end of the translation that begins a phrase.
  std::vector<bool> met;  ///< By phrase: whether it has it, as whole words.
  int missing = 0;        ///< So many more tokens are enough to have all phrases.
};

/// Phrases that a translation must have, each a sequence of tokens: a trie (Hu et al. 2019) whose
/// failure links (Aho and Corasick 1975) follow phrases that overlap or begin anew.
class Constraints {
 public:
  /// `continues[token]`: the token goes on with a word, so that a phrase before it is none. Counts
  /// where all phrases begin words; may be empty. No phrase is empty. One that is a part of another
  /// comes with it.
  Constraints(std::vector<std::vector<int>> phrases, const std::vector<bool>& continues);

  ConstraintState start() const;
  /// </s>, as any token that begins a word, leaves the phrases before it whole.
  ConstraintState after(const ConstraintState& state, int token) const;
  /// Tokens after which less is missing; at least one where something is.
  std::vector<int> next(const ConstraintState& state) const;

 private:
  /// A beginning of phrases.
  struct Node {
    int failure = 0;  ///< Its longest end that begins a phrase too; 0 is the empty one.
    int depth = 0;
    std::vector<int> children;  ///< By token, which is the last of their beginnings.
    int token = -1;
    std::vector<int> ends, through;  ///< Phrases that it is, and that go on.
  };
  /// What a next token would add to or leave of what is there.
  struct Prospect {
    int tokens = 0;         ///< Of phrases that are done or under way.
    std::vector<int> next;  ///< That go on with it.
  };

  bool has_part(const std::vector<int>& phrase, const std::vector<int>& part) const;
  void drop_parts();
  void add(int phrase);
  int child(int node, int token) const;
  int follow(int node, int token) const;
  bool continues(int token) const;
  std::vector<bool> met_at_end(const ConstraintState& state) const;
  Prospect prospect(const ConstraintState& state, bool in_word) const;
  int count_missing(const ConstraintState& state) const;

  std::vector<std::vector<int>> phrases_;
  std::vector<bool> continues_;
  std::vector<Node> nodes_;
};

}  // namespace heed
