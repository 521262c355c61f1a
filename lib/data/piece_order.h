#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// A SentencePiece model with other piece numbers.
struct OrderedPieces {
  std::string serialized;
  int unlisted = 0;  ///< Pieces that the list lacks, which come behind it.
};

/// Makes the pieces of a SentencePiece model those of a list, in its order, as tools want it that
/// keep numbers in a vocabulary of their own. Text is still split as the model splits it: pieces
/// that the list has alone are never made of text, and those that it lacks, which the other tool
/// takes for <unk>, get numbers behind it: `unlisted` at least, some that are never made of text.
/// `list` may begin a sentence with a language tag, ">>de<<": such items are made of text, with the
/// blank before. `</s>`, `<s>` and `<pad>` are no text. Throws Error naming `origin` for bytes that
/// are no model, and a list without </s> or <unk> or with an item twice.
OrderedPieces order_pieces(const std::string& serialized, const std::vector<std::string>& list,
                           const std::string& origin, int unlisted = 0);

/// A SentencePiece model of words, each of the list's items one: text is split at blanks and
/// otherwise left as it is. Throws Error naming `origin` for a list without </s> or <unk>, with an
/// item twice, or with pieces of SentencePiece ("▁the"), whose model would be needed. `codes`: what
/// BytePairs cuts words by before they are looked up; none: they are whole.
std::string word_model(const std::vector<std::string>& list, const std::string& origin,
                       std::string_view codes = {});
/// Whether a SentencePiece model is such a one.
bool is_word_model(std::string_view serialized);
/// The codes of such a one, or none.
std::string_view codes_of(std::string_view serialized);

}  // namespace heed
