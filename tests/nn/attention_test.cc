#include "nn/attention.h"

#include <fmt/core.h>

#include <array>
#include <functional>
#include <map>
#include <numeric>

#include "nn/attention_by_hand.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class AttentionTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, AttentionTest, every_backend(), backend_name);

constexpr std::array kOffsets = {0, 4, 5, 8};
constexpr std::array kSentences = {2, 0, 0, 1};  // of four queries
constexpr std::array kSteps = {0, 2};            // two of them, one after the other

AttentionShape small_shape() {
  AttentionShape shape;
  shape.query = shape.source = 10;
  shape.hidden = 6;
  shape.heads = 2;
  shape.window_width = 1;
  shape.max_positions = 5;
  return shape;
}

struct Choice {
  std::string_view variant;
  AttentionShape shape;
  std::string name;
};

/// Every variant with every normalizer and window that it has a use for; coverage with fertility.
std::vector<Choice> choices() {
  std::vector<Choice> result;
  for (const AttentionVariant& variant : attention_variants()) {
    const int normalizers = variant.uses.scores ? 4 : 1, windows = variant.uses.scores ? 3 : 1;
    for (int number = 0; number < normalizers * windows * (1 + variant.uses.fertility); ++number) {
      AttentionShape shape = small_shape();
      shape.normalizer = static_cast<AttentionNormalizer>(number % normalizers);
      shape.window = static_cast<AttentionWindow>(number / normalizers % windows);
      shape.fertility = number >= normalizers * windows;
      const auto normalizer = enum_names(shape.normalizer)[number % normalizers];
      const auto window = enum_names(shape.window)[number / normalizers % windows];
      result.push_back({variant.name, shape,
                        fmt::format("{} {} window {}{}", variant.name, normalizer, window,
                                    shape.fertility ? " fertility" : "")});
    }
  }
  return result;
}

/// A variant with random states of three sentences and random queries of two steps.
struct Example {
  Example(Backend& backend, const Choice& choice)
      : parameters(backend),
        states(parameters.add("states", kOffsets.back(), choice.shape.source)),
        summary(parameters.add("summary", 3, choice.shape.source)),
        queries{&parameters.add("queries.0", 4, choice.shape.query),
                &parameters.add("queries.1", 4, choice.shape.query)},
        attention(make_attention(choice.variant, parameters, "attention", choice.shape)) {
    parameters.initialize(1);
    disturb(parameters, 0.6);
  }

  std::array<Attended, 2> attend(Tape& tape) const {
    const AttentionMemory memory =
        attention->remember({tape.parameter(states), tape.parameter(summary), kOffsets});
    const QueryRows rows = sentence_spans(tape, kSentences, kOffsets);
    std::array<Attended, 2> result;
    for (int i = 0; i < 2; ++i) {
      const Var history = i == 0 ? Var() : result[0].history;
      result[i] =
          attention->attend({tape.parameter(*queries[i]), rows, history, kSteps[i]}, memory);
    }
    return result;
  }

  Parameters parameters;
  const Parameter &states, &summary;
  std::array<const Parameter*, 2> queries;
  std::unique_ptr<Attention> attention;
};

/// What row `row` sees.
Formula formula_of(const Example& example, const AttentionShape& shape, int row) {
  const int sentence = kSentences[row];
  Formula formula{example.parameters, shape,
                  matrix_of(example.parameters, "summary").row(sentence)};
  const Matrix states = matrix_of(example.parameters, "states");
  for (int j = kOffsets[sentence]; j < kOffsets[sentence + 1]; ++j) {
    formula.states.push_back(states.row(j));
  }
  return formula;
}

/// Weights and contexts of both steps are those written out by hand.
void expect_formula(const Choice& choice, Backend& backend) {
  const Example example(backend, choice);
  Tape tape(backend);
  const auto host = [&](Var x) {
    std::vector<float> values(x ? x.value().size() : 0);
    if (x) backend.read(x.value(), values);
    return values;
  };
  std::array<Vector, 2> weights, contexts;
  for (int row = 0; row < 4; ++row) {
    Formula formula = formula_of(example, choice.shape, row);
    for (int i = 0; i < 2; ++i) {
      formula.query = matrix_of(example.parameters, fmt::format("queries.{}", i)).row(row);
      formula.step = kSteps[i];
      const Expected expected = handwritten().at(choice.variant)(formula);
      weights[i].insert(weights[i].end(), expected.weights.begin(), expected.weights.end());
      contexts[i].insert(contexts[i].end(), expected.context.begin(), expected.context.end());
      formula.past.push_back(expected.weights);
    }
  }
  const std::array<Attended, 2> attended = example.attend(tape);
  for (int i = 0; i < 2; ++i) {
    const std::vector<float> expected_weights(weights[i].begin(), weights[i].end());
    const std::vector<float> expected_contexts(contexts[i].begin(), contexts[i].end());
    expect_all_near(expected_weights, host(attended[i].weights));
    expect_all_near(expected_contexts, host(attended[i].context));
    if (attended[i].weights) {
      EXPECT_EQ(attended[i].weights.cols(), example.attention->heads());
    }
    if (attended[i].context) {
      EXPECT_EQ(attended[i].context.cols(), example.attention->context_width());
    }
  }
}

TEST_P(AttentionTest, EachVariantIsItsFormula) {
  for (const Choice& choice : choices()) {
    SCOPED_TRACE(choice.name);
    ASSERT_TRUE(handwritten().contains(choice.variant)) << "has no formula in this test";
    expect_formula(choice, backend());
  }
}

TEST_P(AttentionTest, WeightsSumToOneWhereThatIsPromised) {
  for (const Choice& choice : choices()) {
    if (choice.shape.normalizer == AttentionNormalizer::kSigmoid ||
        choice.shape.window == AttentionWindow::kPredictive)
      continue;
    SCOPED_TRACE(choice.name);
    const Example example(backend(), choice);
    Tape tape(backend());
    for (const Attended& attended : example.attend(tape)) {
      if (!attended.weights) continue;
      const std::vector<float> weights = host(attended.weights);
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0),
                  4 * example.attention->heads(), 1e-5);
    }
  }
}

TEST_P(AttentionTest, HistoryIsWhatTheTableSays) {
  for (const Choice& choice : choices()) {
    SCOPED_TRACE(choice.name);
    const Example example(backend(), choice);
    Tape tape(backend());
    const auto variant =
        std::find_if(attention_variants().begin(), attention_variants().end(),
                     [&](const AttentionVariant& v) { return v.name == choice.variant; });
    const std::array<Attended, 2> attended = example.attend(tape);
    EXPECT_EQ(static_cast<bool>(attended[0].history), variant->uses.history);
    EXPECT_EQ(static_cast<bool>(attended[0].weights), variant->uses.scores);
  }
}

/// Context and weights of both steps, as one matrix.
Var everything(Tape& tape, const Example& example, const AttentionShape& shape) {
  std::vector<Var> parts;
  for (const Attended& attended : example.attend(tape)) {
    if (!attended.context) return tape.parameter(*example.queries[0]);
    parts.push_back(attended.context);
    if (!attended.weights) continue;
    const std::vector<float> values(attended.weights.cols() * shape.source, 0.2F);
    const Var ones = constant(tape, attended.weights.cols(), shape.source, values);
    parts.push_back(matmul(attended.weights, ones));
  }
  return concat_rows(parts);
}

TEST_P(AttentionTest, GradientsOfContextAndWeights) {
  for (const Choice& choice : choices()) {
    SCOPED_TRACE(choice.name);
    Example example(backend(), choice);
    expect_gradients(example.parameters,
                     [&](Tape& tape) { return everything(tape, example, choice.shape); },
                     {.coordinates = 12});
  }
}

TEST_P(AttentionTest, GradientsWithDropout) {
  for (Choice choice : choices()) {
    if (choice.shape.normalizer != AttentionNormalizer::kSoftmax) continue;
    SCOPED_TRACE(choice.name);
    choice.shape.dropout = 0.3F;
    Example example(backend(), choice);
    expect_gradients(example.parameters,
                     [&](Tape& tape) { return everything(tape, example, choice.shape); },
                     {.coordinates = 12});
  }
}

TEST_P(AttentionTest, ImpossibleShapesAndNamesAreUsageErrors) {
  const auto expect_usage = [&](std::string_view variant, const std::string& message,
                                const std::function<void(AttentionShape&)>& change) {
    AttentionShape shape = small_shape();
    change(shape);
    Parameters weights(backend());
    expect_error<UsageError>([&] { make_attention(variant, weights, "attention", shape); },
                             message);
  };
  expect_usage("dot", "found 10 and 20", [](AttentionShape& s) { s.source = 20; });
  for (const char* variant : {"multi-head", "multi-head-additive"}) {
    expect_usage(variant, "found 6 and 4", [](AttentionShape& s) { s.heads = 4; });
    expect_usage(variant, "found 6 and 0", [](AttentionShape& s) { s.heads = 0; });
  }
  expect_usage("aditive", "did you mean 'additive'", [](AttentionShape&) {});
  for (const char* variant : {"none", "fixed", "mean"}) {
    expect_usage(variant, "--attention-normalizer has no meaning",
                 [](AttentionShape& s) { s.normalizer = AttentionNormalizer::kSparsemax; });
    expect_usage(variant, "--attention-window has no meaning",
                 [](AttentionShape& s) { s.window = AttentionWindow::kMonotonic; });
  }
  expect_usage("additive", "no coverage", [](AttentionShape& s) { s.fertility = true; });
}

TEST_P(AttentionTest, LocationKnowsSoManyPositions) {
  AttentionShape shape = small_shape();
  shape.max_positions = 3;
  const Example example(backend(), {"location", shape, ""});
  Tape tape(backend());
  expect_error([&] { example.attend(tape); }, "at most 3 source tokens");
}

TEST_P(AttentionTest, NormedDirectionHasTheLengthOfItsGain) {
  Parameters parameters(backend());
  const Choice choice{"normed-additive", small_shape(), ""};
  const Example example(backend(), choice);
  Tape tape(backend());
  const std::vector<float> before = host(example.attend(tape)[0].weights);
  for (const Parameter& parameter : example.parameters.all()) {
    if (parameter.name == "attention.v") backend().scale(7, parameter.value, parameter.value);
  }
  tape.reset();
  expect_all_near(before, host(example.attend(tape)[0].weights));
}

}  // namespace
}  // namespace heed
