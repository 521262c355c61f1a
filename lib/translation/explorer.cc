#include "translation/explorer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace heed {

namespace {

constexpr int kNextWords = 5;

/// Builds the tree from the search's events.
class TreeBuilder {
 public:
  explicit TreeBuilder(const Tokenizer& target) : target_(target) {}

  void add(const SearchEvent& event) {
    SearchNode node;
    node.parent = indices_[event.parent];
    node.step = node.parent < 0 ? 0 : tree_.nodes[node.parent].step + 1;
    node.piece = target_.piece(event.token);
    node.log_probability = static_cast<float>(event.log_probability);
    node.kept = event.node > 0;
    if (node.kept) indices_.push_back(static_cast<int>(tree_.nodes.size()));
    tree_.nodes.push_back(std::move(node));
    tokens_.push_back(event.token);
  }

  /// Marks the path of these tokens. Children of a node differ in their tokens.
  void mark(std::span<const int> tokens) {
    int parent = -1, next = 0;
    for (const int token : tokens) {
      while (tree_.nodes[next].parent != parent || tokens_[next] != token) ++next;
      tree_.nodes[next].on_best_path = true;
      parent = next;
    }
  }

  SearchTree finish() { return std::move(tree_); }

 private:
  const Tokenizer& target_;
  SearchTree tree_;
  std::vector<int> tokens_;          ///< Of the tree's nodes.
  std::vector<int> indices_ = {-1};  ///< In the tree, of the kept nodes by their numbers.
};

/// The likeliest tokens at each place of a translation, which ends in </s>, of what was begun.
std::vector<std::vector<std::pair<std::string, float>>> next_words(EnsembleStepper& stepper,
                                                                   std::span<const int> translation,
                                                                   const Tokenizer& target) {
  const int count = std::min(kNextWords, stepper.shape().vocabulary);
  std::vector<std::vector<std::pair<std::string, float>>> result;
  int last = stepper.shape().start;
  for (const int token : translation) {
    stepper.step(std::array{last}, std::array{0});
    const TopK top = stepper.top(count);
    auto& words = result.emplace_back();
    for (int i = 0; i < count && std::isfinite(top.values[i]); ++i) {
      words.emplace_back(target.piece(top.ids[i]), std::exp(top.values[i]));
    }
    last = token;
  }
  return result;
}

}  // namespace

SearchTree explore(EnsembleStepper& stepper, const SearchRules& rules,
                   const ExploredSentence& sentence, const Tokenizer& target) {
  Ragged batch;
  batch.add(sentence.source);
  TreeBuilder builder(target);
  SearchRules observed = rules;
  observed.observe = [&](const SearchEvent& event) { builder.add(event); };
  stepper.begin(batch, sentence.candidates);
  std::vector<int> best = beam_search(stepper, observed).front().front().tokens;
  best.push_back(stepper.shape().eos);
  builder.mark(best);
  SearchTree tree = builder.finish();
  stepper.begin(batch, sentence.candidates);
  tree.next = next_words(stepper, best, target);
  return tree;
}

}  // namespace heed
