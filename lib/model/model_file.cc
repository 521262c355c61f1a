#include "model/model_file.h"

#include <fmt/format.h>
#include <cmath>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "heed/model_info.h"
#include "model/half.h"
#include "model/rounded_tensor.h"
#include "model/shortlist_tensors.h"
#include "tensor/size.h"
#include "util/error.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {
namespace {

constexpr const char* kKind = "model";
constexpr const char* kOptions = "model";
constexpr const char* kVocabularies = "vocabularies";
constexpr const char* kTraining = "training";
constexpr const char* kJoint = "tokenizer";
constexpr const char* kSource = "tokenizer.source";
constexpr const char* kTarget = "tokenizer.target";

nlohmann::json vocabularies_json(const Tokenizers& tokenizers) {
  const Vocabularies sizes = tokenizers.vocabularies();
  return {
      {"source", sizes.source}, {"target", sizes.target}, {"bos", sizes.start}, {"eos", sizes.eos}};
}

std::vector<std::uint64_t> shape_of(const Parameter& parameter) {
  return {static_cast<std::uint64_t>(parameter.rows), static_cast<std::uint64_t>(parameter.cols)};
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// The block's numbers in half precision.
std::vector<std::uint16_t> halves_of(std::span<const float> values, const Parameters& parameters) {
  std::vector<std::uint16_t> halves(values.size());
  for (const Parameter& parameter : parameters.all()) {
    for (std::size_t i = parameter.offset; i < parameter.offset + parameter.size(); ++i) {
      if (!(std::abs(values[i]) < kHalfOverflow)) {
        fail("expected numbers below {} in '{}' for F16, found {}; save the model as F32",
             kHalfOverflow, parameter.name, values[i]);
      }
      halves[i] = to_half(values[i]);
    }
  }
  return halves;
}

/// All parameters, and what their numbers are kept in.
class StoredParameters {
 public:
  StoredParameters(std::span<const float> values, const Parameters& parameters, Dtype dtype)
      : values_(values) {
    if (dtype == Dtype::kF16) halves_ = halves_of(values, parameters);
    for (const Parameter& parameter : parameters.all()) {
      if (dtype == Dtype::kI8 && RoundedTensor::is_for(parameter)) {
        rounded_.emplace_back(parameter, values.subspan(parameter.offset, parameter.size()))
            .add_to(tensors);
      } else {
        add(parameter);
      }
    }
  }

  std::vector<StoredTensor> tensors;

 private:
  void add(const Parameter& parameter) {
    const Dtype dtype = halves_.empty() ? Dtype::kF32 : Dtype::kF16;
    const auto block = halves_.empty() ? std::as_bytes(values_)
                                       : std::as_bytes(std::span<const std::uint16_t>(halves_));
    const std::size_t width = size_of(dtype);
    tensors.push_back({parameter.name, dtype, shape_of(parameter),
                       block.subspan(parameter.offset * width, parameter.size() * width)});
  }

  std::span<const float> values_;
  std::vector<std::uint16_t> halves_;
  std::deque<RoundedTensor> rounded_;
};

void add_tokenizers(const Tokenizers& tokenizers, std::vector<StoredTensor>& tensors) {
  if (tokenizers.is_joint()) {
    tensors.push_back(byte_tensor(kJoint, tokenizers.source.serialized()));
    return;
  }
  tensors.push_back(byte_tensor(kSource, tokenizers.source.serialized()));
  tensors.push_back(byte_tensor(kTarget, tokenizers.target.serialized()));
}

Tokenizers read_tokenizers(const Container& file) {
  const auto read = [&](const char* name) {
    return Tokenizer(std::string(file.bytes(name)), file.path());
  };
  const Tokenizer source = read(file.find(kJoint) != nullptr ? kJoint : kSource);
  return {source, file.find(kJoint) != nullptr ? source : read(kTarget)};
}

/// What is wrong with the options is the file's fault, not that of the command line.
template <class Function>
auto with_path(const Container& file, Function&& function) {
  try {
    return function();
  } catch (const Error& error) {
    fail("expected a model that this heed can build in {}, found: {}", file.path(), error.what());
  }
}

ModelContents read_contents(const Container& file) {
  ModelContents contents{{}, read_tokenizers(file), file.metadata(kTraining)};
  contents.shortlist =
      read_shortlist(file, contents.tokenizers.source.size(), contents.tokenizers.target.size());
  const nlohmann::json options = file.metadata(kOptions);
  with_path(file, [&] { from_json(options, contents.options); });
  expect_tensors_for_layers(contents.options, file.tensors().size(), file.path());
  const nlohmann::json found = vocabularies_json(contents.tokenizers);
  const nlohmann::json expected = file.metadata(kVocabularies);
  if (found != expected) {
    fail("expected the vocabularies {} in {}, found {} in its tokenizers; make the model again",
         json_text(expected), file.path(), json_text(found));
  }
  return contents;
}

}  // namespace

void expect_tensors_for_layers(const ModelOptions& options, std::size_t tensors,
                               const std::string& path) {
  const std::int64_t layers = options.enc_depth + options.dec_depth;
  const std::int64_t cells = std::int64_t{options.enc_depth} * options.enc_cell_depth +
                             options.dec_cell_base_depth +
                             std::int64_t{options.dec_depth} * options.dec_cell_high_depth;
  const bool is_nematus = options.type == ModelType::kNematus;
  if (std::cmp_greater(is_nematus ? cells : layers, tensors)) {
    fail("expected tensors for {} layers{} in {}, found {} tensors", layers,
         is_nematus ? fmt::format(" of {} cells", cells) : "", path, tensors);
  }
}

void save_model(const std::string& path, const ModelContents& contents,
                const Parameters& parameters, const Tensor& values, Dtype dtype) {
  const bool is_known = dtype == Dtype::kF32 || dtype == Dtype::kF16 || dtype == Dtype::kI8;
  if (values.size() != parameters.size() || !is_known) {
    fail("expected {} numbers to save as F32, F16 or I8, found {} for {}", parameters.size(),
         values.size(), to_text(dtype));
  }
  std::vector<float> floats(values.size());
  parameters.backend().read(values, floats);
  StoredParameters stored(floats, parameters, dtype);
  add_tokenizers(contents.tokenizers, stored.tensors);
  const ShortlistTensors shortlist(contents.shortlist);
  shortlist.add_to(stored.tensors);
  write_container(path, kKind,
                  {{kOptions, to_json(contents.options)},
                   {kVocabularies, vocabularies_json(contents.tokenizers)},
                   {kTraining, contents.training}},
                  stored.tensors);
}

LoadedModel::LoadedModel(const std::string& path, Backend& backend)
    : file_(find_model(path), kKind),
      contents_(read_contents(file_)),
      parameters_(std::make_unique<Parameters>(backend)) {
  model_ = with_path(file_, [&] {
    return make_model(contents_.options, contents_.tokenizers.vocabularies(), *parameters_);
  });
  check_tensors();
  float* const values = backend.shares_host_memory() ? viewed_parameters() : nullptr;
  if (values != nullptr) {
    const auto size = static_cast<std::int64_t>(parameters_->size());
    parameters_->bind({values, 1, to_int(size, "numbers in all parameters")});
  } else {
    copy_parameters(backend);
  }
}

void LoadedModel::check_tensors() const {
  std::set<std::string_view> known{kJoint, kSource, kTarget};
  std::set<std::string> steps;
  for (const Parameter& parameter : parameters_->all()) {
    known.insert(parameter.name);
    const StoredTensor* const tensor = file_.find(parameter.name);
    if (tensor != nullptr && tensor->dtype == Dtype::kI8) {
      known.insert(*steps.insert(steps_name(parameter)).first);
    }
    const std::string expected = shape_text(shape_of(parameter));
    if (tensor == nullptr) {
      fail("expected a tensor '{}' {} in {}, found none; make the model again", parameter.name,
           expected, path());
    }
    if (tensor->shape != shape_of(parameter)) {
      fail("expected the shape {} of tensor '{}' in {}, found {}; make the model again", expected,
           parameter.name, path(), shape_text(tensor->shape));
    }
  }
  for (const StoredTensor& tensor : file_.tensors()) {
    if (known.contains(tensor.name) || is_shortlist_tensor(tensor.name)) continue;
    fail("expected the tensors of the model's options in {}, found also {} {}; make it again",
         path(), printable(tensor.name), shape_text(tensor.shape));
  }
}

/// The block of parameters in the file, or nullptr if it isn't one there.
float* LoadedModel::viewed_parameters() const {
  const std::byte* begin = nullptr;
  const std::byte* const end = file_.whole().data() + file_.whole().size();
  for (const Parameter& parameter : parameters_->all()) {
    const StoredTensor& tensor = *file_.find(parameter.name);
    if (begin == nullptr) begin = tensor.data.data();
    const std::size_t offset = parameter.offset * sizeof(float);
    if (tensor.dtype != Dtype::kF32 || tensor.data.data() != begin + offset) return nullptr;
  }
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(begin) % kFileAlignment == 0;
  if (!is_aligned || static_cast<std::size_t>(end - begin) < parameters_->size() * sizeof(float)) {
    return nullptr;
  }
  // Tensors are not const, but the pages are: who writes to a loaded model's parameters crashes.
  return const_cast<float*>(reinterpret_cast<const float*>(begin));
}

void LoadedModel::copy_parameters(Backend& backend) {
  copy_ = std::make_unique<Block>(backend, parameters_->size());
  parameters_->bind(copy_->tensor());
  std::vector<float> values;
  for (const Parameter& parameter : parameters_->all()) {
    values.resize(parameter.size());
    if (dtype_of(parameter) == Dtype::kI8) {
      read_rounded(file_, parameter, values);
    } else {
      file_.read_floats(parameter.name, values);
    }
    backend.write(values, parameter.value);
  }
}

}  // namespace heed
