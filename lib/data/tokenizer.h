#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "heed/options.h"

namespace sentencepiece {
class SentencePieceProcessor;
}  // namespace sentencepiece

namespace heed {

class BytePairs;

/// A line's pieces, without <s> and </s>, and the number of the line's word, from 0, that each
/// belongs to. Words are what ASCII white space separates; white space counts to the word after it.
struct EncodedLine {
  std::vector<int> ids, words;
};

/// The text of some pieces, and the number of its word that each belongs to; 0 where it has none.
struct DecodedLine {
  std::string text;
  std::vector<int> words;
};

/// Text to subword numbers and back: a SentencePiece model (Kudo and Richardson 2018), or a list of
/// words, maybe cut into pieces by BytePairs, in that form (data/piece_order.h). A copy
/// shares the model, and any number of threads may use one. Before the model's own normalisation,
/// what shows nothing at a line's ends is left out, and where the vocabulary is one of composed
/// text, the line is composed (text/normalization.h); words are always those of the line as given.
class Tokenizer {
 public:
  /// From the bytes of a .spm file. Throws Error naming `origin` if they are no SentencePiece
  /// model, or one without <s> or </s>.
  explicit Tokenizer(const std::string& serialized, const std::string& origin = "the model file");

  /// From a .spm file. Throws Error naming it.
  static Tokenizer load(const std::string& path);

  /// The numbers of the line's pieces, without <s> and </s>. Any bytes may be given.
  std::vector<int> encode(std::string_view line) const;

  /// The line in canonical composition, where the vocabulary is one of composed text; its words, as
  /// ASCII white space separates them, stay the same.
  std::string composed(std::string_view line) const;

  /// The pieces of the line as it is, as SentencePiece writes them, but unknown characters as they
  /// stand in the line: the tokens that sacreBLEU's tokenizer spm counts.
  std::vector<std::string> split(std::string_view line) const;

  /// The text of the pieces, on one line: a line feed, which a model may make from byte pieces,
  /// becomes a blank. <s> and </s> have no text. Throws Error if a number is not in [0, size()).
  std::string decode(std::span<const int> ids) const;

  /// The same with words, in one go.
  EncodedLine encode_words(std::string_view line) const;
  DecodedLine decode_words(std::span<const int> ids) const;

  /// The pieces as SentencePiece writes them, such as "▁forty".
  std::vector<std::string> pieces(std::span<const int> ids) const;
  std::string piece(int id) const;

  /// The piece's log probability in a unigram vocabulary: below 0 but for <unk>, <s>, </s>, bytes
  /// and user's symbols, which have 0.
  double log_probability(int id) const;

  /// The number of a piece as SentencePiece writes it; nothing where the vocabulary has none such.
  std::optional<int> find_piece(const std::string& piece) const;
  bool has_piece(const std::string& piece) const { return find_piece(piece).has_value(); }

  /// Whether the vocabulary can write the character, or what its rules make of it, without bytes;
  /// of letters also those of a script of which it has some: rare ones occur in training as bytes.
  bool knows(char32_t character) const;

  /// Whether the vocabulary is a unigram language model (Kudo 2018), which subword sampling needs.
  bool is_unigram() const { return is_unigram_; }

  /// Number of pieces in the vocabulary.
  int size() const;
  int unk_id() const;
  int bos_id() const;  ///< -1: the vocabulary has no <s>.
  int eos_id() const;

  /// The bytes of the model, as in a .spm file.
  const std::string& serialized() const { return *serialized_; }

 private:
  void check(std::span<const int> ids) const;
  EncodedLine look_up_words(std::string_view line) const;
  std::string_view prepared(std::string_view line, std::string& composed) const;

  std::shared_ptr<const sentencepiece::SentencePieceProcessor> model_;
  std::shared_ptr<const std::string> serialized_;
  std::shared_ptr<const std::unordered_set<char32_t>> characters_;
  std::set<int> scripts_;
  bool is_unigram_ = false;
  bool composes_ = false;
  bool has_words_ = false;                  ///< Of word_model(): looked up one by one.
  std::shared_ptr<const BytePairs> pairs_;  ///< What words are cut by first; may be null.
};

}  // namespace heed
