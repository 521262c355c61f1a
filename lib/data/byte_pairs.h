#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed {

/// Byte pair encoding of words (Sennrich, Haddow and Birch 2016) by a list of merges that
/// subword-nmt learned. Its symbols are characters, and the last of a word bears "</w>".
class BytePairs {
 public:
  /// What a piece ends in that the word's next piece follows.
  static constexpr std::string_view kJoiner = "@@";

  /// From the text of a file of codes: "#version: 0.1" (which is meant where the line is missing)
  /// or 0.2, then two symbols a line, the merge learned first on top. Throws Error naming `origin`
  /// and the line.
  BytePairs(std::string_view codes, const std::string& origin);

  /// The pieces of a word in UTF-8, with joiners. Takes n log n for n characters.
  std::vector<std::string> split(std::string_view word) const;

 private:
  struct Merge {
    int rank = 0, symbol = 0;
  };
  struct Symbol;
  class Merging;

  int number(const std::string& symbol);
  int find(const std::string& symbol) const;
  const Merge* find(int left, int right) const;
  void add(std::string_view line, const std::string& where);
  std::vector<Symbol> symbols_of(std::string_view word) const;

  bool ends_are_symbols_ = true;  ///< Version 0.1: "</w>" is a symbol of its own.
  std::unordered_map<std::string, int> numbers_;
  std::unordered_map<std::uint64_t, Merge> merges_;  ///< By pair_of() two symbols.
};

}  // namespace heed
