#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "model/encoder_decoder.h"
#include "support/backends.h"
#include "support/on_backends.h"
#include "util/files.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {
namespace {

using nlohmann::json;

/// Of log-probabilities and weights; single precision against double.
constexpr double kGoldenTolerance = 2e-5;

/// What tests/golden/make_numbers.py wrote, which computes the models without Heed.
const json& configurations() {
  static const json all = json::parse(read_file(HEED_GOLDEN "/numbers.json"));
  return all;
}

/// The formula of golden_layers.py.
std::vector<float> golden_values(const Parameter& parameter) {
  double n = 0;
  for (std::size_t i = 0; i < parameter.name.size(); ++i) {
    n += static_cast<double>((i + 1) * static_cast<unsigned char>(parameter.name[i]));
  }
  std::vector<float> values;
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    const auto k = static_cast<double>(i);
    values.push_back(static_cast<float>(1.5 * std::sin(k * k + n) / std::sqrt(parameter.rows)));
  }
  return values;
}

/// The names and shapes of all parameters, in the order of names.
std::string listing(const Parameters& parameters) {
  std::vector<std::string> lines;
  for (const Parameter& parameter : parameters.all()) {
    lines.push_back(fmt::format("{} {}x{}\n", parameter.name, parameter.rows, parameter.cols));
  }
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, ""));
}

Ragged ragged(const json& sentences) {
  Ragged result;
  for (const json& sentence : sentences) result.add(sentence.get<std::vector<int>>());
  return result;
}

using GoldenChoice = std::tuple<std::size_t, std::string_view>;

class GoldenNumbersTest : public testing::TestWithParam<GoldenChoice> {
 protected:
  GoldenNumbersTest() {
    const json& sizes = golden_["vocabularies"];
    ModelOptions options;
    from_json(golden_["options"], options);
    model_ = make_model(options, {sizes["source"], sizes["target"], sizes["bos"], sizes["eos"]},
                        parameters_);
    parameters_.initialize(1);
    for (const Parameter& parameter : parameters_.all()) {
      backend_->write(golden_values(parameter), parameter.value);
    }
  }

  Decoded decode(Tape& tape) const {
    return model_->decode(tape, model_->encode(tape, source_), target_);
  }

  const json& golden_ = configurations()[std::get<0>(GetParam())];
  const Ragged source_ = ragged(golden_["source"]), target_ = ragged(golden_["target"]);
  std::unique_ptr<Backend> backend_ = make_test_backend(std::get<1>(GetParam()));
  Parameters parameters_{*backend_};
  std::unique_ptr<EncoderDecoder> model_;
};

TEST_P(GoldenNumbersTest, ParametersHaveTheSameNamesAndShapes) {
  const std::string found = listing(parameters_);
  const auto* bytes = reinterpret_cast<const Bytef*>(found.data());
  EXPECT_EQ(golden_["listing_crc32"], crc32(0, bytes, static_cast<uInt>(found.size())))
      << "found:\n"
      << found << "expected: what tests/golden/make_numbers.py " << golden_["name"] << " prints";
}

TEST_P(GoldenNumbersTest, LogProbabilities) {
  Tape tape(*backend_);
  const Tensor likelihood =
      cross_entropy(decode(tape).hidden, model_->output(tape), tape.keep(target_.ids), 0)
          .likelihood;
  std::vector<float> found(likelihood.size());
  backend_->read(likelihood, found);
  std::vector<float> expected;
  for (const json& sentence : golden_["log_probabilities"]) {
    expected.insert(expected.end(), sentence.begin(), sentence.end());
  }
  expect_all_near(expected, found, kGoldenTolerance);
}

/// Of each layer, target token and head, over the tokens of the first sentence.
TEST_P(GoldenNumbersTest, WeightsOfTheFirstSentence) {
  std::vector<float> expected, found;
  for (const json& token : golden_["weights_of_first"]) {
    for (const json& head : token) expected.insert(expected.end(), head.begin(), head.end());
  }
  Tape tape(*backend_);
  const Decoded decoded = decode(tape);
  for (const Var& layer : decoded.attention.weights) {
    std::vector<float> weights(layer.value().size());
    backend_->read(layer.value(), weights);
    const int count = target_.length(0) * source_.length(0) * layer.cols();
    found.insert(found.end(), weights.begin(), weights.begin() + count);
  }
  expect_all_near(expected, found, kGoldenTolerance);
}

std::string golden_name(const testing::TestParamInfo<GoldenChoice>& info) {
  const auto& [number, backend] = info.param;
  return fmt::format("{}_{}", configurations()[number]["name"].get<std::string>(), backend);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenNumbersTest,
                         testing::Combine(testing::Range<std::size_t>(0, configurations().size()),
                                          every_backend()),
                         golden_name);

}  // namespace
}  // namespace heed
