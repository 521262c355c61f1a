#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heed/options.h"

namespace sentencepiece {
class SentencePieceProcessor;
}  // namespace sentencepiece

namespace heed {

/// Text to subword numbers and back: a SentencePiece model (Kudo and Richardson 2018). A copy
/// shares the model, and any number of threads may use one.
class Tokenizer {
 public:
  /// From the bytes of a .spm file. Throws Error naming `origin` if they are no SentencePiece
  /// model, or one without <s> or </s>.
  explicit Tokenizer(const std::string& serialized, const std::string& origin = "the model file");

  /// From a .spm file. Throws Error naming it.
  static Tokenizer load(const std::string& path);

  /// The numbers of the line's pieces, without <s> and </s>. Any bytes may be given.
  std::vector<int> encode(std::string_view line) const;

  /// The line's pieces as SentencePiece writes them, but unknown characters as they stand in the
  /// line: the tokens that sacreBLEU's tokenizer spm counts.
  std::vector<std::string> split(std::string_view line) const;

  /// The text of the pieces, on one line: a line feed, which a model may make from byte pieces,
  /// becomes a blank. <s> and </s> have no text. Throws Error if a number is not in [0, size()).
  std::string decode(std::span<const int> ids) const;

  /// For each piece of encode(line), the number of the line's word, from 0, that it belongs to.
  /// Words are what ASCII white space separates; white space counts to the word after it.
  std::vector<int> word_of_piece(std::string_view line) const;

  /// The same for given pieces and the words of decode(ids). All are 0 where there are no words.
  std::vector<int> word_of_piece(std::span<const int> ids) const;

  /// The pieces as SentencePiece writes them, such as "▁forty".
  std::vector<std::string> pieces(std::span<const int> ids) const;
  std::string piece(int id) const;

  /// The piece's log probability in a unigram vocabulary: below 0 but for <unk>, <s>, </s>, bytes
  /// and user's symbols, which have 0.
  double log_probability(int id) const;

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

  std::shared_ptr<const sentencepiece::SentencePieceProcessor> model_;
  std::shared_ptr<const std::string> serialized_;
  bool is_unigram_ = false;
};

/// Lines that a vocabulary is trained on at most; of a longer text, so many random ones are taken.
inline constexpr std::size_t kMostVocabularyLines = 2'000'000;

/// Trains a vocabulary on `lines` lines, of which line(i) gives one, as vocab_size, vocab_type,
/// byte_fallback, user_symbols and spm_options say. Numbers: 0 <unk>, 1 <s>, 2 </s>. The text is
/// not normalised: decode(encode(line)) is the line, but for repeated blanks. The result depends
/// on lines and options only. Where the text has fewer pieces than asked for, all are taken, which
/// size() tells. Where it has more characters than fit, the rare ones become bytes, if
/// byte_fallback allows. Memory: `most_lines` lines. Throws Error on a text without words, and
/// UsageError if vocab_size can't hold the characters, or on spm_options that SentencePiece doesn't
/// take.
Tokenizer train_tokenizer(std::size_t lines, const std::function<std::string(std::size_t)>& line,
                          const DataOptions& options,
                          std::size_t most_lines = kMostVocabularyLines);

}  // namespace heed
