#include "model/model_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>

#include "model/half.h"
#include "model/tiny_models.h"
#include "support/backends.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/json_fields.h"

namespace heed {
namespace {

/// A model file's parts, to be changed and put together again with a good checksum.
struct Parts {
  explicit Parts(const std::string& path) : file(path, "model"), tensors(file.tensors()) {
    for (const char* name : {"model", "vocabularies", "training"}) {
      metadata[name] = file.metadata(name);
    }
  }
  StoredTensor& tensor(const std::string& name) {
    return *std::find_if(tensors.begin(), tensors.end(),
                         [&](const StoredTensor& tensor) { return tensor.name == name; });
  }
  void write(const std::string& path) const { write_container(path, "model", metadata, tensors); }

  Container file;
  nlohmann::json metadata;
  std::vector<StoredTensor> tensors;
};

class ModelFileTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string path_ = directory_.path("model.safetensors");
  TinyModel tiny_{tiny_options(), joint_tokenizers()};

  ModelFileTest() { tiny_.save(path_); }

  LoadedModel load() { return LoadedModel(path_, *tiny_.backend); }

  /// Expects that the file, changed, is refused.
  void expect_refused(const std::function<void(Parts&)>& change, const std::string& part) {
    Parts parts(path_);
    change(parts);
    parts.write(directory_.path("changed"));
    expect_error([&] { LoadedModel(directory_.path("changed"), *tiny_.backend); }, part);
    expect_error([&] { LoadedModel(directory_.path("changed"), *tiny_.backend); },
                 directory_.path("changed"));
  }

  void expect_refused_option(const char* name, const nlohmann::json& value,
                             const std::string& part) {
    SCOPED_TRACE(name);
    expect_refused([&](Parts& parts) { parts.metadata["model"][name] = value; }, part);
  }

  void expect_same_numbers(
      const LoadedModel& loaded, float (*tolerance)(float) = [](float) { return 0.0F; }) const {
    ASSERT_EQ(loaded.parameters().all().size(), tiny_.parameters.all().size());
    for (std::size_t i = 0; i < tiny_.parameters.all().size(); ++i) {
      const Parameter& parameter = tiny_.parameters.all()[i];
      const auto expected = numbers(tiny_.parameters, parameter);
      const auto found = numbers(loaded.parameters(), loaded.parameters().all()[i]);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t j = 0; j < found.size(); ++j) {
        ASSERT_LE(std::abs(found[j] - expected[j]), tolerance(expected[j]))
            << parameter.name << " " << j;
      }
    }
  }
};

TEST_F(ModelFileTest, RoundTripIsExactAndMapped) {
  LoadedModel loaded = load();
  EXPECT_EQ(loaded.is_view(), tiny_.backend->shares_host_memory());
  expect_same_numbers(loaded);
  EXPECT_EQ(to_json(loaded.contents().options), to_json(tiny_.contents.options));
  EXPECT_EQ(loaded.contents().training, tiny_.contents.training);
  EXPECT_TRUE(loaded.contents().tokenizers.is_joint());
  EXPECT_EQ(loaded.contents().tokenizers.source.serialized(),
            joint_tokenizers().source.serialized());
  const LoadedModel moved = std::move(loaded);
  EXPECT_EQ(loss_of(moved.model(), moved.contents().tokenizers),
            loss_of(*tiny_.model, joint_tokenizers()));
  const std::string bytes = directory_.read("model.safetensors");
  save_model(path_, moved.contents(), moved.parameters(), moved.parameters().flat());
  EXPECT_EQ(directory_.read("model.safetensors"), bytes);
}

TEST_F(ModelFileTest, TransformerWithTwoVocabularies) {
  ModelOptions options = tiny_options(ModelType::kTransformer);
  options.tied_embeddings_all = false;
  options.positions = Positions::kLearned;
  options.norm = NormPlacement::kRms;
  options.dropout = 0.25F;
  const TinyModel tiny(options,
                       {number_tokenizer(true, false, 50), number_tokenizer(false, true, 43)});
  ASSERT_NE(tiny.model->vocabularies().source, tiny.model->vocabularies().target);
  tiny.save(path_);
  const LoadedModel loaded = load();
  EXPECT_EQ(loaded.is_view(), tiny_.backend->shares_host_memory());
  EXPECT_FALSE(loaded.contents().tokenizers.is_joint());
  EXPECT_EQ(to_json(loaded.contents().options), to_json(options));
  EXPECT_EQ(loss_of(loaded.model(), loaded.contents().tokenizers),
            loss_of(*tiny.model, tiny.contents.tokenizers));
}

TEST_F(ModelFileTest, HalfPrecisionRounds) {
  tiny_.save(path_, Dtype::kF16);
  const LoadedModel loaded = load();
  EXPECT_FALSE(loaded.is_view());
  expect_same_numbers(loaded, [](float x) { return std::max(std::abs(x) * 0x1p-11F, 0x1p-25F); });
  EXPECT_NEAR(loss_of(loaded.model(), joint_tokenizers()),
              loss_of(*tiny_.model, joint_tokenizers()), 2e-3);
  const Parameter& last = tiny_.parameters.all().back();
  tiny_.backend->fill(last.value, 65520.0F);
  expect_error([&] { tiny_.save(path_, Dtype::kF16); }, "in '" + last.name + "' for F16");
  tiny_.backend->fill(last.value, NAN);
  expect_error([&] { tiny_.save(path_, Dtype::kF16); }, "found nan");
  EXPECT_NO_THROW(load());
}

/// The largest number that belongs to one step of a parameter, for each element.
std::vector<float> largest_beside(const Parameter& parameter, const std::vector<float>& values) {
  std::vector<float> result(values.size());
  const auto cols = static_cast<std::size_t>(parameter.cols);
  const auto same = [&](std::size_t i, std::size_t j) {
    return parameter.factor == Factor::kWeight ? i % cols == j % cols : i / cols == j / cols;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (same(i, j)) result[i] = std::max(result[i], std::abs(values[j]));
    }
  }
  return result;
}

TEST_F(ModelFileTest, EightBitsRoundToTheirOutputsSteps) {
  const std::size_t size = directory_.read("model.safetensors").size();
  tiny_.save(path_, Dtype::kI8);
  EXPECT_LT(directory_.read("model.safetensors").size(), size);
  const LoadedModel loaded = load();
  EXPECT_FALSE(loaded.is_view());
  for (std::size_t i = 0; i < tiny_.parameters.all().size(); ++i) {
    const Parameter& parameter = tiny_.parameters.all()[i];
    const Parameter& again = loaded.parameters().all()[i];
    EXPECT_EQ(loaded.dtype_of(again), parameter.rows > 1 ? Dtype::kI8 : Dtype::kF32);
    const auto expected = numbers(tiny_.parameters, parameter);
    const auto found = numbers(loaded.parameters(), again);
    if (parameter.rows == 1) {
      EXPECT_EQ(found, expected);
      continue;
    }
    const std::vector<float> largest = largest_beside(parameter, expected);
    for (std::size_t j = 0; j < found.size(); ++j) {
      ASSERT_NEAR(found[j], expected[j], largest[j] / 253) << parameter.name << " " << j;
    }
  }
  EXPECT_NEAR(loss_of(loaded.model(), joint_tokenizers()),
              loss_of(*tiny_.model, joint_tokenizers()), 2e-2);
  const Parameter& matrix = tiny_.parameters.all().front();
  tiny_.backend->fill(matrix.value, NAN);
  expect_error([&] { tiny_.save(path_, Dtype::kI8); }, "in '" + matrix.name + "' for I8");
}

TEST_F(ModelFileTest, StepsBelongToEightBits) {
  tiny_.save(path_, Dtype::kI8);
  const std::string name = tiny_.parameters.all().front().name + ".step";
  expect_refused(
      [&](Parts& parts) {
        std::erase_if(parts.tensors, [&](const StoredTensor& t) { return t.name == name; });
      },
      name);
  expect_refused(
      [&](Parts& parts) {
        parts.tensor(name).data = parts.tensor(name).data.first(4);
        parts.tensor(name).shape = {1, 1};
      },
      name);
  tiny_.save(path_);
  expect_refused(
      [&](Parts& parts) {
        StoredTensor extra = parts.tensors.front();
        extra.name = name;
        parts.tensors.push_back(extra);
      },
      name);
}

TEST_F(ModelFileTest, WrittenAgainByAnotherProgram) {
  Container file(path_, "model");
  Safetensors contents = parse_safetensors(file.whole(), path_);
  std::reverse(contents.tensors.begin() + 1, contents.tensors.end());
  write_safetensors(directory_.path("again"), contents);
  const LoadedModel loaded(directory_.path("again"), *tiny_.backend);
  EXPECT_FALSE(loaded.is_view());
  expect_same_numbers(loaded);
  EXPECT_EQ(loaded.checksum(), file.checksum());
}

TEST_F(ModelFileTest, OlderFilesTakeDefaultsOfNewOptions) {
  Parts parts(path_);
  parts.metadata["model"].erase("norm");
  parts.write(path_);
  EXPECT_EQ(load().contents().options.norm, ModelOptions{}.norm);
}

TEST_F(ModelFileTest, TruncatedAnywhere) {
  const std::string whole = directory_.read("model.safetensors");
  std::uint64_t header = 0;
  std::memcpy(&header, whole.data(), sizeof header);
  for (std::size_t size = 0; size < whole.size(); size += size < header + 8 ? 16 : 4096) {
    std::filesystem::remove(directory_.path("cut"));
    directory_.write("cut", whole.substr(0, size));
    expect_error([&] { LoadedModel(directory_.path("cut"), *tiny_.backend); },
                 directory_.path("cut"));
  }
}

TEST_F(ModelFileTest, FlippedBytesAreRefusedOrMeanTheSame) {
  const std::string whole = directory_.read("model.safetensors");
  std::size_t refused = 0;
  std::size_t flipped = 0;
  for (std::size_t i = 0; i < whole.size(); i += 97, ++flipped) {
    std::string damaged = whole;
    damaged[i] ^= '\x10';
    std::filesystem::remove(directory_.path("flipped"));
    directory_.write("flipped", damaged);
    try {
      expect_same_numbers(LoadedModel(directory_.path("flipped"), *tiny_.backend));
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(directory_.path("flipped")), std::string::npos);
      ++refused;
    }
  }
  EXPECT_GT(refused, flipped * 9 / 10);
}

TEST_F(ModelFileTest, NoModelAtAll) {
  const auto expect_no_model = [&](const std::string& path, const std::string& part) {
    expect_error([&] { LoadedModel(path, *tiny_.backend); }, part);
  };
  expect_no_model(directory_.path("missing"), "No such file");
  expect_no_model(directory_.path(), "found a directory");
  expect_no_model(directory_.write("empty", ""), "found 0 bytes");
  expect_no_model(directory_.write("text", "Ein Mann schläft.\nEine Frau liest.\n"),
                  "found something else in " + directory_.path("text"));
  write_safetensors(path_, {{{"format", "pt"}}, {}});
  expect_no_model(path_, "of another program");
  write_container(path_, "training state", {}, {});
  expect_no_model(path_, "expected a model, found a \"training state\"");
  write_safetensors(path_, {{{"heed_format", "2"}}, {}});
  expect_no_model(path_, "expected a file of format 1 at most, found format 2");
}

TEST_F(ModelFileTest, WrongTensors) {
  expect_refused(
      [](Parts& parts) {
        std::erase_if(parts.tensors, [](const auto& t) { return t.name == "embedding"; });
      },
      "expected a tensor 'embedding' [61, 12] in ");
  expect_refused(
      [](Parts& parts) {
        parts.tensor("embedding").shape = {12, 61};
      },
      "expected the shape [61, 12] of tensor 'embedding' in ");
  expect_refused([](Parts& parts) { parts.tensor("embedding").shape = {61 * 12}; }, "found [732]");
  expect_refused([](Parts& parts) { parts.tensors.push_back(float_tensor("more", {})); },
                 "found also \"more\" [0]");
  expect_refused(
      [](Parts& parts) {
        parts.tensor("output.bias") = byte_tensor("output.bias", "x");
        parts.tensor("output.bias").shape = {1, 1};
      },
      "expected the shape [1, 61] of tensor 'output.bias'");
  const std::string bytes(61, 'x');
  expect_refused(
      [&](Parts& parts) {
        parts.tensor("output.bias") = byte_tensor("output.bias", bytes);
        parts.tensor("output.bias").shape = {1, 61};
      },
      "found 61 of U8");
}

TEST_F(ModelFileTest, WrongVocabulary) {
  const Tokenizer other = number_tokenizer(true, true, 60);
  expect_refused(
      [&](Parts& parts) {
        parts.tensor("tokenizer") = byte_tensor("tokenizer", other.serialized());
      },
      R"(found {"bos":1,"eos":2,"source":60,"target":60} in its tokenizers)");
  expect_refused([](Parts& parts) { parts.metadata["vocabularies"]["eos"] = 3; }, "\"eos\":3");
  expect_refused([](Parts& parts) { parts.metadata["vocabularies"] = 3; }, "vocabularies 3");
  expect_refused([](Parts& parts) { parts.tensor("tokenizer") = byte_tensor("tokenizer", "none"); },
                 "expected a SentencePiece model");
  expect_refused([](Parts& parts) { parts.tensor("tokenizer").name = "tokenizer.source"; },
                 "expected a tensor 'tokenizer.target'");
  expect_refused(
      [&](Parts& parts) {
        parts.tensor("tokenizer").name = "tokenizer.source";
        parts.tensors.push_back(byte_tensor("tokenizer.target", other.serialized()));
        parts.metadata["vocabularies"]["target"] = 60;
      },
      "expected one joint vocabulary");
}

TEST_F(ModelFileTest, WrongOptions) {
  expect_refused_option("enc-deep", 1, "found: unknown option");
  expect_refused_option("type", "cnn", "found: ");
  expect_refused_option("type", nullptr, "found: ");
  expect_refused_option("dim-emb", "wide", "found: expected a whole number for dim-emb");
  expect_refused_option("dim-emb", -1, "expected 1 to 32768 for --dim-emb");
  expect_refused_option("dim-rnn", 2147483647, "expected 1 to 32768 for --dim-rnn");
  expect_refused_option("dim-rnn", 11, "expected the shape ");
  expect_refused_option("enc-depth", 30000, "expected 1 to 1024 layers for --enc-depth");
  expect_refused_option("dec-depth", 0, "expected 1 to 1024 layers for --dec-depth");
  expect_refused_option("enc-depth", 1000, "expected tensors for 1001 layers");
  expect_refused_option("attention", "sharp", "found: ");
  expect_refused([](Parts& parts) { parts.metadata["model"] = nlohmann::json::array(); },
                 "expected an object of options");
  expect_refused([](Parts& parts) { parts.metadata.erase("model"); }, "expected an entry 'model'");
}

TEST_F(ModelFileTest, LayersThatTheFileCannotHold) {
  expect_refused_option("dec-depth", 0, "--dec-depth, found 0");
  expect_refused_option("enc-depth", 65536, "--enc-depth, found 65536");
  expect_refused_option("enc-depth", 1000, "expected tensors for 1001 layers");
  expect_refused(
      [](Parts& parts) {
        parts.metadata["model"]["enc-depth"] = 1000;
        for (int i = 0; i < 2'000; ++i) {
          parts.tensors.push_back(float_tensor("t" + std::to_string(i), {}));
        }
      },
      "expected a tensor 'encoder.1");
}

TEST_F(ModelFileTest, NoSpaceLeft) {
  expect_error([&] { tiny_.save("/dev/full"); }, "could not write /dev/full: No space left");
}

// Files of each released format must stay readable; tests/golden has the script that made them.

/// Parameters of the golden files in their order.
float golden_number(std::size_t k) {
  return static_cast<float>(std::sin(0.7 * static_cast<double>(k)) / 2 + 0.1);
}

TEST(GoldenModel, Format1Rnn) {
  const auto backend = make_test_backend("reference");
  const LoadedModel loaded(HEED_GOLDEN "/format-1-rnn.safetensors", *backend);
  EXPECT_EQ(loaded.is_view(), backend->shares_host_memory());
  EXPECT_TRUE(loaded.contents().tokenizers.is_joint());
  EXPECT_EQ(loaded.contents().options.type, ModelType::kRnn);
  EXPECT_EQ(loaded.contents().training["note"], "golden");
  std::size_t k = 0;
  for (const Parameter& parameter : loaded.parameters().all()) {
    for (const float number : numbers(loaded.parameters(), parameter)) {
      ASSERT_EQ(number, golden_number(k++)) << parameter.name;
    }
  }
  EXPECT_NEAR(loss_of(loaded.model(), loaded.contents().tokenizers), 16.08873, 1e-4);
}

TEST(GoldenModel, Format1TransformerInHalfPrecision) {
  const auto backend = make_test_backend("reference");
  const LoadedModel loaded(HEED_GOLDEN "/format-1-transformer.safetensors", *backend);
  EXPECT_FALSE(loaded.is_view());
  EXPECT_FALSE(loaded.contents().tokenizers.is_joint());
  EXPECT_EQ(loaded.contents().options.type, ModelType::kTransformer);
  EXPECT_EQ(loaded.model().vocabularies().source, 34);
  EXPECT_EQ(loaded.model().vocabularies().target, 33);
  const auto values = numbers(loaded.parameters(), loaded.parameters().all().front());
  EXPECT_EQ(values[5], from_half(to_half(golden_number(5))));
  EXPECT_NEAR(loss_of(loaded.model(), loaded.contents().tokenizers), 12.83662, 1e-4);
}

}  // namespace
}  // namespace heed
