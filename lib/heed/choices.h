#pragma once

#include <array>
#include <string_view>

namespace heed {

// The closed choices among the options. enum_names gives their names in the enumerators' order.
// (Open ones, such as the kinds of attention, are tables beside the code that they choose.)

enum class ModelType { kRnn, kTransformer };
constexpr std::array<std::string_view, 2> enum_names(ModelType) { return {"rnn", "transformer"}; }

enum class Cell { kGru, kLstm };
constexpr std::array<std::string_view, 2> enum_names(Cell) { return {"gru", "lstm"}; }

/// How the context enters the recurrent decoder: one cell that reads word and context (Bahdanau et
/// al. 2015), or a cell before and a cell after attention (Sennrich et al. 2017, Nematus).
enum class Transition { kSingle, kConditional };
constexpr std::array<std::string_view, 2> enum_names(Transition) {
  return {"single", "conditional"};
}

enum class NormPlacement { kPost, kPre, kRms };
constexpr std::array<std::string_view, 3> enum_names(NormPlacement) {
  return {"post", "pre", "rms"};
}

enum class FeedForward { kRelu, kGelu, kSwiglu };
constexpr std::array<std::string_view, 3> enum_names(FeedForward) {
  return {"relu", "gelu", "swiglu"};
}

enum class Positions { kSinusoidal, kLearned };
constexpr std::array<std::string_view, 2> enum_names(Positions) {
  return {"sinusoidal", "learned"};
}

enum class Schedule { kInverseSqrt, kCosine, kConstant, kPlateau };
constexpr std::array<std::string_view, 4> enum_names(Schedule) {
  return {"inverse-sqrt", "cosine", "constant", "plateau"};
}

enum class VocabularyType { kUnigram, kBpe };
constexpr std::array<std::string_view, 2> enum_names(VocabularyType) { return {"unigram", "bpe"}; }

enum class LongLines { kSplit, kCrop, kCopy, kFail };
constexpr std::array<std::string_view, 4> enum_names(LongLines) {
  return {"split", "crop", "copy", "fail"};
}

enum class InvalidUtf8 { kReplace, kCopy, kFail };
constexpr std::array<std::string_view, 3> enum_names(InvalidUtf8) {
  return {"replace", "copy", "fail"};
}

/// What alignments of translations are written: none, Pharaoh's pairs, or all weights.
enum class AlignmentOutput { kNone, kHard, kSoft };
constexpr std::array<std::string_view, 3> enum_names(AlignmentOutput) {
  return {"none", "hard", "soft"};
}

enum class AlignmentUnit { kWord, kPiece };
constexpr std::array<std::string_view, 2> enum_names(AlignmentUnit) { return {"word", "piece"}; }

enum class LogLevel { kDebug, kInfo, kWarning, kError };
constexpr std::array<std::string_view, 4> enum_names(LogLevel) {
  return {"debug", "info", "warn", "error"};
}

}  // namespace heed
