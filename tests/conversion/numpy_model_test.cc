#include "conversion/numpy_model.h"

#include <gtest/gtest.h>

#include "conversion/bytes.h"
#include "conversion/npy.h"
#include "conversion/zip_archive.h"
#include "model/tiny_models.h"
#include "util/json.h"

namespace heed {
namespace {

class NumpyModelTest : public testing::Test {
 protected:
  std::vector<std::byte> contents(const std::string& name) const {
    const ZipArchive::Entry* const entry = archive_.find(name + ".npy");
    EXPECT_NE(entry, nullptr) << name;
    return archive_.read(*entry);
  }
  std::string text(const std::string& name) const {
    const std::vector<std::byte> file = contents(name);
    const NpyArray array = parse_npy(file, name);
    return {reinterpret_cast<const char*>(array.data.data()), array.data.size()};
  }

  TinyModel tiny_ = {tiny_options(ModelType::kTransformer), joint_tokenizers()};
  std::string file_ = write_numpy_model(tiny_.contents, tiny_.parameters);
  ZipArchive archive_ = {bytes(file_), "model.npz"};
};

TEST_F(NumpyModelTest, HasAllParametersByName) {
  for (const Parameter& parameter : tiny_.parameters.all()) {
    const std::vector<std::byte> file = contents(parameter.name);
    const ForeignTensor tensor = read_floats(parse_npy(file, "x"), parameter.name, "x");
    EXPECT_EQ(tensor.shape,
              (std::vector<std::uint64_t>{static_cast<std::uint64_t>(parameter.rows),
                                          static_cast<std::uint64_t>(parameter.cols)}));
    EXPECT_EQ(tensor.values, numbers(tiny_.parameters, parameter));
  }
  EXPECT_EQ(archive_.entries().size(), tiny_.parameters.all().size() + 5);
}

TEST_F(NumpyModelTest, HasOptionsAndVocabularies) {
  const nlohmann::json options = nlohmann::json::parse(text("model.json"));
  EXPECT_EQ(options["type"], "transformer");
  EXPECT_EQ(options["dim-emb"], tiny_.contents.options.dim_emb);
  const Tokenizer& tokenizer = joint_tokenizers().source;
  for (const std::string side : {"source", "target"}) {
    const nlohmann::json pieces = nlohmann::json::parse(text("pieces." + side + ".json"));
    ASSERT_EQ(pieces.size(), static_cast<std::size_t>(tokenizer.size()));
    for (int id = 0; id < tokenizer.size(); ++id) EXPECT_EQ(pieces[id], tokenizer.piece(id));
    EXPECT_EQ(text("tokenizer." + side + ".spm"), tokenizer.serialized());
  }
}

}  // namespace
}  // namespace heed
