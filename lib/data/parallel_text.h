#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/indexed_text.h"

namespace heed {

struct SentencePair {
  std::string source;
  std::string target;
};

/// Sentence pairs on disk, with random access; 4 bytes a line and file in memory.
class ParallelText {
 public:
  /// Sees each pair once, in order, as it stands in the files: invalid UTF-8 included.
  using Visit = std::function<void(const SentencePair&)>;

  /// `paths` are source and target, or with `tsv` one file of lines "source<TAB>target". Files may
  /// be compressed, and one may be "-". Throws UsageError on another number of paths, and Error on
  /// an unreadable or empty file, sides of different length, or a line without exactly one tab.
  ParallelText(const std::vector<std::string>& paths, bool tsv, const Visit& visit = {});

  /// Number of sentence pairs; at least 1.
  std::size_t size() const { return sides_.front().size(); }

  /// Pair i, from 0, with invalid UTF-8 replaced by U+FFFD. Any number of threads may read.
  SentencePair pair(std::size_t i) const;
  std::string source(std::size_t i) const;
  std::string target(std::size_t i) const;

  /// The file of the source side.
  const std::string& path() const { return sides_.front().path(); }

  /// What the user should know of how the files were read, a line each.
  std::vector<std::string> warnings() const;

  /// A number by which a training that goes on tells that its text has changed (all but one change
  /// in 2^32). The same for a compressed copy.
  std::uint64_t fingerprint() const;

 private:
  bool is_tsv() const { return sides_.size() == 1; }

  std::vector<IndexedText> sides_;  // source and target; of a TSV one
};

}  // namespace heed
