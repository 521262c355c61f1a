#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/mixture.h"
#include "data/pair_filter.h"
#include "data/parallel_text.h"
#include "heed/options.h"

namespace heed {

/// The pairs that a model is trained on: those of one or several parallel texts, one text behind
/// the other, but for what filters leave out. They stay on disk; in memory are 4 bytes a line and
/// file, and where filters leave something out 4 bytes a pair.
class Corpus {
 public:
  /// Of DataOptions::visit_text_fields and mix. Throws as ParallelText, PairFilter and Mixture, and
  /// Error if filters leave no pair.
  explicit Corpus(const DataOptions& options);
  /// Without filters.
  Corpus(const std::vector<std::string>& paths, bool tsv);

  /// Number of sentence pairs; at least 1.
  std::size_t size() const { return kept_.empty() ? places() : kept_.size(); }

  /// Pair i, from 0, with invalid UTF-8 replaced by U+FFFD. Any number of threads may read.
  SentencePair pair(std::size_t i) const;
  std::string source(std::size_t i) const;
  std::string target(std::size_t i) const;

  /// How often pairs are seen in an epoch.
  const Mixture& mixture() const { return *mixture_; }

  /// Number of pairs in the texts, with those that filters leave out.
  std::size_t places() const { return ends_.back(); }
  /// The number of pair i among them.
  std::size_t place_of(std::size_t i) const { return kept_.empty() ? i : kept_[i]; }

  /// What the user should know of how the files were read, a line each.
  std::vector<std::string> warnings() const;
  /// What filters left out and how texts are mixed, a line each.
  const std::vector<std::string>& notes() const { return notes_; }

  /// As that of ParallelText; what filters leave out follows from their options.
  std::uint64_t fingerprint() const;

 private:
  struct Found {
    const ParallelText& text;
    std::size_t pair;
  };

  void read(const std::vector<std::string>& paths, bool tsv, PairFilter& filter);
  void note_filtered(const PairFilter& filter);
  void mix(const std::vector<std::size_t>& sizes, const std::vector<float>& weights);
  Found find(std::size_t i) const;

  std::vector<ParallelText> texts_;
  std::vector<std::size_t> ends_;    // of texts, as places
  std::vector<std::uint32_t> kept_;  // places; empty where all are kept
  std::optional<Mixture> mixture_;
  std::vector<std::string> notes_;
};

}  // namespace heed
