#include "conversion/marian_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "conversion/marian_file.h"
#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "util/files.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {
namespace {

using nlohmann::json;

/// What tests/golden/make_marian_numbers.py wrote, which computes Marian's models without Heed.
const json& configurations() {
  static const json all = json::parse(read_file(HEED_GOLDEN "/marian_numbers.json"));
  return all;
}

/// The numbers that golden_layers.py gives to a tensor of that name.
ForeignTensor golden_tensor(const std::string& name, std::uint64_t rows, std::uint64_t cols) {
  double n = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    n += static_cast<double>((i + 1) * static_cast<unsigned char>(name[i]));
  }
  ForeignTensor tensor{name, {rows, cols}, {}};
  for (std::size_t i = 0; i < rows * cols; ++i) {
    const auto k = static_cast<double>(i);
    const double value = 1.5 * std::sin(k * k + n) / std::sqrt(static_cast<double>(rows));
    tensor.values.push_back(static_cast<float>(value));
  }
  return tensor;
}

MarianFile golden_file(const json& golden) {
  MarianFile file{golden["options"], {}};
  for (const auto& [name, shape] : golden["tensors"].items()) {
    file.tensors.push_back(golden_tensor(name, shape[0], shape[1]));
  }
  return file;
}

ForeignModel read_model(const MarianFile& file) {
  const std::string bytes = write_marian_npz(file);
  return read_marian_model(std::as_bytes(std::span(bytes)), "model.npz", joint_tokenizers());
}

/// A converted model in memory.
struct Converted {
  Converted(const json& golden, const ForeignModel& foreign)
      : contents(foreign.contents),
        backend(make_test_backend("eigen")),
        parameters(*backend),
        model(make_model(foreign.contents.options,
                         {golden["vocabularies"]["source"], golden["vocabularies"]["target"], 1, 0},
                         parameters)) {
    parameters.initialize(1);
    import_tensors(foreign.tensors, foreign.table, parameters, "model.npz");
  }

  ModelContents contents;
  std::unique_ptr<Backend> backend;
  Parameters parameters;
  std::unique_ptr<EncoderDecoder> model;
};

class MarianModelTest : public testing::TestWithParam<std::size_t> {
 protected:
  const json& golden_ = configurations()[GetParam()];
  const MarianFile file_ = golden_file(golden_);
};

Ragged ragged(const json& sentences) {
  Ragged result;
  for (const json& sentence : sentences) result.add(sentence.get<std::vector<int>>());
  return result;
}

TEST_P(MarianModelTest, ComputesWhatMarianDoes) {
  const Converted converted(golden_, read_model(file_));
  const Ragged source = ragged(golden_["source"]), target = ragged(golden_["target"]);
  Tape tape(*converted.backend);
  const EncoderDecoder& model = *converted.model;
  const Decoded decoded = model.decode(tape, model.encode(tape, source), target);
  const Tensor likelihood =
      cross_entropy(decoded.hidden, model.output(tape), tape.keep(target.ids), 0).likelihood;
  std::vector<float> found(likelihood.size());
  converted.backend->read(likelihood, found);
  std::vector<float> expected;
  for (const json& sentence : golden_["log_probabilities"]) {
    expected.insert(expected.end(), sentence.begin(), sentence.end());
  }
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(expected[i], found[i], 2e-5) << i;

  std::vector<float> weights, expected_weights;
  for (const json& token : golden_["weights_of_first"]) {
    for (const json& head : token) {
      expected_weights.insert(expected_weights.end(), head.begin(), head.end());
    }
  }
  for (const Var& layer : decoded.attention.weights) {
    std::vector<float> all(layer.value().size());
    converted.backend->read(layer.value(), all);
    const int count = target.length(0) * source.length(0) * layer.cols();
    weights.insert(weights.end(), all.begin(), all.begin() + count);
  }
  ASSERT_EQ(expected_weights.size(), weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(expected_weights[i], weights[i], 2e-5) << i;
  }
}

TEST_P(MarianModelTest, GoesBackToMarianToTheBit) {
  Converted converted(golden_, read_model(file_));
  const std::string bytes = write_marian_model(converted.contents, converted.parameters);
  const MarianFile back = read_marian(std::as_bytes(std::span(bytes)), "model.npz");
  std::map<std::string, const ForeignTensor*> by_name;
  for (const ForeignTensor& tensor : back.tensors) by_name[tensor.name] = &tensor;
  const bool has_mark = by_name.erase("decoder_c_tt") > 0;
  const std::string type = MarianConfig(file_.config, "model.npz").text("type");
  EXPECT_EQ(has_mark, type == "amun" || type == "nematus");
  EXPECT_EQ(by_name.size(), file_.tensors.size());
  for (const ForeignTensor& tensor : file_.tensors) {
    ASSERT_TRUE(by_name.contains(tensor.name)) << tensor.name;
    const ForeignTensor& found = *by_name[tensor.name];
    EXPECT_EQ(found.shape, tensor.shape) << tensor.name;
    ASSERT_EQ(found.values.size(), tensor.values.size());
    EXPECT_EQ(
        std::memcmp(found.values.data(), tensor.values.data(), found.values.size() * sizeof(float)),
        0)
        << tensor.name;
  }
  const ForeignModel again = read_model(back);
  EXPECT_EQ(to_json(again.contents.options), to_json(converted.contents.options));
}

TEST_P(MarianModelTest, EachTensorMustBeThereAndFit) {
  const auto convert = [&](const MarianFile& file) { Converted(golden_, read_model(file)); };
  for (std::size_t i = 0; i < file_.tensors.size(); ++i) {
    const std::string name = file_.tensors[i].name;
    MarianFile without = file_;
    without.tensors.erase(without.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    expect_error([&] { convert(without); }, "expected a tensor " + name);
    MarianFile other = file_;
    other.tensors[i].shape = {1, 1};
    other.tensors[i].values = {1};
    expect_error([&] { convert(other); }, "of tensor " + name);
  }
  MarianFile more = file_;
  more.tensors.push_back({"Wpos", {1, 2}, {1, 2}});
  expect_error([&] { convert(more); }, "found also \"Wpos\" [1, 2]");
}

INSTANTIATE_TEST_SUITE_P(All, MarianModelTest,
                         testing::Range<std::size_t>(0, configurations().size()),
                         [](const testing::TestParamInfo<std::size_t>& choice) {
                           return configurations()[choice.param]["name"].get<std::string>();
                         });

const json& golden_of(const std::string& name) {
  for (const json& golden : configurations()) {
    if (golden["name"] == name) return golden;
  }
  throw std::out_of_range(name);
}

/// Nematus's and old Marian's output weight, which has the vocabulary in its columns.
TEST(MarianOldNamesTest, OutputWeightMayBeTheOtherWayRound) {
  for (const auto& [model, current, old] :
       {std::tuple("transformer_untied", "decoder_ff_logit_out_Wt", "decoder_ff_logit_out_W"),
        std::tuple("nematus", "decoder_ff_logit_l2_Wt", "ff_logit_W")}) {
    const json& golden = golden_of(model);
    const MarianFile file = golden_file(golden);
    MarianFile turned = file;
    for (ForeignTensor& tensor : turned.tensors) {
      if (tensor.name != current) continue;
      const std::uint64_t rows = tensor.shape[0], cols = tensor.shape[1];
      ForeignTensor other{old, {cols, rows}, std::vector<float>(rows * cols)};
      for (std::size_t i = 0; i < rows * cols; ++i) {
        other.values[i % cols * rows + i / cols] = tensor.values[i];
      }
      tensor = other;
    }
    const Converted expected(golden, read_model(file)), found(golden, read_model(turned));
    for (std::size_t i = 0; i < expected.parameters.all().size(); ++i) {
      EXPECT_EQ(numbers(expected.parameters, expected.parameters.all()[i]),
                numbers(found.parameters, found.parameters.all()[i]));
    }
  }
}

/// Replaces an option's line.
MarianFile with_option(const std::string& model, const std::string& name,
                       const std::string& value) {
  MarianFile file = golden_file(golden_of(model));
  const std::size_t at = ("\n" + file.config).find("\n" + name + ": ");
  if (at != std::string::npos) file.config.erase(at, file.config.find('\n', at) + 1 - at);
  file.config += name + ": " + value + "\n";
  return file;
}

TEST(MarianRefusalTest, NamesTheOption) {
  const auto expect_refused = [](const std::string& model, const std::string& name,
                                 const std::string& value) {
    SCOPED_TRACE(name);
    expect_error([&] { read_model(with_option(model, name, value)); }, "--" + name);
    expect_error([&] { read_model(with_option(model, name, value)); }, "model.npz");
  };
  expect_refused("transformer_post", "type", "char-s2s");
  for (const char* flag : {"transformer-no-projection", "transformer-no-bias",
                           "transformer-no-affine", "transformer-pool", "ulr", "right-left",
                           "output-omit-bias", "transformer-alibi-trainable"}) {
    expect_refused("transformer_post", flag, "true");
  }
  expect_refused("transformer_untied", "tied-embeddings-src", "true");
  expect_refused("transformer_post", "transformer-attention-mask", "alibi");
  expect_refused("transformer_post", "transformer-tied-layers", "[1, 1]");
  expect_refused("transformer_post", "input-types", "[class]");
  expect_refused("transformer_post", "lemma-dim-emb", "8");
  expect_refused("transformer_post", "factors-dim-emb", "8");
  expect_refused("transformer_post", "transformer-ffn-depth", "3");
  expect_refused("transformer_post", "transformer-decoder-ffn-depth", "3");
  expect_refused("transformer_post", "transformer-decoder-dim-ffn", "99");
  expect_refused("transformer_post", "transformer-postprocess-emb", "n");
  expect_refused("transformer_post", "transformer-ffn-activation", "gelu");
  expect_refused("transformer_post", "transformer-decoder-autoreg", "other");
  expect_refused("transformer_post", "transformer-preprocess", "n");
  expect_refused("transformer_aan", "transformer-aan-depth", "1");
  expect_refused("transformer_aan", "transformer-aan-nogate", "true");
  expect_refused("transformer_ssru", "dec-cell", "gru");
  expect_refused("transformer_ssru", "layer-normalization", "true");
  expect_refused("s2s_gru", "enc-type", "bi-unidirectional");
  expect_refused("s2s_gru", "enc-cell", "tanh");
  expect_refused("amun", "dec-depth", "2");
  expect_refused("amun", "dec-cell", "lstm");
  expect_refused("nematus", "dec-cell-high-depth", "2");
}

TEST(MarianRefusalTest, SizesThatNoModelHas) {
  const auto convert = [](const char* model, const char* name, const char* value) {
    read_model(with_option(model, name, value));
  };
  expect_error([&] { convert("transformer_post", "dim-emb", "-1"); }, "0 to 1000000 for dim-emb");
  expect_error([&] { convert("s2s_gru", "dim-rnn", "2000000000"); }, "for dim-rnn");
  expect_error([&] { convert("transformer_post", "enc-depth", "0"); }, "enc-depth");
  expect_error([&] { convert("transformer_post", "enc-depth", "1000"); },
               "tensors for 1003 layers");
  expect_error([&] { convert("s2s_gru", "enc-cell-depth", "1000"); }, "of 1003 cells");
}

TEST(MarianRefusalTest, OldModelsWithTheNormBeforeAreNotWhatTheyAreNow) {
  const auto convert = [](const char* model, const char* version) {
    read_model(with_option(model, "version", version));
  };
  expect_error([&] { convert("transformer_pre", "v1.10.24 4dd30b5 2021-09-08"); }, "issue 699");
  expect_error([&] { convert("transformer_pre", "unknown"); }, "issue 699");
  convert("transformer_pre", "v1.10.28 abc 2022-02-01");
  convert("transformer_post", "v1.7.6 02f4af4e 2018-12-12");
}

TEST(MarianRefusalTest, ModelsThatMarianLacksNameHeedsOption) {
  const auto expect_refused = [](const std::string& message, const auto& change) {
    Converted converted(golden_of("transformer_post"),
                        read_model(golden_file(golden_of("transformer_post"))));
    change(converted.contents.options);
    expect_error<UsageError>([&] { write_marian_model(converted.contents, converted.parameters); },
                             message);
  };
  expect_refused("--type transformer or nematus", [](auto& o) { o.type = ModelType::kRnn; });
  expect_refused("--positions sinusoidal-halves",
                 [](auto& o) { o.positions = Positions::kSinusoidal; });
  expect_refused("--decoder-start zeros", [](auto& o) { o.decoder_start = DecoderStart::kBos; });
  expect_refused("--cross-attention multi-head", [](auto& o) { o.cross_attention = "linear"; });
  expect_refused("--norm-epsilon 1e-06", [](auto& o) { o.norm_epsilon = 1e-5F; });
  expect_refused("--embedding-scale sqrt",
                 [](auto& o) { o.embedding_scale = EmbeddingScale::kOne; });
}

}  // namespace
}  // namespace heed
