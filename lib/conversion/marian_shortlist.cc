#include "conversion/marian_shortlist.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "conversion/byte_reader.h"
#include "util/files.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {
namespace {

constexpr std::uint64_t kBinaryMagic = 0xF11A48D5013417F5;
constexpr std::size_t kBinaryHeader = 48;    // bytes
constexpr int kFrequent = 100, kBest = 100;  // of a text, as Marian does

bool is_binary(std::span<const std::byte> file) {
  return file.size() >= sizeof kBinaryMagic &&
         std::memcmp(file.data(), &kBinaryMagic, sizeof kBinaryMagic) == 0;
}

std::vector<int> first_tokens(std::uint64_t count, const Tokenizer& target) {
  std::vector<int> tokens;
  for (int id = 0; id < target.size() && std::cmp_less(id, count); ++id) tokens.push_back(id);
  return tokens;
}

/// A text's targets of each source token.
class LexicalText {
 public:
  explicit LexicalText(const Tokenizers& tokenizers)
      : tokenizers_(tokenizers), of_source_(tokenizers.source.size()) {}

  /// Throws Error naming `place` for another line than "target source probability".
  void add(std::string_view line, const std::string& place);
  void finish(Shortlist& shortlist) const;

 private:
  const Tokenizers& tokenizers_;
  std::vector<std::map<int, float>> of_source_;
};

void LexicalText::add(std::string_view line, const std::string& place) {
  const std::vector<std::string_view> fields = split_words(line);
  if (fields.empty()) return;
  float probability = -1;
  if (fields.size() == 3) {
    const char* const end = fields[2].data() + fields[2].size();
    const auto parsed = std::from_chars(fields[2].data(), end, probability);
    if (parsed.ec != std::errc() || parsed.ptr != end) probability = -1;
  }
  if (!(probability >= 0 && probability <= 1)) {
    fail("expected target, source and a probability in {}, found {}", place,
         printable(std::string(line)));
  }
  const auto target = tokenizers_.target.find_piece(std::string(fields[0]));
  const auto source = tokenizers_.source.find_piece(std::string(fields[1]));
  if (!source || !target) return;
  float& known = of_source_[*source][*target];
  known = std::max(known, probability);
}

void LexicalText::finish(Shortlist& shortlist) const {
  for (const std::map<int, float>& targets : of_source_) {
    std::vector<std::pair<float, int>> sorted;
    for (const auto& [target, probability] : targets) sorted.emplace_back(-probability, target);
    std::ranges::sort(sorted);
    sorted.resize(std::min<std::size_t>(sorted.size(), kBest));
    for (const auto& [negative, target] : sorted) {
      shortlist.targets.push_back(target);
      shortlist.probabilities.push_back(-negative);
    }
    shortlist.ends.push_back(static_cast<int>(shortlist.targets.size()));
  }
}

/// Where each source token's targets end. Throws Error for places that don't follow each other.
std::vector<int> read_ends(ByteReader& reader, std::uint64_t places, std::uint64_t targets) {
  std::vector<int> ends;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < places; ++i) {
    const auto end = reader.number<std::uint64_t>();
    if (end < last || end > targets || (i == 0 && end != 0)) {
      fail("expected places in {} targets in {}, found {} behind {}; the file is damaged", targets,
           reader.path(), end, last);
    }
    if (i > 0) ends.push_back(static_cast<int>(end));
    last = end;
  }
  return ends;
}

}  // namespace

std::uint64_t marian_checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0;
  for (; bytes.size() >= sizeof hash; bytes = bytes.subspan(sizeof hash)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash ^= word + 0x9e3779b9 + (hash << 6) + (hash >> 2);  // boost::hash_combine
  }
  return hash;
}

Shortlist parse_marian_shortlist(std::span<const std::byte> file, const std::string& path,
                                 const Tokenizers& tokenizers) {
  ByteReader reader(file, path);
  reader.number<std::uint64_t>();  // magic
  const auto checksum = reader.number<std::uint64_t>();
  const auto frequent = reader.number<std::uint64_t>();
  reader.number<std::uint64_t>();  // the most targets of a token when it was made
  const auto places = reader.number<std::uint64_t>(), targets = reader.number<std::uint64_t>();
  const std::uint64_t most = std::min<std::uint64_t>(file.size(), 0x7fffffff);
  if (places > most || targets > most || kBinaryHeader + 8 * places + 4 * targets != file.size()) {
    fail("expected {} places and {} targets in {}, found {} bytes; the file is damaged or cut off",
         places, targets, path, file.size());
  }
  if (marian_checksum(file.subspan(16)) != checksum) {
    fail("expected the checksum {:016x} in {}, found another; the file is damaged", checksum, path);
  }
  Shortlist shortlist;
  shortlist.frequent = first_tokens(frequent, tokenizers.target);
  shortlist.ends = read_ends(reader, places, targets);
  if (shortlist.ends.empty() || std::cmp_not_equal(shortlist.ends.back(), targets) ||
      std::cmp_greater(shortlist.ends.size(), tokenizers.source.size())) {
    fail("expected {} targets of at most {} source tokens in {}, found another vocabulary's",
         targets, tokenizers.source.size(), path);
  }
  // Pieces that Marian doesn't know have none.
  shortlist.ends.resize(tokenizers.source.size(), shortlist.ends.back());
  for (std::uint64_t i = 0; i < targets; ++i) {
    const auto target = reader.number<std::uint32_t>();
    shortlist.targets.push_back(static_cast<int>(std::min<std::uint32_t>(target, 0x7fffffff)));
  }
  shortlist.check(tokenizers.source.size(), tokenizers.target.size(), path);
  return shortlist;
}

Shortlist read_marian_shortlist(const std::string& path, const Tokenizers& tokenizers) {
  if (const FileCopy file(path); is_binary(file.bytes())) {
    return parse_marian_shortlist(file.bytes(), path, tokenizers);
  }
  LexicalText text(tokenizers);
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    text.add(line, fmt::format("{}:{}", path, reader.line_number()));
  }
  Shortlist shortlist;
  shortlist.frequent = first_tokens(kFrequent, tokenizers.target);
  text.finish(shortlist);
  return shortlist;
}

std::string marian_shortlist_text(const ModelContents& contents) {
  const Shortlist& shortlist = contents.shortlist;
  const auto& [sources, targets] = contents.tokenizers;
  std::string text;
  const std::string end = sources.piece(sources.eos_id());
  for (const int token : shortlist.frequent) {
    text += fmt::format("{} {} 1\n", targets.piece(token), end);
  }
  for (int source = 0; source < sources.size(); ++source) {
    const std::span<const int> own = shortlist.of(source);
    for (const int& token : own) {
      const std::ptrdiff_t place = &token - shortlist.targets.data();
      const float p = shortlist.probabilities.empty() ? 1 : shortlist.probabilities[place];
      text += fmt::format("{} {} {}\n", targets.piece(token), sources.piece(source), p);
    }
  }
  return text;
}

}  // namespace heed
