#pragma once

#include <array>
#include <string_view>

namespace heed {

// The closed choices among the options. enum_names gives their names in the enumerators' order.
// (Open ones, such as the kinds of attention, are tables beside the code that they choose.)

enum class ModelType { kRnn, kTransformer, kNematus };
constexpr std::array<std::string_view, 3> enum_names(ModelType) {
  return {"rnn", "transformer", "nematus"};
}

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

enum class FeedForward { kRelu, kGelu, kSwiglu, kSwish };
constexpr std::array<std::string_view, 4> enum_names(FeedForward) {
  return {"relu", "gelu", "swiglu", "swish"};
}

/// Sinusoidal halves have all sines first and all cosines last, with the frequencies of
/// tensor2tensor, as Marian has them.
enum class Positions {
  kSinusoidal,
  kLearned,
  kRelative,
  kT5,
  kAlibi,
  kRope,
  kNone,
  kSinusoidalHalves
};
constexpr std::array<std::string_view, 8> enum_names(Positions) {
  return {"sinusoidal", "learned", "relative", "t5", "alibi", "rope", "none", "sinusoidal-halves"};
}

/// How attention's weights are made of its scores.
enum class AttentionNormalizer { kSoftmax, kSparsemax, kEntmax15, kSigmoid };
constexpr std::array<std::string_view, 4> enum_names(AttentionNormalizer) {
  return {"softmax", "sparsemax", "entmax15", "sigmoid"};
}

/// Where a recurrent decoder may look (Luong et al. 2015, 3.2): everywhere, around the number of
/// the target word (local-m), or around a place that it predicts (local-p).
enum class AttentionWindow { kNone, kMonotonic, kPredictive };
constexpr std::array<std::string_view, 3> enum_names(AttentionWindow) {
  return {"none", "monotonic", "predictive"};
}

/// Whether a recurrent decoder attends before its cell reads the context (Bahdanau et al. 2015), or
/// after its cell, towards the output (Luong et al. 2015).
enum class AttentionTiming { kPre, kPost };
constexpr std::array<std::string_view, 2> enum_names(AttentionTiming) { return {"pre", "post"}; }

/// What the context gate of Tu et al. 2017 scales.
enum class ContextGate { kNone, kSource, kTarget, kBoth };
constexpr std::array<std::string_view, 4> enum_names(ContextGate) {
  return {"none", "source", "target", "both"};
}

/// What embeddings are multiplied by: √D (Vaswani et al. 2017, 3.4), or 1.
enum class EmbeddingScale { kSqrt, kOne };
constexpr std::array<std::string_view, 2> enum_names(EmbeddingScale) { return {"sqrt", "one"}; }

/// What the decoder reads before its first token: <s>, or zeros. It is zeros too where the
/// vocabulary has no <s>.
enum class DecoderStart { kBos, kZeros };
constexpr std::array<std::string_view, 2> enum_names(DecoderStart) { return {"bos", "zeros"}; }

/// What minimum-risk training calls good, of single sentences.
enum class RiskMetric { kBleu, kChrf };
constexpr std::array<std::string_view, 2> enum_names(RiskMetric) { return {"bleu", "chrf"}; }

/// The numbers that the factors of a training's products are rounded to; sums are f32 in both.
enum class GemmPrecision { kF32, kBf16 };
constexpr std::array<std::string_view, 2> enum_names(GemmPrecision) { return {"f32", "bf16"}; }

enum class Schedule { kInverseSqrt, kCosine, kConstant, kPlateau };
constexpr std::array<std::string_view, 4> enum_names(Schedule) {
  return {"inverse-sqrt", "cosine", "constant", "plateau"};
}

enum class VocabularyType { kUnigram, kBpe };
constexpr std::array<std::string_view, 2> enum_names(VocabularyType) { return {"unigram", "bpe"}; }

/// How a vocabulary that is trained reads text: as it is; in canonical composition (NFC); by
/// SentencePiece's nmt_nfkc; or by Heed's own rules (text/normalization.h).
enum class Normalizer { kIdentity, kNfc, kNmtNfkc, kHeed };
constexpr std::array<std::string_view, 4> enum_names(Normalizer) {
  return {"identity", "nfc", "nmt_nfkc", "heed"};
}

/// What is translated by itself: the sentences of a line, or the line; kAuto: sentences, if the
/// model was trained on lines that hold one each.
enum class Sentences { kAuto, kSplit, kWhole };
constexpr std::array<std::string_view, 3> enum_names(Sentences) {
  return {"auto", "split", "whole"};
}

/// Whether text in capitals is read in small letters and its translation put in capitals.
enum class Capitals { kFold, kKeep };
constexpr std::array<std::string_view, 2> enum_names(Capitals) { return {"fold", "keep"}; }

enum class LongLines { kSplit, kCrop, kCopy, kFail };
constexpr std::array<std::string_view, 4> enum_names(LongLines) {
  return {"split", "crop", "copy", "fail"};
}

enum class InvalidUtf8 { kReplace, kCopy, kFail };
constexpr std::array<std::string_view, 3> enum_names(InvalidUtf8) {
  return {"replace", "copy", "fail"};
}

enum class InvalidJson { kText, kCopy, kFail };
constexpr std::array<std::string_view, 3> enum_names(InvalidJson) {
  return {"text", "copy", "fail"};
}

/// What alignments of translations are written: none, Pharaoh's pairs, or all weights.
enum class AlignmentForm { kNone, kHard, kSoft };
constexpr std::array<std::string_view, 3> enum_names(AlignmentForm) {
  return {"none", "hard", "soft"};
}

/// A form, and which pairs have a link. As text it is the form's name, or the threshold of a hard
/// one; 1 is hard without one, as in Marian.
struct AlignmentOutput {
  AlignmentForm form = AlignmentForm::kNone;
  /// Of a hard one: links have at least this weight; 0: each target unit's strongest.
  float threshold = 0;
};

enum class AlignmentUnit { kWord, kPiece };
constexpr std::array<std::string_view, 2> enum_names(AlignmentUnit) { return {"word", "piece"}; }

/// Whose rules a beam search goes by.
enum class SearchStyle { kHeed, kMarian };
constexpr std::array<std::string_view, 2> enum_names(SearchStyle) { return {"heed", "marian"}; }

enum class LogLevel { kDebug, kInfo, kWarning, kError };
constexpr std::array<std::string_view, 4> enum_names(LogLevel) {
  return {"debug", "info", "warn", "error"};
}

}  // namespace heed
