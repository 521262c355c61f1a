#include "conversion/argos.h"

#include <filesystem>

#include "conversion/ctranslate2_model.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

constexpr const char* kMetadata = "metadata.json";
constexpr const char* kVocabulary = "sentencepiece.model";

}  // namespace

FileFolder argos_folder(const std::string& path) {
  return std::filesystem::is_directory(path) ? FileFolder(path)
                                             : FileFolder::in_zip(path, kMetadata);
}

bool is_argos(const FileFolder& folder) { return folder.has(kMetadata); }

ForeignModel read_argos_model(const FileFolder& folder) {
  const nlohmann::json metadata = parse_json(folder.read(kMetadata), folder.path(kMetadata));
  const auto text = [&](const char* name) {
    const auto found = metadata.find(name);
    return found != metadata.end() && found->is_string() ? found->get<std::string>() : "";
  };
  if (const std::string type = text("type"); !type.empty() && type != "translate") {
    fail(
        "expected a package of type translate in {}, found {}, which has no model to translate "
        "with",
        folder.path(kMetadata), printable(type));
  }
  if (!folder.has(kVocabulary)) {
    fail("expected {} in a package of Argos, found {}; heed reads packages with SentencePiece",
         folder.path(kVocabulary), folder.has("bpe.model") ? "bpe.model" : "none");
  }
  if (!text("target_prefix").empty()) {
    fail("expected no target_prefix in {}, found {}; heed has no such models",
         folder.path(kMetadata), printable(text("target_prefix")));
  }
  ForeignModel model = read_ctranslate2_model(
      folder.folder("model"), {{folder.read(kVocabulary), folder.path(kVocabulary)}});
  model.contents.training["converted"] = {{"from", "argos"},
                                          {"from_code", text("from_code")},
                                          {"to_code", text("to_code")},
                                          {"package_version", text("package_version")}};
  return model;
}

}  // namespace heed
