#include "conversion/marian_file.h"

#include <gtest/gtest.h>

#include "conversion/bytes.h"
#include "conversion/marian_bin.h"
#include "support/expect_error.h"

namespace heed {
namespace {

const std::string kYaml = "type: transformer\ndim-vocabs:\n  - 5\n  - 7\ninput-types:\n  []\n";

const ForeignTensor kWeight{"decoder_l1_self_Wq", {2, 3}, {0.5F, -1, 0.25F, 2, 1, -0.125F}};
const ForeignTensor kBias{"decoder_l1_self_bq", {1, 3}, {1, 2, 3}};

MarianFile read_marian_file(const std::string& file) { return read_marian(bytes(file), "model"); }

std::string npz() { return write_marian_npz({kYaml, {kWeight, kBias}}); }

std::string bin() {
  MarianBinWriter writer;
  writer.add_float32(kWeight);
  writer.add_float32(kBias);
  writer.add_config(kYaml);
  return writer.finish();
}

TEST(MarianFileTest, NpzAndBinComeBack) {
  for (const std::string& file : {npz(), bin()}) {
    const MarianFile found = read_marian_file(file);
    EXPECT_EQ(found.config, kYaml);
    ASSERT_EQ(found.tensors.size(), 2U);
    EXPECT_EQ(found.tensors[0].name, kWeight.name);
    EXPECT_EQ(found.tensors[0].shape, kWeight.shape);
    EXPECT_EQ(found.tensors[0].values, kWeight.values);
    EXPECT_EQ(found.tensors[1].values, kBias.values);
  }
}

/// Marian's own type and that of its fork in Firefox, where embeddings are not transposed.
TEST(MarianFileTest, Int8BecomesFloatsWithinHalfAStep) {
  ForeignTensor embedding = kWeight;
  embedding.name = "Wemb";
  for (const std::uint64_t type : {0x10001, 0x4101}) {
    MarianBinWriter writer;
    writer.add_int8(kWeight, type);
    writer.add_int8(embedding, type, true);
    writer.add_float32({"decoder_l1_self_Wq_QuantMultA", {1, 1}, {42}});
    writer.add_config(kYaml);
    const MarianFile found = read_marian_file(writer.finish());
    ASSERT_EQ(found.tensors.size(), 2U);
    for (const ForeignTensor& tensor : found.tensors) {
      for (std::size_t i = 0; i < kWeight.values.size(); ++i) {
        EXPECT_NEAR(tensor.values[i], kWeight.values[i], 0.5F * 2 / 127 + 1e-6F) << tensor.name;
      }
    }
  }
}

TEST(MarianFileTest, OtherTypesAreRefused) {
  MarianBinWriter writer;
  writer.add("Wemb", 0x18001, {2, 3}, std::string(64, 'x'));
  writer.add_config(kYaml);
  expect_error([&] { read_marian_file(writer.finish()); }, "type 0x18001");
  expect_error([&] { read_marian_file(std::string(600, 'x')); }, "model.npz or model.bin");
  expect_error([&] { read_marian_file(write_marian_npz({"", {kBias}})); }, "special:model.yml");
}

TEST(MarianFileTest, CutOffFilesAreErrors) {
  for (const std::string& file : {npz(), bin()}) {
    for (std::size_t size = 0; size < file.size(); size += size < 700 ? 1 : 37) {
      expect_error([&] { read_marian_file(file.substr(0, size)); }, "model");
    }
  }
}

TEST(MarianFileTest, SizesThatNoFileHasAreErrors) {
  const std::string file = bin();
  for (std::size_t at = 8; at < 16 + 3 * 32; at += 8) {
    if (at % 32 == 24) continue;  // an item's type
    std::string changed = file;
    for (int i = 0; i < 8; ++i) changed[at + i] = '\x7f';
    expect_error([&] { read_marian_file(changed); }, "model");
  }
}

TEST(MarianConfigTest, OptionsOfAllKinds) {
  const MarianConfig config(kYaml + "dim-emb: 64\nskip: true\n", "model.npz");
  EXPECT_EQ(config.text("type"), "transformer");
  EXPECT_EQ(config.text("dim-vocabs"), "5 7");
  EXPECT_EQ(config.text("input-types", "x"), "");
  EXPECT_EQ(config.text("other", "plain"), "plain");
  EXPECT_EQ(config.number("dim-emb", 1), 64);
  EXPECT_EQ(config.number("dim-rnn", 1024), 1024);
  EXPECT_TRUE(config.flag("skip"));
  EXPECT_FALSE(config.flag("other"));
  config.expect("dim-emb", "64");
  config.expect("other", "anything");
  expect_error([&] { config.number("type", 1); }, "expected a whole number for type");
  expect_error([&] { config.expect("type", "s2s"); },
               "expected a model with --type s2s in model.npz, found \"transformer\"");
  expect_error([&] { MarianConfig("a: [", "model.npz"); }, "special:model.yml of model.npz");
}

}  // namespace
}  // namespace heed
