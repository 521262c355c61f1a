#include "conversion/argos.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "conversion/bytes.h"
#include "conversion/ctranslate2_file.h"
#include "heed/converter.h"
#include "heed/translator.h"
#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// As OpenNMT-py trains them for Argos.
ModelOptions argos_like() {
  ModelOptions options = tiny_options(ModelType::kTransformer);
  options.enc_depth = options.dec_depth = 2;
  options.norm_epsilon = 1e-5F;
  options.source_end = false;
  options.tied_embeddings = options.tied_embeddings_all = false;
  options.alignment_layer = 2;
  options.alignment_heads = "1";
  return options;
}

class ArgosTest : public testing::Test {
 protected:
  /// A package in the folder "package", as CTranslate2 4 writes it.
  ArgosTest() : tiny_(argos_like(), joint_tokenizers()) {
    tiny_.save(path("model"));
    ConvertOptions options;
    options.to = ModelTarget::kCtranslate2;
    options.output = path("package/model");
    convert_model(path("model"), options);
    fs::rename(path("package/model/source.spm"), path("package/sentencepiece.model"));
    fs::remove(path("package/model/target.spm"));
    write_metadata(R"({"from_code": "de", "to_code": "en", "package_version": "1.3"})");
  }

  std::string path(const std::string& name) const { return directory_.path(name); }
  void write_metadata(const std::string& json) const {
    directory_.write("package/metadata.json", json);
  }
  /// Makes the model that of an older version: other names, no config.json, lists as text.
  void make_older(std::uint32_t version) const {
    const std::string name = "package/model/model.bin";
    const std::string now = directory_.read(name);
    Ctranslate2File file = read_ctranslate2(bytes(now), name);
    for (ForeignTensor& tensor : file.tensors) {
      if (tensor.name == "encoder/embeddings_0/weight") tensor.name = "encoder/embeddings/weight";
    }
    file.numbers = {{"num_heads", argos_like().transformer_heads},
                    {"with_source_eos", 0},
                    {"with_relative_position", 0},
                    {"decoder/embeddings/multiply_by_sqrt_depth", 1},
                    {"encoder/embeddings/multiply_by_sqrt_depth", 1}};
    std::string old = write_ctranslate2(file);
    std::memcpy(old.data(), &version, sizeof version);
    directory_.write(name, old);
    fs::remove(path("package/model/config.json"));
    fs::remove(path("package/model/shared_vocabulary.json"));
    std::string list;
    for (int id = 0; id < joint_tokenizers().source.size(); ++id) {
      list += joint_tokenizers().source.piece(id) + "\n";
    }
    directory_.write("package/model/shared_vocabulary.txt", list);
  }
  /// The package as one file, in a folder of that name.
  void pack(const std::string& folder) const {
    ZipWriter zip;
    if (!folder.empty()) zip.add(folder, "");
    for (const auto& entry : fs::recursive_directory_iterator(path("package"))) {
      const std::string name = fs::relative(entry.path(), path("package"));
      if (entry.is_regular_file()) zip.add(folder + name, directory_.read("package/" + name));
    }
    directory_.write("packed.argosmodel", zip.finish());
  }
  void convert(const std::string& input) const {
    ConvertOptions options;
    options.output = path("out");
    convert_model(path(input), options);
  }
  void expect_same_model(const std::string& input, const nlohmann::json& from = "de") const {
    convert(input);
    const LoadedModel out(path("out"), *tiny_.backend);
    ASSERT_EQ(out.parameters().size(), tiny_.parameters.size());
    for (const Parameter& parameter : tiny_.parameters.all()) {
      const auto found =
          std::ranges::find(out.parameters().all(), parameter.name, &Parameter::name);
      ASSERT_NE(found, out.parameters().all().end());
      EXPECT_EQ(numbers(out.parameters(), *found), numbers(tiny_.parameters, parameter));
    }
    EXPECT_EQ(loss_of(out.model(), out.contents().tokenizers),
              loss_of(*tiny_.model, joint_tokenizers()));
    EXPECT_EQ(out.contents().training["converted"]["from_code"], from);
  }

  TemporaryDirectory directory_;
  TinyModel tiny_;
};

TEST_F(ArgosTest, PackageOrItsFolder) {
  expect_same_model("package");
  for (const char* folder : {"", "de_en/", "translate-de_en/", "translate-de_en-1_3/"}) {
    pack(folder);
    expect_same_model("packed.argosmodel");
  }
}

/// What splits sentences lies beside, in folders of their own, which may hold files of any name.
TEST_F(ArgosTest, OtherFilesDoNotMatter) {
  for (const char* name : {"README.md", "stanza/resources.json", "stanza/de/tokenize/gsd.pt",
                           "spacy/metadata.json", "minisbd/de.onnx", "bpe.model"}) {
    fs::create_directories(fs::path(path(std::string("package/") + name)).parent_path());
    directory_.write(std::string("package/") + name, "no model");
  }
  expect_same_model("package");
  for (const char* folder : {"", "translate-de_en-1_9/"}) {
    pack(folder);
    expect_same_model("packed.argosmodel");
  }
}

/// argostranslate's load_metadata_from_json takes each field from the file or its default.
TEST_F(ArgosTest, EveryFormOfMetadata) {
  const std::pair<const char*, const char*> forms[] = {
      {"{}", ""},
      {R"({"from_code": "de", "from_name": "German", "to_code": "en", "to_name": "English",
           "package_version": "1.0", "argos_version": "1.0", "links": ["x"]})",
       "de"},
      {R"({"type": "translate", "code": "translate-de_en", "from_code": "de", "dependencies": [],
           "from_codes": ["de"], "to_codes": ["en"], "target_prefix": ""})",
       "de"},
      {R"({"type": "translate", "from_code": null, "package_version": 1.9,
           "source_languages": [{"code": "de", "name": "Deutsch"}],
           "target_languages": [{"code": "en"}], "languages": [{"code": "fr"}]})",
       ""}};
  for (const auto& [metadata, from] : forms) {
    write_metadata(metadata);
    expect_same_model("package", from);
  }
}

TEST_F(ArgosTest, OlderPackages) {
  for (const std::uint32_t version : {5U, 4U}) {
    make_older(version);
    expect_same_model("package");
  }
  make_older(6);
  expect_error([&] { convert("package"); }, "config.json");
}

TEST_F(ArgosTest, TheSourcesEndDecides) {
  const std::string config = directory_.read("package/model/config.json");
  const std::size_t at = config.find("\"add_source_eos\": false");
  ASSERT_NE(at, std::string::npos);
  directory_.write("package/model/config.json", std::string(config).replace(at + 18, 5, "true"));
  convert("package");
  const LoadedModel out(path("out"), *tiny_.backend);
  EXPECT_TRUE(out.contents().options.source_end);
  EXPECT_NE(loss_of(out.model(), joint_tokenizers()), loss_of(*tiny_.model, joint_tokenizers()));
}

TEST_F(ArgosTest, WhatItIsNotIsNamed) {
  write_metadata(R"({"target_prefix": "__de__"})");
  expect_error([&] { convert("package"); }, "target_prefix");
  write_metadata(R"({"type": "sbd", "from_codes": ["de"]})");
  expect_error([&] { convert("package"); }, "package of type translate");
  write_metadata("{}");
  fs::rename(path("package/sentencepiece.model"), path("package/bpe.model"));
  expect_error([&] { convert("package"); }, "found bpe.model");
  fs::remove(path("package/bpe.model"));
  expect_error([&] { convert("package"); }, "found none");
  write_metadata("{");
  expect_error([&] { convert("package"); }, "metadata.json");
}

TEST_F(ArgosTest, DamagedPackagesAreErrors) {
  pack("p/");
  const std::string whole = directory_.read("packed.argosmodel");
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{100}}) {
    directory_.write("packed.argosmodel", whole.substr(0, size));
    expect_error([&] { convert("packed.argosmodel"); }, "packed.argosmodel");
  }
  std::string damaged = whole;
  damaged[damaged.find("TransformerSpec")] = 'X';
  directory_.write("packed.argosmodel", damaged);
  expect_error([&] { convert("packed.argosmodel"); }, "checksum");
}

}  // namespace
}  // namespace heed
