#include "nn/attention.h"

#include <array>
#include <functional>
#include <map>

#include "nn/host_math.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class AttentionTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, AttentionTest, every_backend(), backend_name);

constexpr AttentionShape kShape{10, 10, 6, 2, 0};
constexpr std::array kOffsets = {0, 4, 5, 8};
constexpr std::array kSentences = {2, 0, 0, 1};  // of four queries

/// A variant with random states of three sentences and random queries.
struct Example {
  Example(Backend& backend, std::string_view variant, const AttentionShape& shape)
      : parameters(backend),
        states(parameters.add("states", kOffsets.back(), shape.source)),
        summary(parameters.add("summary", 3, shape.source)),
        queries(parameters.add("queries", 4, shape.query)),
        attention(make_attention(variant, parameters, "attention", shape)) {
    parameters.initialize(1);
    disturb(parameters, 0.6);
  }

  Attended attend(Tape& tape) const {
    const AttentionMemory memory =
        attention->remember({tape.parameter(states), tape.parameter(summary), kOffsets});
    return attention->attend(
        {tape.parameter(queries), sentence_spans(tape, kSentences, kOffsets), {}}, memory);
  }

  Parameters parameters;
  const Parameter &states, &summary, &queries;
  std::unique_ptr<Attention> attention;
};

/// One query's formula: the score of each state for a head, and the context from the weights.
struct Formula {
  const Parameters& parameters;
  Vector query;
  std::vector<Vector> states;
  Vector summary;

  Matrix weight(const std::string& name) const {
    return matrix_of(parameters, "attention." + name);
  }
  Vector projected_query() const { return times(query, weight("query.weight")); }

  Vector weights(const std::function<double(const Vector&)>& score) const {
    Vector scores;
    for (const Vector& state : states) scores.push_back(score(state));
    return softmax_of(scores);
  }
  static Vector sum(const Vector& weights, const std::vector<Vector>& values) {
    Vector context(values.front().size());
    for (std::size_t j = 0; j < values.size(); ++j) {
      for (std::size_t i = 0; i < context.size(); ++i) context[i] += weights[j] * values[j][i];
    }
    return context;
  }
};

/// Weights (of all heads, head after head) and context.
using Expected = std::pair<Vector, Vector>;

Expected with_scores(const Formula& f, const std::function<double(const Vector&)>& score) {
  const Vector weights = f.weights(score);
  return {weights, Formula::sum(weights, f.states)};
}

Expected additive(const Formula& f) {
  const Vector bias = f.weight("key.bias").row(0), v = f.weight("v").row(0);
  return with_scores(f, [&](const Vector& m) {
    Vector hidden = plus(plus(times(m, f.weight("key.weight")), bias), f.projected_query());
    for (double& x : hidden) x = std::tanh(x);
    return dot_product(v, hidden);
  });
}

Expected scaled_dot(const Formula& f) {
  return with_scores(f, [&](const Vector& m) {
    const Vector key = times(m, f.weight("key.weight"));
    return dot_product(f.projected_query(), key) / std::sqrt(static_cast<double>(kShape.hidden));
  });
}

Expected multi_head(const Formula& f) {
  const int width = kShape.hidden / kShape.heads;
  Vector all_weights, contexts;
  std::vector<Vector> values;
  for (const Vector& m : f.states) values.push_back(times(m, f.weight("value.weight")));
  for (int head = 0; head < kShape.heads; ++head) {
    const Vector weights = f.weights([&](const Vector& m) {
      const Vector key = times(m, f.weight("key.weight"));
      return dot_product(part_of(f.projected_query(), head * width, width),
                         part_of(key, head * width, width)) /
             std::sqrt(static_cast<double>(width));
    });
    all_weights.insert(all_weights.end(), weights.begin(), weights.end());
    const Vector context = part_of(Formula::sum(weights, values), head * width, width);
    contexts.insert(contexts.end(), context.begin(), context.end());
  }
  return {all_weights, times(contexts, f.weight("output.weight"))};
}

/// Each line of the table needs its formula here, written out by hand.
const std::map<std::string_view, std::function<Expected(const Formula&)>> kFormulas = {
    {"none", [](const Formula&) { return Expected(); }},
    {"fixed", [](const Formula& f) { return Expected({}, f.summary); }},
    {"additive", additive},
    {"dot",
     [](const Formula& f) {
       return with_scores(f, [&](const Vector& m) { return dot_product(f.query, m); });
     }},
    {"general",
     [](const Formula& f) {
       return with_scores(f, [&](const Vector& m) {
         return dot_product(f.query, times(m, f.weight("key.weight")));
       });
     }},
    {"scaled-dot", scaled_dot},
    {"multi-head", multi_head},
};

TEST_P(AttentionTest, EachVariantIsItsFormula) {
  for (const AttentionVariant& variant : attention_variants()) {
    SCOPED_TRACE(variant.name);
    ASSERT_TRUE(kFormulas.contains(variant.name)) << "has no formula in this test";
    const Example example(backend(), variant.name, kShape);
    Tape tape(backend());
    const Attended attended = example.attend(tape);
    const Matrix states = matrix_of(example.parameters, "states");
    std::size_t weight_number = 0;
    for (int row = 0; row < 4; ++row) {
      const int sentence = kSentences[row];
      Formula formula{example.parameters,
                      matrix_of(example.parameters, "queries").row(row),
                      {},
                      matrix_of(example.parameters, "summary").row(sentence)};
      for (int j = kOffsets[sentence]; j < kOffsets[sentence + 1]; ++j) {
        formula.states.push_back(states.row(j));
      }
      const auto [weights, context] = kFormulas.at(variant.name)(formula);
      for (const double weight : weights) {
        ASSERT_NEAR(host(attended.weights).at(weight_number++), weight, 1e-5);
      }
      ASSERT_EQ(static_cast<int>(context.size()), example.attention->context_width());
      for (std::size_t i = 0; i < context.size(); ++i) {
        ASSERT_NEAR(host(attended.context).at(row * context.size() + i), context[i], 1e-5);
      }
    }
    EXPECT_EQ(weight_number, attended.weights ? attended.weights.value().size() : 0);
    if (attended.weights) {
      EXPECT_EQ(attended.weights.cols(), example.attention->heads());
    }
  }
}

TEST_P(AttentionTest, GradientsOfContextAndWeights) {
  for (const AttentionVariant& variant : attention_variants()) {
    SCOPED_TRACE(variant.name);
    for (const float rate : {0.0F, 0.3F}) {
      AttentionShape shape = kShape;
      shape.dropout = rate;
      Example example(backend(), variant.name, shape);
      expect_gradients(example.parameters, [&](Tape& tape) {
        const Attended attended = example.attend(tape);
        if (!attended.context) return tape.parameter(example.queries);
        if (!attended.weights) return attended.context;
        const Var ones = constant(tape, attended.weights.cols(), shape.source,
                                  std::vector<float>(attended.weights.cols() * shape.source, 0.2F));
        return concat_rows(std::array{attended.context, matmul(attended.weights, ones)});
      });
    }
  }
}

TEST_P(AttentionTest, ImpossibleShapesAndNamesAreUsageErrors) {
  const auto make = [&](std::string_view variant, const AttentionShape& shape) {
    Parameters weights(backend());
    make_attention(variant, weights, "attention", shape);
  };
  expect_error<UsageError>([&] { make("dot", {10, 20, 6, 1, 0}); }, "found 10 and 20");
  expect_error<UsageError>([&] { make("multi-head", {10, 20, 6, 4, 0}); }, "found 6 and 4");
  expect_error<UsageError>([&] { make("multi-head", {10, 20, 6, 0, 0}); }, "found 6 and 0");
  expect_error<UsageError>([&] { make("aditive", kShape); }, "did you mean 'additive'");
}

}  // namespace
}  // namespace heed
