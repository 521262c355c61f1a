#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "heed/error.h"
#include "heed/field.h"

namespace heed {

/// Whose models are read; auto: what the file's content tells.
enum class ModelSource { kAuto, kMarian };
constexpr std::array<std::string_view, 2> enum_names(ModelSource) { return {"auto", "marian"}; }

struct ConvertOptions {
  ModelSource from = ModelSource::kAuto;
  std::vector<std::string> vocab;
  std::string output;
  bool half = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"from", "Whose model it is; auto: as its content tells"}, self.from);
    v(Field{"vocab",
            "SentencePiece models that the model was trained with: a joint one, or those of source "
            "and target"},
      self.vocab);
    v(Field{"output", "Model file to write", 'o'}, self.output);
    v(Field{"half", "Write 16-bit numbers: half the size"}, self.half);
  }
};

/// Writes a model file of Heed from another tool's model. Throws UsageError for options that don't
/// fit, and Error for a damaged model, one that Heed has no form of (naming the other tool's
/// option), or a file that can't be read or written.
void convert_model(const std::string& input, const ConvertOptions& options);

}  // namespace heed
