#include "data/piece_order.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "data/protocol_buffer.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

// Numbers of fields in sentencepiece_model.proto.
constexpr std::uint64_t kPiece = 1;                         // of ModelProto
constexpr std::uint64_t kText = 1, kScore = 2, kType = 3;   // of SentencePiece
constexpr std::uint64_t kTrainerRules = 2, kTextRules = 3;  // of ModelProto
constexpr std::uint64_t kCodes = 200;                       // of ModelProto: the first extension
constexpr std::uint64_t kModelType = 3, kWord = 3;          // of TrainerSpec
constexpr std::uint64_t kRulesName = 1;                     // of NormalizerSpec
constexpr std::string_view kListRules = "list";             // none: tells a list's model
enum PieceType : std::uint64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUser = 4, kUnused = 5 };

constexpr std::string_view kBlank = "\xe2\x96\x81";  // ▁
/// Items that are no text.
constexpr std::array<std::string_view, 4> kMarks = {"<unk>", "<s>", "</s>", "<pad>"};

std::string make_piece(std::string_view text, PieceType type, float score = 0) {
  return field_bytes(
      kPiece, field_bytes(kText, text) + field_float(kScore, score) + field_number(kType, type));
}

bool is_language_tag(std::string_view text) {
  return text.size() > 4 && text.starts_with(">>") && text.ends_with("<<");
}

/// What the model has of a piece, by its text.
std::map<std::string, std::string_view> pieces_of(const std::vector<ProtocolField>& model,
                                                  const std::string& origin) {
  std::map<std::string, std::string_view> pieces;
  for (const ProtocolField& field : model) {
    if (field.number != kPiece) continue;
    const auto parts = fields_of(field.content);
    if (!parts) fail("expected a SentencePiece model in {}, found a damaged piece", origin);
    for (const ProtocolField& part : *parts) {
      if (part.number == kText) pieces[std::string(part.content)] = field.whole;
    }
  }
  return pieces;
}

/// The piece of a list's item.
std::string listed_piece(const std::string& item,
                         const std::map<std::string, std::string_view>& pieces) {
  if (item == "<unk>") return make_piece(item, kUnknown);
  if (std::ranges::find(kMarks, item) != kMarks.end()) return make_piece(item, kControl);
  if (is_language_tag(item)) return make_piece(std::string(kBlank) + item, kUser);
  const auto found = pieces.find(item);
  return found == pieces.end() ? make_piece(item, kUnused) : std::string(found->second);
}

void check_list(const std::vector<std::string>& list, const std::string& origin) {
  std::set<std::string_view> items;
  for (const std::string& item : list) {
    if (!items.insert(item).second) {
      fail("expected each piece once in the vocabulary for {}, found {} again", origin,
           printable(item));
    }
  }
  for (const char* item : {"</s>", "<unk>"}) {
    if (!items.contains(item))
      fail("expected {} in the vocabulary for {}, found none", item, origin);
  }
}

}  // namespace

OrderedPieces order_pieces(const std::string& serialized, const std::vector<std::string>& list,
                           const std::string& origin, int unlisted) {
  check_list(list, origin);
  const auto model = fields_of(serialized);
  if (!model) {
    fail("expected a SentencePiece model in {}, found {} bytes that are none", origin,
         serialized.size());
  }
  const auto pieces = pieces_of(*model, origin);
  OrderedPieces result;
  for (const std::string& item : list) result.serialized += listed_piece(item, pieces);
  const std::set<std::string_view> listed(list.begin(), list.end());
  for (const auto& [text, whole] : pieces) {
    if (listed.contains(text) || std::ranges::find(kMarks, text) != kMarks.end()) continue;
    result.serialized += whole;
    ++result.unlisted;
  }
  for (; result.unlisted < unlisted; ++result.unlisted) {
    result.serialized += make_piece(fmt::format("<unlisted {}>", result.unlisted), kUnused);
  }
  for (const ProtocolField& field : *model) {
    if (field.number != kPiece) result.serialized += field.whole;
  }
  return result;
}

std::string word_model(const std::vector<std::string>& list, const std::string& origin,
                       std::string_view codes) {
  check_list(list, origin);
  std::string model;
  for (const std::string& item : list) {
    const bool is_mark = std::ranges::find(kMarks, item) != kMarks.end();
    if (item.starts_with(kBlank)) {
      fail("expected the SentencePiece model beside the list {}, whose pieces are such as {}",
           origin, printable(item));
    }
    model += item == "<unk>" ? make_piece(item, kUnknown)
             : is_mark       ? make_piece(item, kControl)
                             : make_piece(std::string(kBlank) + item, kNormal);
  }
  return model + field_bytes(kTrainerRules, field_number(kModelType, kWord)) +
         field_bytes(kTextRules, field_bytes(kRulesName, kListRules)) +
         (codes.empty() ? "" : field_bytes(kCodes, codes));
}

bool is_word_model(std::string_view serialized) {
  const auto fields = fields_of(serialized);
  const std::string rules = field_bytes(kTextRules, field_bytes(kRulesName, kListRules));
  return fields && std::ranges::find(*fields, rules, &ProtocolField::whole) != fields->end();
}

std::string_view codes_of(std::string_view serialized) {
  const auto fields = fields_of(serialized);
  if (!fields) return {};
  const auto found = std::ranges::find(*fields, kCodes, &ProtocolField::number);
  return found == fields->end() ? std::string_view() : found->content;
}

}  // namespace heed
