#include "translation/placed_markup.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Numbers from `first` to before `last`.
struct Range {
  int first = 0, last = 0;

  bool is_empty() const { return first >= last; }
};

/// An element, or another tag; number 0 is the whole.
struct Node {
  int opening = -1, closing = -1;  ///< Tags.
  int depth = 0;
  Range words{};                                          ///< Of the translation, that it encloses.
  std::size_t begin = 0, end = 0;                         ///< In the translation.
  bool is_apart_before = false, is_apart_behind = false;  ///< Has a blank of its own.
  std::vector<int> children{};
};

std::vector<Node> tree_of(const std::vector<MarkupTag>& tags) {
  std::vector<Node> nodes(1);
  std::vector<int> open{0};
  for (int i = 0; i < static_cast<int>(tags.size()); ++i) {
    const MarkupTag& tag = tags[static_cast<std::size_t>(i)];
    if (tag.partner >= 0 && tag.is_closing) {
      open.pop_back();
      continue;
    }
    const int number = static_cast<int>(nodes.size());
    nodes[static_cast<std::size_t>(open.back())].children.push_back(number);
    nodes.push_back({.opening = i, .closing = tag.partner, .depth = static_cast<int>(open.size())});
    if (tag.partner >= 0) open.push_back(number);
  }
  return nodes;
}

std::size_t begin_of(const WordPlaces& words, int word) {
  return words.end(word) - words[word].size();
}

bool is_punctuation_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_punctuation(decode_utf8(text.substr(at, 4)).front());
}

bool is_punctuation_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  std::size_t begin = at - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return is_punctuation_at(text, begin);
}

/// Which words of the translation stand for words of the source.
class LinkedWords {
 public:
  LinkedWords(const WordLinks& links, int sources, int targets)
      : starts_(links.starts),
        source_of_(links.source_of),
        runs_(sources),
        behind_(sources),
        ahead_(sources),
        targets_(targets) {
    source_of_.resize(targets, -1);
    std::ranges::replace_if(
        source_of_, [&](int source) { return source >= sources; }, -1);
    if (starts_.empty()) starts_ = {{0, 0}};
    starts_.emplace_back(sources, targets);
    for (std::size_t i = 0; i + 1 < starts_.size(); ++i) fill_sentence(i);
    for (int target = 0; target < targets; ++target) {
      if (source_of_[target] >= 0) by_source_.emplace_back(source_of_[target], target);
    }
    std::ranges::sort(by_source_);
    find_runs();
    for (std::size_t i = 0; i + 1 < starts_.size(); ++i) carry_over(i);
  }

  /// The words that stand for a range of the source, in order.
  std::vector<int> targets(Range source) const {
    std::vector<int> found;
    auto link = std::ranges::lower_bound(by_source_, std::pair(source.first, -1));
    for (; link != by_source_.end() && link->first < source.last; ++link) {
      found.push_back(link->second);
    }
    std::ranges::sort(found);
    return found;
  }
  /// The word behind which belongs what stands behind a source word; -1: before all.
  int behind(int source) const { return behind_[source]; }
  /// The word before which belongs what stands before a source word; as many as there are: the end.
  int ahead(int source) const { return ahead_[source]; }
  /// Whether a sentence begins with the source word.
  bool is_start(int source) const { return start_of(source).has_value(); }
  int target_start(int source) const { return start_of(source)->second; }
  /// The translation of whole sentences; nothing for other ranges.
  std::optional<Range> sentences(Range source) const {
    const auto first = start_of(source.first), last = start_of(source.last);
    if (!first || !last) return std::nullopt;
    return Range{first->second, last->second};
  }

 private:
  std::optional<std::pair<int, int>> start_of(int source) const {
    const auto start = std::ranges::lower_bound(starts_, std::pair(source, -1));
    if (start == starts_.end() || start->first != source) return std::nullopt;
    return *start;
  }
  /// Without links, words are where they are on the way.
  void fill_sentence(std::size_t sentence) {
    const auto [source, target] = starts_[sentence];
    const auto [source_end, target_end] = starts_[sentence + 1];
    for (int i = target; i < target_end; ++i) {
      if (source_of_[i] >= 0) return;
    }
    const std::int64_t sources = source_end - source, targets = target_end - target;
    for (int i = target; i < target_end && sources > 0; ++i) {
      source_of_[i] = source + static_cast<int>((i - target) * sources / targets);
    }
  }
  /// Of each source word the longest row of words that stand for it.
  void find_runs() {
    for (int begin = 0, end = 0; begin < targets_; begin = end) {
      while (end < targets_ && source_of_[end] == source_of_[begin]) ++end;
      if (source_of_[begin] < 0) continue;
      Range& best = runs_[source_of_[begin]];
      if (end - begin > best.last - best.first) best = {begin, end};
    }
  }
  void carry_over(std::size_t sentence) {
    const auto [source, target] = starts_[sentence];
    const auto [source_end, target_end] = starts_[sentence + 1];
    int behind = target - 1, ahead = target_end;
    for (int i = source; i < source_end; ++i) {
      behind_[i] = behind = runs_[i].is_empty() ? behind : runs_[i].last - 1;
    }
    for (int i = source_end - 1; i >= source; --i) {
      ahead_[i] = ahead = runs_[i].is_empty() ? ahead : runs_[i].first;
    }
  }

  std::vector<std::pair<int, int>> starts_;  ///< The last one is the end.
  std::vector<int> source_of_;
  std::vector<std::pair<int, int>> by_source_;
  std::vector<Range> runs_;
  std::vector<int> behind_, ahead_;
  int targets_;
};

/// The words that one element's children have taken.
class TakenWords {
 public:
  bool is_taken(int word) const { return meets({word, word + 1}); }
  bool meets(Range words) const {
    const auto next = ranges_.lower_bound(words.last);
    return next != ranges_.begin() && std::prev(next)->second > words.first;
  }
  void take(Range words) { ranges_[words.first] = words.last; }

 private:
  std::map<int, int> ranges_;
};

/// Of words in order, those that stand together: most of them, less what stands between them.
Range closest(const std::vector<int>& words, Range within, const TakenWords& taken) {
  Range best, current;
  int score = 0, best_score = 0;
  for (const int word : words) {
    if (word < within.first || word >= within.last || taken.is_taken(word)) continue;
    const int gap = word - current.last;
    if (score == 0 || score <= gap || taken.meets({current.last, word})) {
      current.first = word;
      score = 1;
    } else {
      score += 1 - gap;
    }
    current.last = word + 1;
    if (score > best_score) {
      best_score = score;
      best = current;
    }
  }
  return best;
}

class MarkupPlacement {
 public:
  MarkupPlacement(const MarkedText& source, std::string_view translated, const WordLinks& links)
      : source_(source),
        text_(translated),
        source_words_(source.text),
        words_(translated),
        links_(links, source_words_.size(), words_.size()),
        nodes_(tree_of(source.tags)) {}

  std::string run() {
    nodes_[0].words = {0, words_.size()};
    nodes_[0].end = text_.size();
    for (Node& node : nodes_) place_children(node);
    return write();
  }

 private:
  std::size_t place_of(int tag) const { return source_.tags[static_cast<std::size_t>(tag)].place; }
  Node& node(int number) { return nodes_[static_cast<std::size_t>(number)]; }

  void place_children(Node& parent) {
    TakenWords taken;
    std::size_t last_single = 0;
    for (const int number : parent.children) {
      Node& child = node(number);
      if (child.closing >= 0 && enclose(child, parent, taken)) continue;
      place_between_words(child);
      if (!source_.tags[static_cast<std::size_t>(child.opening)].is_single) continue;
      child.begin = child.end = last_single = std::max(last_single, child.begin);
    }
    std::ranges::stable_sort(parent.children, {}, [&](int child) { return node(child).begin; });
  }

  /// The source words between two places.
  Range words_between(std::size_t begin, std::size_t end) const {
    const int first = source_words_.at(begin), last = source_words_.at(end);
    const bool is_inside = last < source_words_.size() && begin_of(source_words_, last) < end;
    return {first, begin < end ? last + (is_inside ? 1 : 0) : first};
  }

  /// Gives an element its words; false if there are none for it.
  bool enclose(Node& child, const Node& parent, TakenWords& taken) {
    constexpr int kMostDepth = 64;  // hostile text is deeper, and would take the square of its size
    const std::size_t opening = place_of(child.opening), closing = place_of(child.closing);
    const Range source = words_between(opening, closing);
    if (source.is_empty() || child.depth > kMostDepth) return false;
    const std::optional<Range> whole = links_.sentences(source);
    const bool fits = whole && !whole->is_empty() && whole->first >= parent.words.first &&
                      whole->last <= parent.words.last && !taken.meets(*whole);
    child.words = fits ? *whole : closest(links_.targets(source), parent.words, taken);
    if (child.words.is_empty()) return false;
    taken.take(child.words);
    // Where it encloses whole sentences, marks belong to it that the source does not have outside.
    const int last = child.words.last - 1;
    child.begin = fits && !is_punctuation_before(source_.text, opening)
                      ? begin_of(words_, child.words.first)
                      : place_in(child.words.first, opening, false);
    child.end = fits && !is_punctuation_at(source_.text, closing) ? words_.end(last)
                                                                  : place_in(last, closing, true);
    if (child.begin > child.end) {
      child.begin = begin_of(words_, child.words.first);
      child.end = words_.end(child.words.last - 1);
    }
    return true;
  }

  /// Where a word of the translation begins or ends for a tag that stood at this place: marks
  /// around it are inside only where they were in the source.
  std::size_t place_in(int word, std::size_t place, bool is_end) const {
    const std::string_view text = words_[word], core = strip_punctuation(text);
    const std::size_t begin = begin_of(words_, word);
    const int own = source_words_.at(place);
    if (own < source_words_.size() && source_words_[own] == text) {
      const std::size_t source_begin = begin_of(source_words_, own);
      if (place > source_begin) return begin + place - source_begin;
    }
    if (is_end) {
      if (core.empty() || is_punctuation_before(source_.text, place)) return begin + text.size();
      return static_cast<std::size_t>(core.data() + core.size() - text_.data());
    }
    if (core.empty() || is_punctuation_at(source_.text, place)) return begin;
    return static_cast<std::size_t>(core.data() - text_.data());
  }

  /// For a tag alone, and an element without words.
  void place_between_words(Node& child) {
    const std::size_t place = place_of(child.opening);
    const std::string_view source = source_.text;
    const int next = source_words_.at(place), previous = next - 1;
    const bool has_next = next < source_words_.size();
    const bool is_inside = has_next && begin_of(source_words_, next) < place;
    const bool is_glued = has_next && begin_of(source_words_, next) == place;
    const bool is_glued_before =
        is_inside || (previous >= 0 && source_words_.end(previous) == place);
    if (is_inside) {
      child.begin = behind(links_.behind(next), place);
    } else if (is_glued && !is_glued_before) {
      child.begin = ahead(next);
    } else if (previous < 0) {
      child.is_apart_behind = place < source.size() && source[place] == ' ';
    } else {
      child.begin = links_.is_start(next) ? end_of(links_.target_start(next) - 1)
                                          : behind(links_.behind(previous), place);
      child.is_apart_before = place > 0 && source[place - 1] == ' ';
    }
    child.end = child.begin;
  }

  std::size_t ahead(int source) const {
    const int word = links_.is_start(source) ? links_.target_start(source) : links_.ahead(source);
    return word < words_.size() ? begin_of(words_, word) : text_.size();
  }
  std::size_t end_of(int word) const { return word < 0 ? 0 : words_.end(word); }
  std::size_t behind(int word, std::size_t place) const {
    return word < 0 ? 0 : place_in(word, place, true);
  }

  /// The text up to a place, if it is not written yet.
  void write_text(std::size_t end) {
    if (end <= done_) return;
    result_ += source_.written_text(text_.substr(done_, end - done_), is_written_);
    done_ = end;
  }
  void write_tag(int tag) { result_ += source_.tags[static_cast<std::size_t>(tag)].bytes; }

  /// Not by recursion: elements may be nested as deep as the text is long.
  std::string write() {
    is_written_.resize(source_.opaque.size());
    struct Place {
      int number;
      std::size_t child = 0, end;
    };
    std::vector<Place> open{{0, 0, text_.size()}};
    while (!open.empty()) {
      const std::size_t end = open.back().end;
      const Node& parent = node(open.back().number);
      if (open.back().child == parent.children.size()) {
        write_text(end);
        if (parent.closing >= 0) write_tag(parent.closing);
        if (parent.is_apart_behind) result_ += ' ';
        open.pop_back();
        continue;
      }
      const int number = parent.children[open.back().child++];
      const Node& child = node(number);
      write_text(std::min(child.begin, end));
      if (child.is_apart_before && !result_.ends_with(' ')) result_ += ' ';
      write_tag(child.opening);
      open.push_back({number, 0, std::min(child.end, end)});
    }
    return source_.before + result_ + source_.after;
  }

  const MarkedText& source_;
  std::string_view text_;
  WordPlaces source_words_, words_;
  LinkedWords links_;
  std::vector<Node> nodes_;
  std::size_t done_ = 0;
  std::vector<bool> is_written_;
  std::string result_;
};

}  // namespace

std::string with_markup(const MarkedText& source, std::string_view translated,
                        const WordLinks& links) {
  return MarkupPlacement(source, translated, links).run();
}

}  // namespace heed
