#include "model/rnn.h"

#include <gtest/gtest.h>

#include "model/architectures.h"
#include "support/backends.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::vector<float> host(Backend& backend, const Tensor& tensor) {
  std::vector<float> values(tensor.size());
  backend.read(tensor, values);
  return values;
}

bool has_parameter(const SmallModel& small, std::string_view name) {
  const auto& all = small.parameters.all();
  return std::any_of(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; });
}

TEST(RnnTest, AttentionThatCannotWorkIsAUsageError) {
  ModelOptions options = small_model(ModelType::kRnn);
  options.attention = "additiv";
  expect_error<UsageError>([&] { SmallModel(options, "reference"); }, "did you mean 'additive'");
  options.attention = "multi-head";
  options.attention_heads = 4;  // of width 18
  expect_error<UsageError>([&] { SmallModel(options, "reference"); }, "--attention-heads");
}

TEST(RnnTest, OptionsWithoutMeaningTogetherAreUsageErrors) {
  const auto expect_usage = [](const std::string& message, const auto& change) {
    ModelOptions options = small_model(ModelType::kRnn);
    options.dec_transition = Transition::kSingle;
    change(options);
    expect_error<UsageError>([&] { SmallModel(options, "reference"); }, message);
  };
  const auto post = [](ModelOptions& o) { o.attention_timing = AttentionTiming::kPost; };
  const auto gate = [](ModelOptions& o) { o.context_gate = ContextGate::kBoth; };
  expect_usage("no context that could join", [&](ModelOptions& o) {
    post(o);
    o.attention = "none";
  });
  expect_usage("set --dec-transition single", [&](ModelOptions& o) {
    post(o);
    o.dec_transition = Transition::kConditional;
  });
  expect_usage("set --attention-timing post", [](ModelOptions& o) { o.input_feeding = true; });
  expect_usage("no context to gate", [&](ModelOptions& o) {
    gate(o);
    o.attention = "none";
  });
  expect_usage("set --attention-timing pre", [&](ModelOptions& o) {
    gate(o);
    post(o);
  });
  expect_usage("enter different cells", [&](ModelOptions& o) {
    gate(o);
    o.dec_transition = Transition::kConditional;
  });
  expect_usage("--attention-window has no meaning", [](ModelOptions& o) {
    o.attention = "none";
    o.attention_window = AttentionWindow::kMonotonic;
  });
  expect_usage("--attention-fertility has no meaning",
               [](ModelOptions& o) { o.attention_fertility = true; });
}

TEST(RnnTest, TiedTablesAreOneParameter) {
  ModelOptions options = small_model(ModelType::kRnn);
  tie(options, 0);
  const SmallModel apart(options, "reference");
  tie(options, 1);
  const SmallModel target(options, "reference");
  tie(options, 2);
  const SmallModel all(options, "reference");
  EXPECT_TRUE(has_parameter(apart, "output.weight"));
  EXPECT_FALSE(has_parameter(target, "output.weight"));
  EXPECT_TRUE(has_parameter(target, "source.embedding"));
  EXPECT_FALSE(has_parameter(all, "source.embedding"));
  EXPECT_TRUE(has_parameter(all, "embedding"));
  EXPECT_EQ(apart.parameters.count(), target.parameters.count() + 17 * 20);
}

TEST(RnnTest, OneTableNeedsOneVocabulary) {
  const ModelOptions options = small_model(ModelType::kRnn);
  const auto backend = make_test_backend("reference");
  Parameters parameters(*backend);
  expect_error<UsageError>(
      [&] {
        make_model(options, {10, 11, 1, 2}, parameters);
      },
      "found 10 source and 11 target pieces");
}

/// Without attention the decoder sees nothing but the first state, so no source token has weights.
TEST(RnnTest, VariantsWithoutWeightsReportNone) {
  for (const Architecture& architecture : rnn_architectures()) {
    const SmallModel small(architecture.options, "reference");
    const Batch batch = random_batch(*small.model);
    Tape tape(*small.backend);
    const Decoded decoded =
        small.model->decode(tape, small.model->encode(tape, batch.source), batch.target);
    const std::string& variant = architecture.options.attention;
    EXPECT_EQ(decoded.attention.weights.empty(),
              variant == "none" || variant == "fixed" || variant == "mean")
        << architecture.name;
  }
}

TEST(RnnTest, ModelsThatDifferElsewhereBeginEqualWhereTheyAgree) {
  ModelOptions options = small_model(ModelType::kRnn);
  const SmallModel additive(options, "reference");
  options.attention = "general";
  const SmallModel general(options, "reference");
  Parameters one(*additive.backend), two(*general.backend);
  options.attention = "additive";
  const auto first = make_model(options, small_vocabularies(options), one);
  options.attention = "general";
  const auto second = make_model(options, small_vocabularies(options), two);
  one.initialize(4);
  two.initialize(4);
  int equal = 0;
  for (const Parameter& a : one.all()) {
    for (const Parameter& b : two.all()) {
      if (a.name != b.name || a.rows != b.rows || a.cols != b.cols) continue;
      EXPECT_EQ(host(*additive.backend, a.value), host(*general.backend, b.value)) << a.name;
      ++equal;
    }
  }
  EXPECT_GT(equal, 15);
}

}  // namespace
}  // namespace heed
