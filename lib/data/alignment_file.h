#pragma once

#include <cstddef>
#include <string>

#include "data/indexed_text.h"
#include "data/word_alignment.h"

namespace heed {

/// Alignments of sentence pairs, a line each in Pharaoh's format. Only an index is in memory.
class AlignmentFile {
 public:
  /// Words are counted from `first` (0 or 1). Throws Error if the file can't be read.
  explicit AlignmentFile(const std::string& path, int first = 0) : text_(path), first_(first) {}

  std::size_t size() const { return text_.size(); }
  std::uint32_t checksum() const { return text_.checksum(); }

  /// Pair i, from 0. Throws Error that names file and line for anything but links.
  GoldAlignment read(std::size_t i) const;

  /// The place of pair i for messages: "gold.txt:12".
  std::string place(std::size_t i) const;

  /// Throws Error that names both counts if there are not so many lines.
  void expect_size(std::size_t pairs) const;

 private:
  IndexedText text_;
  int first_;
};

}  // namespace heed
