#include "data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <unordered_set>
#include <utility>

#include "data/byte_pairs.h"
#include "data/normalizer_rules.h"
#include "data/piece_order.h"
#include "data/sentencepiece.h"
#include "text/normalization.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/files.h"
#include "util/strings.h"

namespace heed {
namespace {

using sentencepiece::ImmutableNBestSentencePieceText;
using sentencepiece::ImmutableSentencePieceText;
using sentencepiece::SentencePieceProcessor;

void check(const sentencepiece::util::Status& status) {
  if (!status.ok()) fail("SentencePiece could not split a line: {}", message_of(status));
}

/// For each piece, the number of the word of `line` in which the piece begins, or which is next.
std::vector<int> words_of(const ImmutableSentencePieceText& text, std::string_view line) {
  const WordPlaces places(line);
  std::vector<int> words(text.pieces_size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto piece = text.pieces(static_cast<int>(i));
    std::size_t begin = piece.begin();
    while (begin < piece.end() && is_space(line[begin])) ++begin;
    words[i] = std::max(std::min(places.at(begin), places.size() - 1), 0);
  }
  return words;
}

/// The characters of all pieces that are text.
std::unordered_set<char32_t> characters_of(const SentencePieceProcessor& model) {
  std::unordered_set<char32_t> characters;
  for (int id = 0; id < model.GetPieceSize(); ++id) {
    if (model.IsByte(id) || model.IsControl(id) || model.IsUnknown(id)) continue;
    for (const char32_t c : decode_utf8(model.IdToPiece(id))) characters.insert(c);
  }
  return characters;
}

/// The scripts of which there are several letters: foreign names leave one or two in any text.
std::set<int> scripts_of(const std::unordered_set<char32_t>& characters) {
  constexpr int kFew = 5;
  std::map<int, int> letters;
  for (const char32_t c : characters) letters[script_of(c)] += is_letter(c) ? 1 : 0;
  std::set<int> scripts;
  for (const auto& [script, count] : letters) {
    if (count >= kFew) scripts.insert(script);
  }
  return scripts;
}

/// Whether the vocabulary was trained on text in canonical composition: it has more pieces with
/// composed characters than such as would be composed further, or are a mark without its letter.
bool is_composed_vocabulary(const SentencePieceProcessor& model) {
  int composed = 0, apart = 0;
  for (int id = 0; id < model.GetPieceSize(); ++id) {
    const std::string& piece = model.IdToPiece(id);
    if (!is_composed(piece) || is_diacritic(piece)) {
      ++apart;
    } else if (is_decomposable(piece)) {
      ++composed;
    }
  }
  return composed >= apart;
}

/// SentencePiece checks little: an empty piece, for one, is an exception of its trie's.
bool loads(const std::string& serialized, SentencePieceProcessor& model) {
  try {
    return has_sound_rules(serialized) && model.LoadFromSerializedProto(serialized).ok() &&
           model.GetPieceSize() > 0;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
}

/// The words that BytePairs cut, whole again.
DecodedLine joined(const DecodedLine& cut) {
  DecodedLine line;
  std::vector<int> numbers;  // of words, by those of their pieces
  int number = 0;
  bool is_inside = true;
  for (std::string_view piece : split_words(cut.text)) {
    if (!is_inside) {
      ++number;
      line.text += ' ';
    }
    numbers.push_back(number);
    is_inside = piece.ends_with(BytePairs::kJoiner);
    if (is_inside) piece.remove_suffix(BytePairs::kJoiner.size());
    line.text += piece;
  }
  for (const int piece : cut.words) line.words.push_back(numbers.empty() ? 0 : numbers[piece]);
  return line;
}

}  // namespace

Tokenizer::Tokenizer(const std::string& serialized, const std::string& origin) {
  silence_sentencepiece();
  auto model = std::make_shared<SentencePieceProcessor>();
  if (!loads(serialized, *model)) {
    fail("expected a SentencePiece model in {}, found {} bytes that are none", origin,
         serialized.size());
  }
  if (model->eos_id() < 0) {
    fail(
        "expected </s> in the vocabulary of {}, found none; train it with an eos_id of 0 or more, "
        "or without --vocab let heed train make one",
        origin);
  }
  ImmutableNBestSentencePieceText candidates;  // only unigram models have several
  is_unigram_ = model->NBestEncode("a", 2, candidates.mutable_proto()).ok();
  composes_ = is_composed_vocabulary(*model);
  has_words_ = is_word_model(serialized);
  if (const std::string_view codes = codes_of(serialized); has_words_ && !codes.empty()) {
    pairs_ = std::make_shared<const BytePairs>(codes, origin);
  }
  characters_ = std::make_shared<const std::unordered_set<char32_t>>(characters_of(*model));
  scripts_ = scripts_of(*characters_);
  model_ = std::move(model);
  serialized_ = std::make_shared<const std::string>(serialized);
}

Tokenizer Tokenizer::load(const std::string& path) { return Tokenizer(read_file(path), path); }

std::string Tokenizer::composed(std::string_view line) const {
  return composes_ && !is_composed(line) ? compose(line) : std::string(line);
}

/// The line as SentencePiece shall read it: a view of it or of `composed`. White space between
/// words neither comes nor goes by composition.
std::string_view Tokenizer::prepared(std::string_view line, std::string& composed) const {
  line = strip_blank(line);
  if (!composes_ || is_composed(line)) return line;
  composed = compose(line);
  return composed;
}

/// SentencePiece makes one piece of unknown words in a row.
EncodedLine Tokenizer::look_up_words(std::string_view line) const {
  EncodedLine encoded;
  int number = 0;
  for (const std::string_view word : split_words(line)) {
    for (const std::string& piece : pairs_ ? pairs_->split(word) : std::vector{std::string(word)}) {
      encoded.words.push_back(number);
      encoded.ids.push_back(model_->PieceToId("\xe2\x96\x81" + piece));
    }
    ++number;
  }
  return encoded;
}

std::vector<int> Tokenizer::encode(std::string_view line) const {
  std::vector<int> ids;
  std::string composed;
  const std::string_view text = prepared(line, composed);
  if (has_words_) return look_up_words(text).ids;
  heed::check(model_->Encode({text.data(), text.size()}, &ids));
  return ids;
}

std::vector<std::string> Tokenizer::split(std::string_view line) const {
  std::vector<std::string> pieces;
  heed::check(model_->Encode({line.data(), line.size()}, &pieces));
  return pieces;
}

void Tokenizer::check(std::span<const int> ids) const {
  for (const int id : ids) {
    if (id < 0 || id >= size()) {
      fail("expected piece numbers from 0 to {}, found {}", size() - 1, id);
    }
  }
}

std::string Tokenizer::decode(std::span<const int> ids) const {
  if (pairs_) return decode_words(ids).text;
  check(ids);
  std::string text;
  heed::check(model_->Decode(std::vector<int>(ids.begin(), ids.end()), &text));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

EncodedLine Tokenizer::encode_words(std::string_view line) const {
  ImmutableSentencePieceText pieces;
  std::string composed;
  const std::string_view text = prepared(line, composed);
  EncodedLine encoded;
  if (has_words_) {
    encoded = look_up_words(text);
  } else {
    heed::check(model_->Encode({text.data(), text.size()}, pieces.mutable_proto()));
    encoded.words = words_of(pieces, text);
    for (const auto& piece : pieces.pieces()) encoded.ids.push_back(static_cast<int>(piece.id()));
  }
  const std::string_view before(line.data(), strip_blank(line).data() - line.data());
  const int first = before.empty() ? 0 : WordPlaces(line).at(before.size());
  for (int& word : encoded.words) word += first;
  return encoded;
}

DecodedLine Tokenizer::decode_words(std::span<const int> ids) const {
  check(ids);
  ImmutableSentencePieceText pieces;
  heed::check(model_->Decode(std::vector<int>(ids.begin(), ids.end()), pieces.mutable_proto()));
  DecodedLine decoded{pieces.text(), words_of(pieces, pieces.text())};
  std::replace(decoded.text.begin(), decoded.text.end(), '\n', ' ');
  return pairs_ ? joined(decoded) : decoded;
}

std::vector<std::string> Tokenizer::pieces(std::span<const int> ids) const {
  std::vector<std::string> result;
  for (const int id : ids) result.push_back(piece(id));
  return result;
}

std::string Tokenizer::piece(int id) const {
  check(std::span(&id, 1));
  return model_->IdToPiece(id);
}

std::optional<int> Tokenizer::find_piece(const std::string& piece) const {
  const int id = model_->PieceToId(piece);  // of any other one <unk>'s
  return model_->IdToPiece(id) == piece ? std::optional(id) : std::nullopt;
}

bool Tokenizer::knows(char32_t character) const {
  if (characters_->contains(character)) return true;
  if (is_letter(character) && scripts_.contains(script_of(character))) return true;
  std::string text;
  append_utf8(text, character);
  return std::ranges::none_of(encode(text),
                              [&](int id) { return model_->IsByte(id) || model_->IsUnknown(id); });
}

double Tokenizer::log_probability(int id) const {
  check(std::span(&id, 1));
  return static_cast<double>(model_->GetScore(id));
}

int Tokenizer::size() const { return model_->GetPieceSize(); }
int Tokenizer::unk_id() const { return model_->unk_id(); }
int Tokenizer::bos_id() const { return model_->bos_id(); }
int Tokenizer::eos_id() const { return model_->eos_id(); }

}  // namespace heed
