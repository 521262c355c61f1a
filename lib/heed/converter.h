#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "heed/error.h"
#include "heed/field.h"

namespace heed {

/// Whose models are read; auto: what the file's content tells.
enum class ModelSource { kAuto, kHeed, kMarian, kCtranslate2, kOpusMt, kTransformers, kArgos };
constexpr std::array<std::string_view, 7> enum_names(ModelSource) {
  return {"auto", "heed", "marian", "ctranslate2", "opus-mt", "transformers", "argos"};
}

/// Whose models are written.
enum class ModelTarget { kHeed, kMarian, kCtranslate2, kNumpy };
constexpr std::array<std::string_view, 4> enum_names(ModelTarget) {
  return {"heed", "marian", "ctranslate2", "numpy"};
}

struct ConvertOptions {
  ModelSource from = ModelSource::kAuto;
  ModelTarget to = ModelTarget::kHeed;
  std::vector<std::string> vocab{};
  std::vector<std::string> codes{};
  std::string shortlist{};
  std::string output{};
  bool half = false;
  bool int8 = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"from",
            "Whose model it is; auto: as its content tells. A folder of MarianMT is read as what "
            "Marian trained (opus-mt), or as Hugging Face's program computes it (transformers), "
            "with slightly other positions: for what was trained or tuned there"},
      self.from);
    v(Field{"to", "Whose model it becomes"}, self.to);
    v(Field{"vocab",
            "SentencePiece models that the model was trained with: a joint one, or those of source "
            "and target; and a third file where pieces have other numbers: Marian's vocab.yml. "
            "Lists alone (.yml, .json) are of words: text then comes as the model was trained on "
            "it, tokenized and maybe cut by subword-nmt. opus-mt, transformers and argos have "
            "their own"},
      self.vocab);
    v(Field{"codes",
            "Files of subword-nmt's codes beside lists of words: of both sides, or those of source "
            "and target. Words are then cut by them, and joined again in translations"},
      self.codes);
    v(Field{"shortlist",
            "Marian's lexical shortlist of the model, to be stored in it: text (target, source, "
            "probability a line) or binary (lex.50.50.deen.s2t.bin)"}
          .file(),
      self.shortlist);
    v(Field{"output", "Model file to write; of marian and ctranslate2, the folder", 'o'}.file(),
      self.output);
    v(Field{"half", "Write 16-bit numbers in a model file of heed: half the size"}, self.half);
    v(Field{"int8",
            "Write weights and embeddings in a model file of heed as whole numbers of 8 bits and a "
            "step a column: about a quarter of the size"},
      self.int8);
  }
};

/// Makes a model of one tool that of another, number by number. A model file of Heed is one file;
/// for Marian a folder gets model.npz, its vocabularies and a configuration to decode with, for
/// CTranslate2 model.bin, config.json and lists of pieces beside the SentencePiece models; for
/// NumPy an .npz gets all parameters under Heed's names, with options and vocabularies. Throws
/// UsageError for options that don't fit, and Error for a damaged model, one that the other tool
/// has no form of (naming the option), or a file that can't be read or written.
void convert_model(const std::string& input, const ConvertOptions& options);

}  // namespace heed
