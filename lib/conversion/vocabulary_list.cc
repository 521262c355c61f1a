#include "conversion/vocabulary_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "data/byte_pairs.h"
#include "data/piece_order.h"
#include "util/error.h"
#include "util/files.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

/// Puts pieces into the order of their numbers, which must be all from 0.
class Numbered {
 public:
  explicit Numbered(const std::string& path) : path_(path) {}

  void add(const std::string& piece, std::uint64_t number) {
    if (number >= kMost) fail("expected numbers below {} in {}, found {}", kMost, path_, number);
    pieces_.emplace_back(number, piece);
  }
  VocabularyList finish() {
    std::ranges::stable_sort(pieces_, {}, &Numbering::first);
    VocabularyList list;
    for (auto& [number, piece] : pieces_) {
      if (number < list.size()) {
        fail("expected one piece of number {} in {}, found {} and {}", number, path_,
             printable(list.back()), printable(piece));
      }
      if (number > list.size()) {
        fail("expected a piece of number {} in {}, found none", list.size(), path_);
      }
      list.push_back(std::move(piece));
    }
    return list;
  }

 private:
  using Numbering = std::pair<std::uint64_t, std::string>;

  static constexpr std::uint64_t kMost = 10'000'000;
  const std::string& path_;
  std::vector<Numbering> pieces_;
};

VocabularyList list_of_json(std::string_view text, const std::string& path) {
  const nlohmann::json json = parse_json(text, path);
  if (json.is_array()) {
    VocabularyList list;
    for (const nlohmann::json& piece : json) {
      if (!piece.is_string()) fail("expected pieces in {}, found {}", path, piece.type_name());
      list.push_back(piece);
    }
    return list;
  }
  Numbered numbered(path);
  for (const auto& [piece, number] : json.items()) {
    if (!number.is_number_unsigned()) {
      fail("expected a whole number for {} in {}, found {}", printable(piece), path,
           number.type_name());
    }
    numbered.add(piece, number.get<std::uint64_t>());
  }
  return numbered.finish();
}

/// A plain or quoted scalar of YAML on one line.
std::string unquoted(std::string_view key, const std::string& where) {
  if (key.starts_with('"')) {
    const nlohmann::json text = parse_json(key, where);
    return text.get<std::string>();
  }
  if (key.size() < 2 || !key.starts_with('\'') || !key.ends_with('\'')) return std::string(key);
  std::string text;
  for (std::size_t i = 1; i + 1 < key.size(); ++i) {
    text += key[i];
    if (key[i] == '\'' && i + 2 < key.size() && key[i + 1] == '\'') ++i;
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

/// What marian-vocab writes.
VocabularyList list_of_yaml(const std::vector<std::string>& lines, const std::string& path) {
  Numbered numbered(path);
  std::size_t number = 0;
  for (const std::string& line : lines) {
    const std::string where = fmt::format("{}:{}", path, ++number);
    const std::size_t colon = line.rfind(": ");
    std::uint64_t id = 0;
    const char* const end = line.data() + line.size();
    const auto parsed = colon == std::string::npos
                            ? std::from_chars_result{nullptr, std::errc::invalid_argument}
                            : std::from_chars(line.data() + colon + 2, end, id);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      fail("{}: expected 'piece: number', found {}", where, printable(line));
    }
    numbered.add(unquoted(trim(std::string_view(line).substr(0, colon)), where), id);
  }
  return numbered.finish();
}

/// The .spm as it is where its pieces have the list's numbers already.
Tokenizer listed_tokenizer(const SpmFile& file, const VocabularyList& list, int unlisted) {
  Tokenizer plain = file.tokenizer();
  bool is_same = std::cmp_equal(plain.size(), list.size()) && unlisted == 0;
  for (int id = 0; is_same && id < plain.size(); ++id) is_same = plain.piece(id) == list[id];
  if (is_same) return plain;
  return Tokenizer(order_pieces(file.bytes, list, file.path, unlisted).serialized, file.path);
}

int unlisted_of(const SpmFile& file, const VocabularyList& list) {
  return listed_tokenizer(file, list, 0).size() - static_cast<int>(list.size());
}

/// The tensor of a parameter.
ForeignTensor* tensor_of(ForeignModel& model, const char* parameter) {
  for (const Correspondence& entry : model.table) {
    if (entry.parameter != parameter) continue;
    const auto found =
        std::ranges::find(model.tensors, entry.columns.front().tensor, &ForeignTensor::name);
    return found == model.tensors.end() ? nullptr : &*found;
  }
  return nullptr;
}

/// Rows like <unk>'s.
void add_rows(ForeignTensor* table, int count, std::size_t unk) {
  if (table == nullptr || table->shape.size() != 2 || table->shape[0] <= unk) return;
  const std::size_t width = table->shape[1];
  for (int i = 0; i < count; ++i) {
    for (std::size_t col = 0; col < width; ++col) {
      table->values.push_back(table->values[unk * width + col]);
    }
  }
  table->shape[0] += static_cast<std::uint64_t>(count);
}

}  // namespace

VocabularyList read_vocabulary_list(const std::string& path) {
  return parse_vocabulary_list(read_file(path), path);
}

VocabularyList parse_vocabulary_list(std::string_view text, const std::string& path) {
  const std::string_view start = trim(text);
  if (start.starts_with('[') || start.starts_with('{')) return list_of_json(text, path);
  const std::vector<std::string> lines = lines_of(text);
  return path.ends_with(".txt") ? lines : list_of_yaml(lines, path);
}

std::vector<SpmFile> read_spm_files(const std::vector<std::string>& paths) {
  std::vector<SpmFile> files;
  for (const std::string& path : paths) files.push_back({read_file(path), path});
  return files;
}

std::string list_text(const Tokenizer& tokenizer) {
  nlohmann::json list = nlohmann::json::array();
  for (int id = 0; id < tokenizer.size(); ++id) list.push_back(tokenizer.piece(id));
  return list.dump(2) + '\n';
}

std::string word_list_text(const Tokenizer& tokenizer) {
  constexpr std::string_view kBlank = "\xe2\x96\x81";  // ▁
  std::string text;
  for (int id = 0; id < tokenizer.size(); ++id) {
    const std::string piece = tokenizer.piece(id);
    const std::string word = piece.substr(piece.starts_with(kBlank) ? kBlank.size() : 0);
    text += fmt::format("{}: {}\n", json_text(word), id);
  }
  return text;
}

WordList WordList::read(const std::string& path, const std::string& codes) {
  WordList list{read_vocabulary_list(path), path};
  if (!codes.empty()) {
    list.codes = read_file(codes);
    const BytePairs checked(list.codes, codes);
  }
  const auto rename = [&](std::string_view name, std::span<const std::string_view> others) {
    if (std::ranges::find(list.words, name) != list.words.end()) return;
    const auto found = std::ranges::find_first_of(list.words, others);
    if (found != list.words.end()) *found = name;
  };
  rename("</s>", std::array<std::string_view, 2>{"eos", "<EOS>"});
  rename("<unk>", std::array<std::string_view, 2>{"UNK", "<UNK>"});
  return list;
}

Tokenizer WordList::tokenizer(std::size_t size) const {
  VocabularyList known(words.begin(),
                       words.begin() + static_cast<std::ptrdiff_t>(std::min(size, words.size())));
  while (known.size() < size) known.push_back(fmt::format("<unlisted {}>", known.size()));
  return Tokenizer(word_model(known, path, codes), path);
}

void use_words(ForeignModel& model, const std::vector<WordList>& lists) {
  const auto tokenizer = [&](const WordList& list, const char* side_table) {
    const ForeignTensor* table = tensor_of(model, "embedding");
    if (table == nullptr) table = tensor_of(model, side_table);
    const bool has_rows = table != nullptr && !table->values.empty() && !table->shape.empty();
    return list.tokenizer(has_rows ? table->shape[0] : list.words.size());
  };
  model.contents.tokenizers = {tokenizer(lists.front(), "source.embedding"),
                               tokenizer(lists.back(), "target.embedding")};
}

ListedTokenizers list_tokenizers(const std::vector<SpmFile>& models, const VocabularyList& source,
                                 const VocabularyList& target, bool tied) {
  if (models.empty() || models.size() > 2) {
    fail_usage(
        "expected the SentencePiece model of both sides, or those of source and target: "
        "--vocab FILE or --vocab SOURCE TARGET, found {} files",
        models.size());
  }
  int of_source = unlisted_of(models.front(), source);
  int of_target = unlisted_of(models.back(), target);
  if (tied) of_source = of_target = std::max(of_source, of_target);
  return {{listed_tokenizer(models.front(), source, of_source),
           listed_tokenizer(models.back(), target, of_target)},
          static_cast<int>(source.size()),
          static_cast<int>(target.size())};
}

void extend_vocabulary(ForeignModel& model, const ListedTokenizers& listed) {
  const Tokenizers& tokenizers = model.contents.tokenizers;
  const int of_source = tokenizers.source.size() - listed.source_items;
  const int of_target = tokenizers.target.size() - listed.target_items;
  const auto unk = static_cast<std::size_t>(tokenizers.target.unk_id());
  add_rows(tensor_of(model, "embedding"), of_target, unk);
  add_rows(tensor_of(model, "source.embedding"), of_source,
           static_cast<std::size_t>(tokenizers.source.unk_id()));
  add_rows(tensor_of(model, "target.embedding"), of_target, unk);
  add_rows(tensor_of(model, "output.weight"), of_target, unk);
  ForeignTensor* const bias = tensor_of(model, "output.bias");
  if (bias == nullptr || bias->shape.empty()) return;
  bias->values.resize(bias->values.size() + static_cast<std::size_t>(of_target), kNeverBias);
  bias->shape.back() += static_cast<std::uint64_t>(of_target);
}

}  // namespace heed
