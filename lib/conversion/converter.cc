#include "heed/converter.h"

#include <filesystem>

#include "conversion/marian_file.h"
#include "conversion/marian_model.h"
#include "conversion/zip_archive.h"
#include "util/config_file.h"
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

bool is_marian(const std::string& path, ModelSource from) {
  if (from != ModelSource::kAuto) return from == ModelSource::kMarian;
  const FileCopy file(path);
  return ZipArchive::is_zip(file.bytes()) || is_marian_bin(file.bytes());
}

/// A vocabulary's file beside a model of Marian.
std::string write_vocabulary(const std::filesystem::path& folder, const std::string& name,
                             const Tokenizer& tokenizer) {
  write_file(folder / name, tokenizer.serialized());
  return name;
}

/// A folder that marian-decoder -c model.npz.decoder.yml can use.
void write_marian_folder(const ModelContents& contents, const Parameters& parameters,
                         const std::string& output) {
  const std::string model = write_marian_model(contents, parameters);
  const std::filesystem::path folder(output);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail("could not make the folder {}: {}", output, error.message());
  const Tokenizers& tokenizers = contents.tokenizers;
  std::vector<std::string> names;
  if (tokenizers.is_joint()) {
    names.assign(2, write_vocabulary(folder, "vocab.spm", tokenizers.source));
  } else {
    names = {write_vocabulary(folder, "vocab.source.spm", tokenizers.source),
             write_vocabulary(folder, "vocab.target.spm", tokenizers.target)};
  }
  write_file(folder / "model.npz", model);
  write_file(folder / "model.npz.decoder.yml",
             fmt::format("relative-paths: true\nmodels:\n  - model.npz\nvocabs:\n  - {}\n  - {}\n"
                         "beam-size: 6\nnormalize: 1\n",
                         names[0], names[1]));
}

void write_model(const ModelContents& contents, const Parameters& parameters,
                 const ConvertOptions& options) {
  if (options.to == ModelTarget::kMarian) {
    return write_marian_folder(contents, parameters, options.output);
  }
  save_model(options.output, contents, parameters, parameters.flat(),
             options.half ? Dtype::kF16 : Dtype::kF32);
}

void convert_marian(const std::string& input, const ConvertOptions& options, Backend& backend) {
  const Tokenizers tokenizers = read_vocabularies(options);
  const FileCopy file(input);
  const ForeignModel foreign = read_marian_model(file.bytes(), input, tokenizers);
  Parameters parameters(backend);
  const auto model = make_model(foreign.contents.options, tokenizers.vocabularies(), parameters);
  const Block values(backend, parameters.size());
  parameters.bind(values.tensor());
  import_tensors(foreign.tensors, foreign.table, parameters, input);
  write_model(foreign.contents, parameters, options);
}

}  // namespace

void convert_model(const std::string& input, const ConvertOptions& options) {
  check_fields(options);
  if (options.output.empty()) fail_usage("expected what to write: --output FILE");
  const auto backend = make_backend(kBackend);
  if (is_marian(input, options.from)) return convert_marian(input, options, *backend);
  if (!options.vocab.empty()) {
    fail_usage("expected no --vocab for a model file of heed, which has its own");
  }
  const LoadedModel loaded(input, *backend);
  write_model(loaded.contents(), loaded.parameters(), options);
}

}  // namespace heed
