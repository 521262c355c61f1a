#include "heed/converter.h"

#include "conversion/marian_model.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

namespace {

/// Any backend can hold the numbers: nothing is computed.
constexpr std::string_view kBackend = "eigen";

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
  const Tokenizers tokenizers = read_vocabularies(options);
  const FileCopy file(input);
  save(read_marian_model(file.bytes(), input, tokenizers), input, options);
}

}  // namespace heed
