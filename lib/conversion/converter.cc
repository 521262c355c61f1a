#include "heed/converter.h"

#include "conversion/marian_file.h"
#include "conversion/marian_transformer.h"
#include "model/model_file.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

namespace {

/// Any backend can hold the numbers: nothing is computed.
constexpr std::string_view kBackend = "eigen";

/// A model as another tool's files give it.
struct ForeignModel {
  ModelContents contents;
  std::vector<ForeignTensor> tensors;
  std::vector<Correspondence> table;
};

Tokenizers read_vocabularies(const ConvertOptions& options) {
  if (options.vocab.empty() || options.vocab.size() > 2) {
    fail_usage(
        "expected the SentencePiece model that the model was trained with, or those of source and "
        "target: --vocab FILE or --vocab SOURCE TARGET, found {} files",
        options.vocab.size());
  }
  const Tokenizer source = Tokenizer::load(options.vocab.front());
  return {source, options.vocab.size() == 1 ? source : Tokenizer::load(options.vocab.back())};
}

ForeignModel read_marian_model(const std::string& path, const ConvertOptions& options) {
  MarianFile file = read_marian(FileCopy(path).bytes(), path);
  const MarianConfig config(file.config, path);
  if (config.text("type") != "transformer") config.refuse("type", "transformer");
  const ModelOptions model = marian_transformer(config);
  const nlohmann::json origin = {
      {"converted", {{"from", "marian"}, {"file", path}, {"version", config.text("version")}}}};
  return {{model, read_vocabularies(options), origin},
          std::move(file.tensors),
          marian_transformer_table(model)};
}

void save(const ForeignModel& foreign, const std::string& input, const ConvertOptions& options) {
  const auto backend = make_backend(kBackend);
  Parameters parameters(*backend);
  const auto model =
      make_model(foreign.contents.options, foreign.contents.tokenizers.vocabularies(), parameters);
  const Block values(*backend, parameters.size());
  parameters.bind(values.tensor());
  import_tensors(foreign.tensors, foreign.table, parameters, input);
  save_model(options.output, foreign.contents, parameters, parameters.flat(),
             options.half ? Dtype::kF16 : Dtype::kF32);
}

}  // namespace

void convert_model(const std::string& input, const ConvertOptions& options) {
  check_fields(options);
  if (options.output.empty()) fail_usage("expected a file to write: --output FILE");
  save(read_marian_model(input, options), input, options);
}

}  // namespace heed
