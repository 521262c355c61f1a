#include "nn/sequence_attention.h"

#include <array>

#include "nn/naive_heads.h"
#include "nn/relative_positions.h"
#include "nn/spans.h"
#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class SequenceAttentionTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, SequenceAttentionTest, every_backend(), backend_name);

SequenceShape shape_with(Positions positions, bool causal, float dropout = 0) {
  return {8,         4,       2,
          2,         dropout, AttentionNormalizer::kSoftmax,
          positions, causal,  {8, 11, FeedForward::kRelu, dropout}};
}

std::vector<Positions> positions_of(const SequenceAttentionVariant& variant) {
  std::vector<Positions> result = {Positions::kNone};
  if (variant.positions == PositionKinds::kNone) return result;
  result.insert(result.end(), {Positions::kT5, Positions::kAlibi});
  if (variant.positions == PositionKinds::kBiases) return result;
  result.insert(result.end(), {Positions::kRelative, Positions::kRope});
  return result;
}

/// Self-attention with its positions and random parameters.
struct Layer {
  Layer(Backend& backend, const SequenceAttentionVariant& line, const SequenceShape& its_shape)
      : parameters(backend),
        shape(its_shape),
        input(parameters.add("x", 7, shape.width)),
        positions(parameters, "positions",
                  {shape.positions, shape.heads, shape.head_width(), shape.causal}),
        attention(line.make_self(parameters, "self", shape)) {
    parameters.initialize(1);
    disturb(parameters, 0.5);
  }

  /// All rows at once.
  Var run(Tape& tape, std::span<const int> offsets) const {
    SelfRows rows = sentence_rows(tape, offsets, shape.causal, attention->reach());
    rows.relative = positions.terms(tape, rows);
    return (*attention)(tape.parameter(input), rows, nullptr);
  }

  Parameters parameters;
  SequenceShape shape;
  const Parameter& input;
  RelativePositions positions;
  std::unique_ptr<SelfAttention> attention;
};

/// Calls body(variant, shape) for each variant, direction and kind of positions.
template <class Body>
void for_each_layer(float dropout, Body body) {
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    for (const Positions positions : positions_of(variant)) {
      for (const bool causal : {false, true}) {
        if (!causal && !variant.encoder) continue;
        SCOPED_TRACE(testing::Message()
                     << variant.name << ", causal " << causal << ", "
                     << enum_names(Positions{})[static_cast<std::size_t>(positions)]);
        body(variant, shape_with(positions, causal, dropout));
      }
    }
  }
}

TEST_P(SequenceAttentionTest, EachVariantAndPositionIsItsFormula) {
  constexpr std::array offsets = {0, 5, 7};
  for_each_layer(0, [&](const SequenceAttentionVariant& variant, const SequenceShape& shape) {
    ASSERT_TRUE(naive_self_attention().contains(variant.name)) << "has no formula in this test";
    const Layer layer(backend(), variant, shape);
    Tape tape(backend());
    const std::vector<float> found = host(layer.run(tape, offsets));
    const Matrix x = matrix_of(layer.parameters, "x");
    std::vector<float> expected;
    for (int sentence = 0; sentence < 2; ++sentence) {
      std::vector<Vector> rows;
      for (int r = offsets[sentence]; r < offsets[sentence + 1]; ++r) rows.push_back(x.row(r));
      const NaiveHeads heads{layer.parameters, "self", variant.name, shape};
      for (const Vector& row : naive_self_attention().at(variant.name)(heads, rows)) {
        expected.insert(expected.end(), row.begin(), row.end());
      }
    }
    expect_all_near(expected, found);
  });
}

TEST_P(SequenceAttentionTest, GradientsWithDropout) {
  constexpr std::array offsets = {0, 5, 7};
  for_each_layer(0.2F, [&](const SequenceAttentionVariant& variant, const SequenceShape& shape) {
    Layer layer(backend(), variant, shape);
    expect_gradients(layer.parameters, [&](Tape& tape) { return layer.run(tape, offsets); },
                     {.coordinates = 12});
  });
}

/// Rows of what is remembered.
int rows_of(const LayerMemory& memory) {
  if (memory.cache) return memory.cache->size();
  return memory.state ? memory.state.rows() : 0;
}

/// Rows the memory has after each step of three hypotheses of seven tokens, each its own sentence;
/// they change places all the time, and are compared with all tokens at once.
std::vector<int> rows_step_by_step(Backend& backend, const Layer& layer) {
  const auto host = [&](Var x) {
    std::vector<float> values(x.value().size());
    backend.read(x.value(), values);
    return values;
  };
  constexpr int kTokens = 7, kCopies = 3;
  constexpr std::array whole = {0, kTokens};
  Tape tape(backend);
  const Var expected = layer.run(tape, whole);
  const std::vector<float> all = host(expected);
  LayerMemory memory = layer.attention->start(backend);
  Past past(1, layer.attention->past());
  Tape steps[] = {Tape(backend), Tape(backend)};
  std::vector<int> sizes;
  for (int token = 0; token < kTokens; ++token) {
    Tape& step = steps[token % 2];
    step.reset();
    const std::vector parents = {0, token == 0 ? 0 : 2, token == 0 ? 0 : 1};
    SelfRows rows = past.advance(step, step.keep(parents));
    rows.relative = layer.positions.terms(step, rows);
    const std::vector tokens = {token, token, token};
    const Var x = gather_rows(step.parameter(layer.input), step.keep(tokens));
    const std::vector<float> found = host((*layer.attention)(x, rows, &memory));
    for (int copy = 0; copy < kCopies; ++copy) {
      for (int i = 0; i < expected.cols(); ++i) {
        EXPECT_NEAR(found[copy * expected.cols() + i], all[token * expected.cols() + i], 1e-5)
            << "token " << token;
      }
    }
    sizes.push_back(rows_of(memory));
  }
  return sizes;
}

TEST_P(SequenceAttentionTest, StepsAreAsAllTokensAtOnce) {
  for_each_layer(0, [&](const SequenceAttentionVariant& variant, const SequenceShape& shape) {
    if (!shape.causal) return;
    const Layer layer(backend(), variant, shape);
    const std::vector<int> sizes = rows_step_by_step(backend(), layer);
    const bool is_constant = layer.attention->past() == 0;
    for (int token = 0; token < 7; ++token) {
      EXPECT_EQ(sizes[token], is_constant ? 3 : 3 * (token + 1));
    }
    EXPECT_EQ(is_constant, variant.positions == PositionKinds::kNone);
  });
}

TEST_P(SequenceAttentionTest, AWindowsMemoryIsBounded) {
  const SequenceAttentionVariant& window =
      sequence_attention("window", AttentionPlace::kDecoder, shape_with(Positions::kAlibi, true));
  const Layer layer(backend(), window, shape_with(Positions::kAlibi, true));
  LayerMemory memory = layer.attention->start(backend());
  Past past(1, layer.attention->past());
  int largest = 0;
  for (int token = 0; token < 100; ++token) {
    Tape tape(backend());
    SelfRows rows = past.advance(tape, tape.keep(std::vector{0, 0}));
    rows.relative = layer.positions.terms(tape, rows);
    (*layer.attention)(row_range(tape.parameter(layer.input), token % 5, 2), rows, &memory);
    largest = std::max(largest, rows_of(memory));
  }
  EXPECT_LE(largest, 2 * (4 * 2 + 1));
}

TEST_P(SequenceAttentionTest, AttentionToTheSourceIsItsFormula) {
  constexpr std::array offsets = {0, 4, 7}, sentences = {1, 0, 1};
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    if (!variant.cross) continue;
    SCOPED_TRACE(variant.name);
    // Positions have no part in it.
    const SequenceShape shape = shape_with(Positions::kNone, false);
    Parameters weights(backend());
    const Parameter& source = weights.add("source", 7, 8);
    const Parameter& queries = weights.add("queries", 3, 8);
    const auto cross = variant.make_cross(weights, "cross", shape);
    weights.initialize(1);
    disturb(weights, 0.5);
    const auto run = [&](Tape& tape) {
      return (*cross)(tape.parameter(queries), cross->remember(tape.parameter(source)),
                      sentence_spans(tape, sentences, offsets).spans);
    };
    Tape tape(backend());
    const CrossAttention::Output found = run(tape);
    const NaiveHeads heads{weights, "cross", variant.name, shape};
    const int memory = heads.memory_heads() * shape.head_width();
    std::vector<float> expected, expected_weights;
    for (int row = 0; row < 3; ++row) {
      std::vector<Vector> keys, values;
      for (int j = offsets[sentences[row]]; j < offsets[sentences[row] + 1]; ++j) {
        const Vector all = affine(weights, "cross.key_value", matrix_of(weights, "source").row(j));
        keys.push_back(part_of(all, 0, memory));
        values.push_back(part_of(all, memory, memory));
      }
      const Vector query = affine(weights, "cross.query", matrix_of(weights, "queries").row(row));
      const auto [context, w] = heads.attend(query, 0, keys, values, 0);
      expected.insert(expected.end(), context.begin(), context.end());
      expected_weights.insert(expected_weights.end(), w.begin(), w.end());
    }
    expect_all_near(expected, host(found.x));
    expect_all_near(expected_weights, host(found.weights));
    expect_gradients(weights, [&](Tape& t) { return run(t).x; });
  }
}

TEST_P(SequenceAttentionTest, ScoresHaveTheNormalizer) {
  SequenceShape shape = shape_with(Positions::kNone, false);
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    if (variant.positions == PositionKinds::kNone) continue;
    shape.normalizer = AttentionNormalizer::kSoftmax;
    const Layer soft(backend(), variant, shape);
    shape.normalizer = AttentionNormalizer::kSparsemax;
    const Layer sparse(backend(), variant, shape);
    Tape tape(backend());
    EXPECT_NE(host(soft.run(tape, std::array{0, 7})), host(sparse.run(tape, std::array{0, 7})))
        << variant.name;
  }
}

}  // namespace
}  // namespace heed
