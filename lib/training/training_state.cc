#include "training/training_state.h"

#include <filesystem>
#include <system_error>

#include "model/container.h"
#include "util/error.h"
#include "util/json_fields.h"

namespace heed {

namespace {

constexpr std::string_view kKind = "training";

/// The options that decide the result: those of the model and data, seed and shards. Others (when
/// to stop, validate, report; rates) may change from one run to the next.
nlohmann::json shaping_options(const TrainOptions& options) {
  nlohmann::json json = to_json(options.architecture);
  json.update(to_json(options.data));
  erase_fields<DataOptions>(json, FieldKind::kFile);
  json["seed"] = options.training.seed;
  json["shards"] = options.training.shards;
  json["exponential-smoothing"] = options.training.exponential_smoothing > 0;
  return json;
}

template <class Function>
void for_each_block(const TrainingWeights& weights, Function function) {
  function("values", weights.values);
  function("first_moment", weights.first_moment);
  function("second_moment", weights.second_moment);
  if (weights.average) function("average", weights.average);
}

std::optional<int> shards_of(const Container& file) {
  const nlohmann::json options = file.metadata("options");
  if (options.contains("shards")) return options["shards"].get<int>();
  const nlohmann::json counters = file.metadata("counters");
  const int threads = counters.is_object() ? counters.value("threads", 0) : 0;
  return threads > 0 ? std::optional(threads) : std::nullopt;
}

TrainingCounters read_counters(const Container& file) {
  const nlohmann::json json = file.metadata("counters");
  if (!json.is_object()) fail("expected an object of counters in {}, found none", file.path());
  TrainingCounters counters;
  TrainingCounters::visit(counters, [&](const char* name, auto& value) {
    if (!json.contains(name)) return;
    try {
      json[name].get_to(value);
    } catch (const nlohmann::json::exception&) {
      fail("expected another kind of value for the counter '{}' in {}, found {}", name, file.path(),
           json[name].dump());
    }
  });
  return counters;
}

/// A block's numbers where the host and the backend share memory; else room for them in `copy`.
std::span<float> host_side(const Backend& backend, const Tensor& block, std::vector<float>& copy) {
  if (backend.shares_host_memory()) return {block.data, block.size()};
  copy.resize(block.size());
  return copy;
}

}  // namespace

TrainingState::TrainingState(std::string path, const TrainOptions& options,
                             std::uint64_t corpus_fingerprint)
    : path_(std::move(path)), options_(options), corpus_fingerprint_(corpus_fingerprint) {}

bool TrainingState::exists() const {
  std::error_code error;
  return std::filesystem::exists(path_, error);
}

Tokenizers TrainingState::tokenizers() const {
  const Container file(path_, kKind);
  return {Tokenizer(std::string(file.bytes("tokenizer.source")), path_),
          Tokenizer(std::string(file.bytes("tokenizer.target")), path_)};
}

bool TrainingState::lacks_option(const std::string& path, const std::string& name) {
  std::error_code error;
  return std::filesystem::exists(path, error) &&
         !Container(path, kKind).metadata("options").contains(name);
}

std::optional<int> TrainingState::shards_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return heed::shards_of(Container(path, kKind));
}

/// Options that an older program did not have were as the defaults of their structs are.
void TrainingState::expect_same_options(const Container& file) const {
  const nlohmann::json now = shaping_options(options_);
  nlohmann::json before = shaping_options(TrainOptions());
  before["augment"] = "none";  // which is chosen for such states
  before["shards"] = heed::shards_of(file).value_or(options_.training.shards);
  before.update(file.metadata("options"));
  erase_fields<DataOptions>(before, FieldKind::kFile);  // older programs compared some names
  const auto expect_same = [&](const std::string& name, const nlohmann::json& value) {
    if (!now.contains(name)) {
      fail(
          "expected options that this program has, found --{} in {}; go on with the heed that "
          "wrote it, or train to another --model",
          name, path_);
    }
    if (now[name] == value) return;
    fail(
        "expected --{} {} as when {} was written, found {}; go on with the same options, or train "
        "to another --model",
        name, value.dump(), path_, now[name].dump());
  };
  expect_same("type", before["type"]);  // others differ because it does
  for (const auto& [name, value] : before.items()) expect_same(name, value);
}

TrainingCounters TrainingState::load(Backend& backend, const TrainingWeights& weights) const {
  const Container file(path_, kKind);
  expect_same_options(file);
  if (file.metadata("corpus") != corpus_fingerprint_) {
    fail(
        "expected the training text that {} was written with, found another; go on with the same "
        "text, or train to another --model",
        path_);
  }
  for_each_block(weights, [&](std::string_view name, const Tensor& block) {
    std::vector<float> copy;
    const std::span<float> values = host_side(backend, block, copy);
    file.read_floats(name, values);
    if (!copy.empty()) backend.write(values, block);
  });
  return read_counters(file);
}

void TrainingState::save(Backend& backend, const TrainingCounters& counters,
                         const TrainingWeights& weights, const Tokenizers& tokenizers) const {
  nlohmann::json json;
  TrainingCounters::visit(counters,
                          [&](const char* name, const auto& value) { json[name] = value; });
  std::vector<std::vector<float>> copies;
  std::vector<StoredTensor> tensors;
  for_each_block(weights, [&](std::string_view name, const Tensor& block) {
    std::vector<float>& copy = copies.emplace_back();
    const std::span<float> values = host_side(backend, block, copy);
    if (!copy.empty()) backend.read(block, values);
    tensors.push_back(float_tensor(std::string(name), values));
  });
  tensors.push_back(byte_tensor("tokenizer.source", tokenizers.source.serialized()));
  tensors.push_back(byte_tensor("tokenizer.target", tokenizers.target.serialized()));
  write_container(
      path_, kKind,
      {{"options", shaping_options(options_)}, {"corpus", corpus_fingerprint_}, {"counters", json}},
      tensors);
}

}  // namespace heed
