#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/indexed_text.h"

namespace heed {

struct SentencePair {
  std::string source;
  std::string target;
};

/// Parallel text on disk, with random access to its pairs; 8 bytes a line and file in memory.
class Corpus {
 public:
  /// `paths` are source and target, or with `tsv` one file of lines "source<TAB>target". Files may
  /// be compressed, and one may be "-". Throws UsageError on another number of paths, and Error on
  /// an unreadable or empty file, sides of different length, or a line without exactly one tab.
  Corpus(const std::vector<std::string>& paths, bool tsv);

  /// Number of sentence pairs; at least 1.
  std::size_t size() const { return source_.size(); }

  /// Pair i, from 0, with invalid UTF-8 replaced by U+FFFD. Any number of threads may read.
  SentencePair pair(std::size_t i) const;
  std::string source(std::size_t i) const;
  std::string target(std::size_t i) const;

  /// What the user should know of how the files were read, a line each.
  std::vector<std::string> warnings() const;

  /// A number by which a training that goes on tells that its text has changed (all but one change
  /// in 2^32). The same for a compressed copy.
  std::uint64_t fingerprint() const;

 private:
  IndexedText source_;  // of a TSV both sides
  std::optional<IndexedText> target_;
};

}  // namespace heed
