#include "heed/converter.h"

#include <algorithm>
#include <filesystem>

#include "conversion/argos.h"
#include "conversion/ctranslate2_model.h"
#include "conversion/marian_file.h"
#include "conversion/marian_model.h"
#include "conversion/marian_shortlist.h"
#include "conversion/numpy_model.h"
#include "conversion/opus_mt.h"
#include "conversion/vocabulary_list.h"
#include "conversion/zip_archive.h"
#include "data/piece_order.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

namespace {

/// Any backend can hold the numbers: nothing is computed.
constexpr std::string_view kBackend = "eigen";

/// What `from` stands for where it is left out.
ModelSource source_of(const std::string& input, ModelSource from) {
  if (from != ModelSource::kAuto) return from;
  if (std::filesystem::is_directory(input)) {
    if (is_ctranslate2_folder(FileFolder(input))) return ModelSource::kCtranslate2;
    if (is_opus_mt_folder(input)) return ModelSource::kOpusMt;
    if (is_argos(FileFolder(input))) return ModelSource::kArgos;
    fail_usage(
        "expected a folder of CTranslate2 (model.bin, config.json), OPUS-MT (config.json, "
        "source.spm) or Argos (metadata.json, model), found none in {}; or name the model's file",
        input);
  }
  const FileCopy file(input);
  if (is_marian_bin(file.bytes())) return ModelSource::kMarian;
  if (!ZipArchive::is_zip(file.bytes())) return ModelSource::kHeed;
  return is_argos(argos_folder(input)) ? ModelSource::kArgos : ModelSource::kMarian;
}

bool is_list(const std::string& path) {
  return path.ends_with(".yml") || path.ends_with(".yaml") || path.ends_with(".json");
}

/// Lists alone are of words.
bool are_word_lists(const std::vector<std::string>& files) {
  return !files.empty() && files.size() <= 2 && std::ranges::all_of(files, is_list);
}

/// SentencePiece models, and behind them maybe a list of numbers.
ListedTokenizers read_vocabularies(std::vector<std::string> files) {
  if (!files.empty() && is_list(files.back())) {
    const VocabularyList list = read_vocabulary_list(files.back());
    files.pop_back();
    return list_tokenizers(read_spm_files(files), list, list, true);
  }
  if (files.empty() || files.size() > 2) {
    fail_usage(
        "expected the SentencePiece model that the model was trained with, or those of source and "
        "target: --vocab FILE or --vocab SOURCE TARGET, found {} files",
        files.size());
  }
  const Tokenizer source = Tokenizer::load(files.front());
  const Tokenizer target = files.size() == 1 ? source : Tokenizer::load(files.back());
  return {{source, target}, source.size(), target.size()};
}

/// One list or those of both sides, with their codes; one list with codes of two sides is two.
std::vector<WordList> read_word_lists(const ConvertOptions& options) {
  const std::vector<std::string>&paths = options.vocab, &codes = options.codes;
  if (codes.size() > 2) {
    fail_usage("expected --codes FILE or --codes SOURCE TARGET, found {} files", codes.size());
  }
  std::vector<WordList> lists;
  for (std::size_t i = 0; i < std::max(paths.size(), codes.size()); ++i) {
    lists.push_back(WordList::read(paths[std::min(i, paths.size() - 1)],
                                   codes.empty() ? "" : codes[std::min(i, codes.size() - 1)]));
  }
  return lists;
}

ForeignModel read_marian_words(const FileCopy& file, const std::string& input,
                               const ConvertOptions& options) {
  const std::vector<WordList> lists = read_word_lists(options);
  const auto tokenizer = [](const WordList& list) { return list.tokenizer(list.words.size()); };
  ForeignModel model =
      read_marian_model(file.bytes(), input, {tokenizer(lists.front()), tokenizer(lists.back())});
  use_words(model, lists);
  return model;
}

ForeignModel read_foreign(const std::string& input, ModelSource from,
                          const ConvertOptions& options) {
  const std::vector<std::string>& vocabularies = options.vocab;
  if (!options.codes.empty() && (from != ModelSource::kMarian || !are_word_lists(vocabularies))) {
    fail_usage(
        "expected --codes beside lists of words for a model of Marian: --vocab SOURCE.yml "
        "TARGET.yml --codes FILE");
  }
  if (from == ModelSource::kCtranslate2) {
    return read_ctranslate2_model(FileFolder(input), read_spm_files(vocabularies));
  }
  if (from == ModelSource::kOpusMt || from == ModelSource::kTransformers) {
    return read_opus_mt_model(input, from == ModelSource::kTransformers);
  }
  if (from == ModelSource::kArgos) return read_argos_model(argos_folder(input));
  const FileCopy file(input);
  if (are_word_lists(vocabularies)) return read_marian_words(file, input, options);
  const ListedTokenizers listed = read_vocabularies(vocabularies);
  ForeignModel model = read_marian_model(file.bytes(), input, listed.tokenizers);
  extend_vocabulary(model, listed);
  return model;
}

/// A vocabulary's file beside a model of Marian: SentencePiece's, or a list, with its codes beside.
std::string write_vocabulary(const std::filesystem::path& folder, const std::string& side,
                             const Tokenizer& tokenizer) {
  const std::string name = "vocab" + side;
  if (!is_word_model(tokenizer.serialized())) {
    write_file(folder / (name + ".spm"), tokenizer.serialized());
    return name + ".spm";
  }
  write_file(folder / (name + ".yml"), word_list_text(tokenizer));
  const std::string_view codes = codes_of(tokenizer.serialized());
  if (!codes.empty()) write_file(folder / ("codes" + side), codes);
  return name + ".yml";
}

/// A folder that marian-decoder -c model.npz.decoder.yml can use.
void write_marian_folder(const ModelContents& contents, const Parameters& parameters,
                         const std::string& output) {
  const std::string model = write_marian_model(contents, parameters);
  make_folder(output);
  const std::filesystem::path folder(output);
  const Tokenizers& tokenizers = contents.tokenizers;
  std::vector<std::string> names;
  if (tokenizers.is_joint()) {
    names.assign(2, write_vocabulary(folder, "", tokenizers.source));
  } else {
    names = {write_vocabulary(folder, ".source", tokenizers.source),
             write_vocabulary(folder, ".target", tokenizers.target)};
  }
  write_file(folder / "model.npz", model);
  std::string shortlist;
  if (!contents.shortlist.empty()) {
    write_file(folder / "lex.s2t", marian_shortlist_text(contents));
    const int most = contents.shortlist.longest() + std::ssize(contents.shortlist.frequent);
    shortlist = fmt::format("# shortlist: [lex.s2t, 0, {}]\n", most);
  }
  write_file(folder / "model.npz.decoder.yml",
             fmt::format("relative-paths: true\nmodels:\n  - model.npz\nvocabs:\n  - {}\n  - {}\n"
                         "beam-size: 6\nnormalize: 1\n{}",
                         names[0], names[1], shortlist));
}

/// CTranslate2's users cut text by the .spm in its folder.
void expect_no_codes(const Tokenizers& tokenizers) {
  for (const Tokenizer* tokenizer : {&tokenizers.source, &tokenizers.target}) {
    if (codes_of(tokenizer->serialized()).empty()) continue;
    fail_usage("expected a vocabulary without subword-nmt's codes for a model of CTranslate2");
  }
}

void write_model(const ModelContents& contents, const Parameters& parameters,
                 const ConvertOptions& options) {
  if (options.to == ModelTarget::kMarian) {
    return write_marian_folder(contents, parameters, options.output);
  }
  if (options.to == ModelTarget::kCtranslate2) {
    expect_no_codes(contents.tokenizers);
    return write_ctranslate2_folder(contents, parameters, options.output);
  }
  if (options.to == ModelTarget::kNumpy) {
    return write_file(options.output, write_numpy_model(contents, parameters));
  }
  save_model(options.output, contents, parameters, parameters.flat(),
             options.int8   ? Dtype::kI8
             : options.half ? Dtype::kF16
                            : Dtype::kF32);
}

/// With the shortlist that the options name.
ModelContents completed(ModelContents contents, const ConvertOptions& options) {
  if (!options.shortlist.empty()) {
    contents.shortlist = read_marian_shortlist(options.shortlist, contents.tokenizers);
  }
  return contents;
}

void convert_foreign(const ForeignModel& foreign, const std::string& input,
                     const ConvertOptions& options, Backend& backend) {
  Parameters parameters(backend);
  const auto model =
      make_model(foreign.contents.options, foreign.contents.tokenizers.vocabularies(), parameters);
  check_tensors(foreign.tensors, foreign.table, parameters, input);
  const Block values(backend, parameters.size());
  parameters.bind(values.tensor());
  import_tensors(foreign.tensors, foreign.table, parameters, input);
  write_model(completed(foreign.contents, options), parameters, options);
}

}  // namespace

void convert_model(const std::string& input, const ConvertOptions& options) {
  check_fields(options);
  if (options.output.empty()) fail_usage("expected what to write: --output FILE");
  if (options.half && options.int8) fail_usage("expected --half or --int8, found both");
  if ((options.half || options.int8) && options.to != ModelTarget::kHeed) {
    fail_usage("--{} has no meaning with --to {}; leave it out", options.half ? "half" : "int8",
               to_text(options.to));
  }
  const auto backend = make_backend(kBackend);
  const ModelSource from = source_of(input, options.from);
  const bool has_own = from != ModelSource::kMarian && from != ModelSource::kCtranslate2;
  if (has_own && !(options.vocab.empty() && options.codes.empty())) {
    fail_usage("expected no --vocab or --codes for a model of {}, which has its own",
               to_text(from));
  }
  if (from != ModelSource::kHeed) {
    return convert_foreign(read_foreign(input, from, options), input, options, *backend);
  }
  const LoadedModel loaded(input, *backend);
  write_model(completed(loaded.contents(), options), loaded.parameters(), options);
}

}  // namespace heed
