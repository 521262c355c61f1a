#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "conversion/ctranslate2_file.h"
#include "conversion/torch_writer.h"
#include "conversion/vocabulary_list.h"
#include "heed/converter.h"
#include "heed/translator.h"
#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"

namespace heed {
namespace {

/// As OPUS-MT's are.
ModelOptions opus_like() {
  ModelOptions options = tiny_options(ModelType::kTransformer);
  options.enc_depth = options.dec_depth = 2;
  options.norm = NormPlacement::kPost;
  options.activation = FeedForward::kSwish;
  options.positions = Positions::kSinusoidalHalves;
  options.decoder_start = DecoderStart::kZeros;
  options.alignment_layer = 2;
  options.alignment_heads = "1";
  return options;
}

class FoldersTest : public testing::Test {
 protected:
  FoldersTest() : tiny_(opus_like(), joint_tokenizers()) {
    for (const Parameter& parameter : tiny_.parameters.all()) {  // biases too
      std::vector<float> values = numbers(tiny_.parameters, parameter);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] += 0.1F * std::sin(static_cast<float>(i * 7 % 31));
      }
      // OPUS-MT has no <s>, which would take a share of each token's probability.
      if (parameter.name == "output.bias") values[joint_tokenizers().target.bos_id()] = -30000;
      tiny_.backend->write(values, parameter.value);
    }
    tiny_.save(path("model"));
  }

  std::string path(const std::string& name) const { return directory_.path(name); }
  void convert(const std::string& input, const std::string& output,
               const std::function<void(ConvertOptions&)>& change = {}) const {
    ConvertOptions options;
    options.output = path(output);
    if (change) change(options);
    convert_model(path(input), options);
  }
  std::vector<TranslatedLine> translations(const std::string& model) const {
    TranslateOptions options;
    options.search.max_length = 12;
    options.backend = "reference";
    options.threads = 1;
    const std::vector<std::string> lines = {"dreiundvierzig", "zwei", "achthundert tausend"};
    return Translator(path(model), options).translate(lines);
  }
  void expect_same_translations(const std::string& model) const {
    const auto expected = translations("model"), found = translations(model);
    std::string all;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(found[i].text(), expected[i].text());
      all += found[i].text();
      EXPECT_NEAR(found[i].translations[0].log_probability,
                  expected[i].translations[0].log_probability, 1e-4);
    }
    EXPECT_FALSE(all.empty());
  }

  TemporaryDirectory directory_;
  TinyModel tiny_;
};

TEST_F(FoldersTest, ToCtranslate2AndBack) {
  convert("model", "folder", [](auto& o) { o.to = ModelTarget::kCtranslate2; });
  const auto with_vocab = [&](ConvertOptions& o) { o.vocab = {path("folder/source.spm")}; };
  convert("folder", "back", with_vocab);
  const LoadedModel back(path("back"), *tiny_.backend);
  ASSERT_EQ(back.parameters().size(), tiny_.parameters.size());
  for (std::size_t i = 0; i < tiny_.parameters.all().size(); ++i) {
    EXPECT_EQ(numbers(back.parameters(), back.parameters().all()[i]),
              numbers(tiny_.parameters, tiny_.parameters.all()[i]));
  }
  EXPECT_EQ(back.contents().options.norm_epsilon, tiny_.contents.options.norm_epsilon);
  expect_same_translations("back");
  expect_error<UsageError>([&] { convert("folder", "back"); }, "--vocab SOURCE TARGET");
}

/// What Heed has for which OPUS-MT has rows of weights side by side.
ForeignTensor turned_part(const std::string& name, const std::vector<float>& values, int rows,
                          int cols, int first, int count) {
  ForeignTensor tensor{
      name, {static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(rows)}, {}};
  for (int col = first; col < first + count; ++col) {
    for (int row = 0; row < rows; ++row) tensor.values.push_back(values[row * cols + col]);
  }
  return tensor;
}

/// The model in Hugging Face's names, with the vocabulary turned round behind </s> and <unk>.
class OpusFolder {
 public:
  OpusFolder(const TinyModel& tiny, const std::filesystem::path& folder)
      : tiny_(tiny), folder_(folder) {
    std::filesystem::create_directories(folder);
    const Tokenizer& tokenizer = tiny.contents.tokenizers.source;
    order_ = {tokenizer.eos_id(), tokenizer.unk_id()};
    for (int id = tokenizer.size() - 1; id >= 3; --id) order_.push_back(id);
    add_tensors();
    nlohmann::json vocabulary;
    for (std::size_t i = 0; i < order_.size(); ++i) vocabulary[tokenizer.piece(order_[i])] = i;
    vocabulary["<pad>"] = order_.size();
    write("vocab.json", vocabulary.dump());
    write("source.spm", tokenizer.serialized());
    write("target.spm", tokenizer.serialized());
    write_config(nlohmann::json::object());
  }

  void write_config(const nlohmann::json& changes) const {
    const ModelOptions& o = tiny_.contents.options;
    nlohmann::json config = {{"model_type", "marian"},
                             {"d_model", o.dim_emb},
                             {"encoder_layers", o.enc_depth},
                             {"decoder_layers", o.dec_depth},
                             {"encoder_attention_heads", o.transformer_heads},
                             {"decoder_attention_heads", o.transformer_heads},
                             {"encoder_ffn_dim", o.transformer_dim_ffn},
                             {"decoder_ffn_dim", o.transformer_dim_ffn},
                             {"activation_function", "swish"},
                             {"scale_embedding", true}};
    config.update(changes);
    write("config.json", config.dump());
  }
  const std::vector<ForeignTensor>& tensors() const { return tensors_; }
  void write(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
  }
  void write_safetensors_file() const {
    Safetensors contents;
    for (const ForeignTensor& tensor : tensors_) {
      contents.tensors.push_back(
          {tensor.name, Dtype::kF32, tensor.shape, std::as_bytes(std::span(tensor.values))});
    }
    write_safetensors(folder_ / "model.safetensors", contents);
  }

 private:
  std::vector<float> values(const std::string& name, int* rows = nullptr,
                            int* cols = nullptr) const {
    for (const Parameter& parameter : tiny_.parameters.all()) {
      if (parameter.name != name) continue;
      if (rows != nullptr) *rows = parameter.rows;
      if (cols != nullptr) *cols = parameter.cols;
      return numbers(tiny_.parameters, parameter);
    }
    throw std::out_of_range(name);
  }
  void add(const std::string& name, std::vector<float> numbers) {
    tensors_.push_back({name, {numbers.size()}, std::move(numbers)});
  }
  void add_linear(const std::string& parameter, const std::vector<std::string>& names) {
    int rows = 0, cols = 0;
    const std::vector<float> weight = values(parameter + ".weight", &rows, &cols);
    const std::vector<float> bias = values(parameter + ".bias");
    const int count = cols / static_cast<int>(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const int first = static_cast<int>(i) * count;
      tensors_.push_back(turned_part(names[i] + ".weight", weight, rows, cols, first, count));
      add(names[i] + ".bias", {bias.begin() + first, bias.begin() + first + count});
    }
  }
  void add_norm(const std::string& parameter, const std::string& name) {
    add(name + ".weight", values(parameter + ".gain"));
    add(name + ".bias", values(parameter + ".bias"));
  }
  void add_tensors() {
    const std::vector<float> table = values("embedding"), bias = values("output.bias");
    const auto width = static_cast<std::size_t>(tiny_.contents.options.dim_emb);
    ForeignTensor shared{"model.shared.weight", {order_.size() + 1, width}, {}};
    ForeignTensor logits{"final_logits_bias", {1, order_.size() + 1}, {}};
    for (const int id : order_) {
      const auto row = table.begin() + static_cast<std::ptrdiff_t>(id * width);
      shared.values.insert(shared.values.end(), row, row + static_cast<std::ptrdiff_t>(width));
      logits.values.push_back(bias[id]);
    }
    shared.values.resize(shared.values.size() + width);
    logits.values.push_back(50);  // of <pad>, which must not matter
    tensors_ = {shared, logits, shared, {"model.encoder.embed_positions.weight", {1, 2}, {1, 2}}};
    tensors_[2].name = "model.decoder.embed_tokens.weight";
    for (const std::string side : {"encoder", "decoder"}) {
      for (int layer = 0; layer < 2; ++layer) add_layer(side, layer);
    }
  }
  void add_layer(const std::string& side, int layer) {
    const std::string name = side + "." + std::to_string(layer);
    const std::string prefix = "model." + side + ".layers." + std::to_string(layer);
    const std::string self = prefix + ".self_attn", cross = prefix + ".encoder_attn";
    add_linear(name + ".self_attention.query_key_value",
               {self + ".q_proj", self + ".k_proj", self + ".v_proj"});
    add_linear(name + ".self_attention.output", {self + ".out_proj"});
    add_norm(name + ".self_attention.norm", self + "_layer_norm");
    if (side == "decoder") {
      add_linear(name + ".cross_attention.query", {cross + ".q_proj"});
      add_linear(name + ".cross_attention.key_value", {cross + ".k_proj", cross + ".v_proj"});
      add_linear(name + ".cross_attention.output", {cross + ".out_proj"});
      add_norm(name + ".cross_attention.norm", cross + "_layer_norm");
    }
    add_linear(name + ".feed_forward.in", {prefix + ".fc1"});
    add_linear(name + ".feed_forward.out", {prefix + ".fc2"});
    add_norm(name + ".feed_forward.norm", prefix + ".final_layer_norm");
  }

  const TinyModel& tiny_;
  std::filesystem::path folder_;
  std::vector<int> order_;  ///< Heed's number of each piece of the list.
  std::vector<ForeignTensor> tensors_;
};

TEST_F(FoldersTest, OpusMtIsTheModelInOtherNumbers) {
  const OpusFolder safe(tiny_, path("safe"));
  safe.write_safetensors_file();
  convert("safe", "from-safe");
  expect_same_translations("from-safe");
  for (const bool is_old : {false, true}) {
    const OpusFolder folder(tiny_, path("torch"));
    const TorchWriter writer(folder.tensors());
    folder.write("pytorch_model.bin", is_old ? writer.old() : writer.zip());
    convert("torch", "from-torch");
    expect_same_translations("from-torch");
  }
}

TEST_F(FoldersTest, MarianWithAListOfWords) {
  convert("model", "marian", [](auto& o) { o.to = ModelTarget::kMarian; });
  std::string list = "</s>: 2\n<unk>: 0\n";
  for (int id = 1; id < joint_tokenizers().source.size() + 5; ++id) {  // more than the model knows
    if (id != 2) list += "w" + std::to_string(id) + ": " + std::to_string(id) + "\n";
  }
  directory_.write("words.yml", list);
  convert("marian/model.npz", "words", [&](auto& o) { o.vocab = {path("words.yml")}; });
  const LoadedModel words(path("words"), *tiny_.backend);
  EXPECT_EQ(words.contents().tokenizers.source.encode("w5 w7 ,"), (std::vector{5, 7, 0}));
  EXPECT_EQ(words.contents().tokenizers.target.size(), joint_tokenizers().target.size());
  EXPECT_TRUE(words.contents().tokenizers.is_joint());
  directory_.write("codes", "#version: 0.2\nw 5</w>\n");
  convert("marian/model.npz", "cut", [&](auto& o) {
    o.vocab = {path("words.yml")};
    o.codes = {path("codes")};
  });
  const LoadedModel cut(path("cut"), *tiny_.backend);
  EXPECT_EQ(cut.contents().tokenizers.source.encode("w5 w7"), (std::vector{5, 0, 0}));
  EXPECT_TRUE(cut.contents().tokenizers.is_joint());
  convert("cut", "again", [](auto& o) { o.to = ModelTarget::kMarian; });
  EXPECT_EQ(directory_.read("again/codes"), directory_.read("codes"));
  EXPECT_EQ(read_vocabulary_list(path("again/vocab.yml")).at(5), "w5");
  EXPECT_EQ(directory_.read("again/model.npz"), directory_.read("marian/model.npz"));
  expect_error<UsageError>(
      [&] { convert("cut", "ct2", [](auto& o) { o.to = ModelTarget::kCtranslate2; }); },
      "without subword-nmt's codes");
  for (const Parameter& parameter : words.parameters().all()) {
    EXPECT_EQ(numbers(words.parameters(), parameter),
              numbers(tiny_.parameters, *std::ranges::find(tiny_.parameters.all(), parameter.name,
                                                           &Parameter::name)));
  }
}

TEST_F(FoldersTest, CodesWantLists) {
  const auto expect_refused = [&](const std::vector<std::string>& vocab,
                                  const std::vector<std::string>& codes, const std::string& part) {
    const auto change = [&](auto& o) {
      o.vocab = vocab;
      o.codes = codes;
    };
    expect_error<UsageError>([&] { convert("marian/model.npz", "out", change); }, part);
  };
  convert("model", "marian", [](auto& o) { o.to = ModelTarget::kMarian; });
  expect_refused({path("marian/vocab.spm")}, {"c"}, "expected --codes beside lists of words");
  expect_refused({}, {"c"}, "expected --codes beside lists of words");
  expect_refused({"v.yml"}, {"c", "c", "c"}, "found 3 files");
}

TEST_F(FoldersTest, SettingsOfOpusMtThatHeedLacksAreNamed) {
  const OpusFolder folder(tiny_, path("folder"));
  folder.write_safetensors_file();
  const auto expect_refused = [&](const nlohmann::json& change, const std::string& part) {
    folder.write_config(change);
    expect_error([&] { convert("folder", "out"); }, part);
    expect_error([&] { convert("folder", "out"); }, "config.json");
  };
  expect_refused({{"model_type", "bart"}}, "model_type marian");
  expect_refused({{"normalize_before", true}}, "normalize_before false");
  expect_refused({{"activation_function", "tanh"}}, "activation_function swish");
  expect_refused({{"decoder_ffn_dim", 7}}, "decoder_ffn_dim");
  expect_refused({{"d_model", -3}}, "d_model from 0");
  expect_refused({{"decoder_start_token_id", 0}}, "decoder_start_token_id that of <pad>");
  folder.write_config({{"encoder_layers", 3}});
  expect_error([&] { convert("folder", "out"); }, "model.encoder.layers.2");
  std::filesystem::create_directories(path("empty"));
  expect_error<UsageError>([&] { convert("empty", "out"); }, "found none");
}

}  // namespace
}  // namespace heed
