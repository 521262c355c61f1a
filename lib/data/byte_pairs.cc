#include "data/byte_pairs.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "tensor/size.h"
#include "util/error.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::string_view kWordEnd = "</w>", kCodesVersion = "#version:";
constexpr int kNoSymbol = -1;

std::uint64_t pair_of(int left, int right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32U | static_cast<std::uint32_t>(right);
}

/// Bytes of the character at the front.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) {
    ++length;
  }
  return length;
}

/// Takes a line off the front.
std::string_view take_code_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

/// A part of a word, and its neighbours.
struct BytePairs::Symbol {
  int number = kNoSymbol;
  std::size_t begin = 0, end = 0;
  int before = kNoSymbol, next = kNoSymbol;
  bool is_merged = false;  ///< Into the symbol before it.
};

/// The passes over a word: all places of the pair that was learned first are merged, from left to
/// right, then the next is looked for, in which what was merged takes part.
class BytePairs::Merging {
 public:
  Merging(const BytePairs& pairs, std::vector<Symbol>& symbols) : pairs_(pairs), symbols_(symbols) {
    for (int i = 0; std::cmp_less(i, symbols.size()); ++i) add(i);
  }
  void run() {
    std::vector<int> places;
    while (!waiting_.empty()) {
      const int rank = waiting_.top().first;
      for (places.clear(); !waiting_.empty() && waiting_.top().first == rank; waiting_.pop()) {
        places.push_back(waiting_.top().second);
      }
      for (const int place : places) merge(place, rank);
    }
  }

 private:
  using Place = std::pair<int, int>;  // rank, left symbol

  const Merge* merge_at(int left) const {
    const Symbol& symbol = symbols_[left];
    if (symbol.is_merged || symbol.next == kNoSymbol) return nullptr;
    return pairs_.find(symbol.number, symbols_[symbol.next].number);
  }
  void add(int left) {
    if (const Merge* const merge = merge_at(left)) waiting_.emplace(merge->rank, left);
  }
  void merge(int left, int rank) {
    const Merge* const merge = merge_at(left);
    if (merge == nullptr || merge->rank != rank) return;  // a neighbour was merged since
    Symbol& first = symbols_[left];
    Symbol& second = symbols_[first.next];
    first.number = merge->symbol;
    first.end = second.end;
    first.next = second.next;
    second.is_merged = true;
    if (first.next != kNoSymbol) symbols_[first.next].before = left;
    if (first.before != kNoSymbol) add(first.before);
    add(left);
  }

  const BytePairs& pairs_;
  std::vector<Symbol>& symbols_;
  std::priority_queue<Place, std::vector<Place>, std::greater<>> waiting_;
};

BytePairs::BytePairs(std::string_view codes, const std::string& origin) {
  int line = 0;
  if (codes.starts_with(kCodesVersion)) {
    const std::string_view version = trim(take_code_line(codes).substr(kCodesVersion.size()));
    if (version != "0.1" && version != "0.2") {
      fail("expected codes of subword-nmt of version 0.1 or 0.2 in {}, found {}", origin,
           printable(version));
    }
    ends_are_symbols_ = version == "0.1";
    ++line;
  }
  while (!codes.empty()) {
    ++line;
    add(trim(take_code_line(codes)), fmt::format("{}:{}", origin, line));
  }
  if (merges_.empty()) fail("expected codes of subword-nmt in {}, found none", origin);
}

int BytePairs::number(const std::string& symbol) {
  return numbers_
      .emplace(symbol, to_int(static_cast<std::int64_t>(numbers_.size()), "symbols of codes"))
      .first->second;
}

int BytePairs::find(const std::string& symbol) const {
  const auto found = numbers_.find(symbol);
  return found == numbers_.end() ? kNoSymbol : found->second;
}

const BytePairs::Merge* BytePairs::find(int left, int right) const {
  if (left == kNoSymbol || right == kNoSymbol) return nullptr;
  const auto found = merges_.find(pair_of(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

/// Of a pair that comes twice the first counts.
void BytePairs::add(std::string_view line, const std::string& where) {
  const std::vector<std::string_view> pair = split_fields(line, ' ');
  if (pair.size() != 2 || pair[0].empty() || pair[1].empty()) {
    fail("{}: expected two symbols as subword-nmt learns them, found {}", where, printable(line));
  }
  const std::string left(pair[0]), right(pair[1]);
  const std::uint64_t key = pair_of(number(left), number(right));
  merges_.emplace(
      key, Merge{to_int(static_cast<std::int64_t>(merges_.size()), "codes"), number(left + right)});
}

std::vector<BytePairs::Symbol> BytePairs::symbols_of(std::string_view word) const {
  std::vector<Symbol> symbols;
  const auto add = [&](const std::string& text, std::size_t begin, std::size_t end) {
    const int place = to_int(static_cast<std::int64_t>(symbols.size()), "characters");
    symbols.push_back({find(text), begin, end, place - 1, place + 1});
  };
  for (std::size_t begin = 0, end = 0; begin < word.size(); begin = end) {
    end = begin + character_length(word.substr(begin));
    std::string text(word.substr(begin, end - begin));
    if (end == word.size() && !ends_are_symbols_) text += kWordEnd;
    add(text, begin, end);
  }
  if (ends_are_symbols_) add(std::string(kWordEnd), word.size(), word.size());
  symbols.front().before = symbols.back().next = kNoSymbol;
  return symbols;
}

std::vector<std::string> BytePairs::split(std::string_view word) const {
  if (word.empty()) return {};
  std::vector<Symbol> symbols = symbols_of(word);
  Merging(*this, symbols).run();
  std::vector<std::string> pieces;
  for (const Symbol& symbol : symbols) {
    if (symbol.is_merged || symbol.begin == symbol.end) continue;
    pieces.emplace_back(word.substr(symbol.begin, symbol.end - symbol.begin));
    if (symbol.end != word.size()) pieces.back() += kJoiner;
  }
  return pieces;
}

}  // namespace heed
