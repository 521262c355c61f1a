#include "autograd/tape.h"

#include <array>

#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class TapeTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, TapeTest, every_backend(), backend_name);

TEST_P(TapeTest, InferenceKnowsNoGradients) {
  const Parameter& w = parameter("w", 2, 2);
  draw();
  Tape tape(backend());
  EXPECT_FALSE(tape.recording());
  const Var x = tape.parameter(w);
  const Var y = row_range(activate(Activation::kTanh, matmul(x, x)), 0, 1);
  for (const Var var : {x, y}) {
    EXPECT_FALSE(var.differentiable());
    EXPECT_FALSE(var.has_gradient());
  }
}

TEST_P(TapeTest, ConstantsGetNoGradients) {
  const Parameter& w = parameter("w", 2, 2);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  const Var c = constant(tape, 2, 2, std::array{1.0F, 2.0F, 3.0F, 4.0F});
  EXPECT_FALSE(matmul(c, c).differentiable());
  EXPECT_TRUE(matmul(c, tape.parameter(w)).differentiable());
}

TEST_P(TapeTest, AParameterIsOneVarUntilReset) {
  const Parameter& w = parameter("w", 2, 2);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  const Var first = tape.parameter(w);
  EXPECT_EQ(first.parameter(), &w);
  EXPECT_EQ(&first.value(), &tape.parameter(w).value());
  EXPECT_EQ(first.value().data, w.value.data);
  EXPECT_EQ(first.gradient().data, gradients.tensor().data + w.offset);
}

TEST_P(TapeTest, GradientsAreAddedToThoseOfTheBatchesBefore) {
  const Parameter& w = parameter("w", 1, 1);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), adding(gradients.tensor()));
  for (const float factor : {3.0F, 4.0F}) {
    tape.reset();
    tape.backward(scale(tape.parameter(w), factor));
  }
  EXPECT_EQ(host(Parameters::view(w, gradients.tensor())), std::vector{7.0F});
}

/// A product's gradient comes when backward ends, behind that of other uses of the parameter.
TEST_P(TapeTest, GradientsThatAreNotAddedOverwriteWhatWasThere) {
  const Parameter& w = parameter("w", 1, 1);
  const Parameter& unused = parameter("unused", 1, 2);
  draw();
  Block gradients(backend(), parameters().size());
  backend().fill(gradients.tensor(), 9.0F);
  Tape tape(backend(), parameters());
  tape.reset(0, gradients.tensor());
  const Var x = tape.parameter(w);
  const Var c = constant(tape, 1, 1, std::array{2.0F});
  tape.backward(add(matmul(c, x), scale(x, 3.0F)));
  EXPECT_EQ(host(Parameters::view(w, gradients.tensor())), std::vector{5.0F});
  EXPECT_EQ(host(Parameters::view(unused, gradients.tensor())), (std::vector{0.0F, 0.0F}));
}

TEST_P(TapeTest, ResetKeepsTheMemory) {
  Tape tape(backend());
  const float* first = tape.allocate(10, 10).data;
  tape.allocate(3000, 3000);  // larger than a chunk
  tape.allocate(10, 10);
  const std::size_t memory = tape.memory();
  EXPECT_GE(memory, 9'000'000 * sizeof(float));
  for (int batch = 0; batch < 3; ++batch) {
    tape.reset();
    EXPECT_EQ(tape.allocate(10, 10).data, first);
    tape.allocate(3000, 3000);
    tape.allocate(10, 10);
    EXPECT_EQ(tape.memory(), memory);
  }
}

/// Without touching any of it: a machine with so much memory would not have the time.
TEST_P(TapeTest, MatricesThatAreTooLargeAreErrors) {
  Tape tape(backend());
  expect_error([&] { tape.allocate(std::int64_t{1} << 40, 1); }, "rows of a matrix, found 1099511");
  expect_error([&] { tape.allocate(1, std::int64_t{1} << 31); }, "columns of a matrix");
  expect_error([&] { tape.allocate(1 << 30, 1 << 20); },
               "a matrix of 1,073,741,824 x 1,048,576 numbers (4.0 PiB)");
  expect_error([&] { tape.allocate(1 << 30, 1 << 20); }, "lower --max-length");
  EXPECT_EQ(tape.memory(), 0U);
}

TEST_P(TapeTest, DropoutMasksHaveAnEnd) {
  const Parameter& w = parameter("w", 2, 3);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  const Var huge = tape.constant({w.value.data, 1 << 17, 1 << 16});
  expect_error([&] { dropout(huge, 0.5F); }, "131072 x 65536");
  expect_error([&] { add_dropout(huge, huge, 0.5F); }, "fewer than 2^32");
}

TEST_P(TapeTest, AllocationsAreApartAndAligned) {
  Tape tape(backend());
  const Tensor a = tape.allocate(3, 5), none = tape.allocate(0, 5), b = tape.allocate(1, 1);
  EXPECT_NE(none.data, nullptr);
  EXPECT_GE(b.data, a.data + 15);
  for (const Tensor& t : {a, b}) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(t.data) % 64, 0U);
}

TEST_P(TapeTest, KeepCopies) {
  Tape tape(backend());
  std::vector<int> values = {1, 2, 3};
  const Indices kept = tape.keep(values);
  values.assign(3, 0);
  EXPECT_EQ(std::vector(kept.host.begin(), kept.host.end()), (std::vector{1, 2, 3}));
  EXPECT_TRUE(tape.keep(std::span<const int>()).empty());
}

TEST_P(TapeTest, AdoptedVarsAreConstants) {
  const Parameter& w = parameter("w", 2, 2);
  draw();
  Block gradients(backend(), parameters().size());
  Tape one(backend(), parameters(), gradients.tensor()), two(backend());
  const Var x = one.parameter(w), adopted = two.adopt(x);
  EXPECT_EQ(&one.adopt(x).value(), &x.value());
  EXPECT_EQ(&adopted.tape(), &two);
  EXPECT_EQ(adopted.value().data, x.value().data);
  EXPECT_FALSE(adopted.differentiable());
}

TEST_P(TapeTest, BackwardWantsOneNumber) {
  const Parameter& w = parameter("w", 2, 3);
  draw();
  Block gradients(backend(), parameters().size());
  Tape tape(backend(), parameters(), gradients.tensor());
  expect_error([&] { tape.backward(tape.parameter(w)); }, "[1, 1], found [2, 3]");
}

TEST_P(TapeTest, DropoutKeysFollowFromTheSeed) {
  Tape tape(backend());
  const auto keys = [&](std::uint64_t seed) {
    tape.reset(seed);
    const std::uint64_t first = tape.next_dropout_key();
    return std::array{first, tape.next_dropout_key()};
  };
  const auto one = keys(1), two = keys(2);
  EXPECT_EQ(one, keys(1));
  EXPECT_NE(one[0], one[1]);
  EXPECT_NE(one[0], two[0]);
}

/// What no result depends on gets no gradient and does no harm.
TEST_P(TapeTest, UnusedResultsAreLeftOut) {
  const Parameter& x = parameter("x", 3, 4);
  const Parameter& gate = parameter("gate", 3, 12);
  expect_gradients_of([&](Tape& tape) {
    const Var p = tape.parameter(x);
    activate(Activation::kTanh, p);
    matmul_transposed(p, p);
    gru(tape.parameter(gate), tape.parameter(gate), p);
    concat_cols(std::array{p, maxout(col_range(tape.parameter(gate), 0, 12))});
    return scale(p, 2);
  });
}

/// Two parts, one behind the other: weights that products use, dropout, a view of what comes from
/// outside, and of two results one that is used twice.
Var in_parts(Tape& tape, const std::array<const Parameter*, 3>& weights, bool saves_memory) {
  if (saves_memory) tape.save_memory();
  const Var input = tape.parameter(*weights[0]);
  const Var x = scale(input, 2);  // [3, 4]
  const auto first = tape.recompute([=, &tape, &weight = *weights[1]] {
    const Var left = col_range(x, 0, 2);                                               // [3, 2]
    const Var inner = activate(Activation::kTanh, matmul(x, tape.parameter(weight)));  // [3, 4]
    return std::array{dropout(add(inner, x), 0.3F),
                      multiply(concat_cols(std::array{left, left}), inner)};
  });
  const auto second = tape.recompute([=, &tape, &weight = *weights[2]] {
    return std::array{matmul(dropout(multiply(first[0], first[1]), 0.2F), tape.parameter(weight))};
  });
  return add(dropout(second[0], 0.1F), first[1]);
}

TEST_P(TapeTest, PartsThatAreComputedAgainHaveTheGradientsOfThoseThatAreKept) {
  const std::array<const Parameter*, 3> weights = {&parameter("x", 3, 4), &parameter("w", 4, 4),
                                                   &parameter("v", 4, 4)};
  draw();
  const auto graph = [&](bool saves_memory) {
    return [&, saves_memory](Tape& tape) { return in_parts(tape, weights, saves_memory); };
  };
  EXPECT_EQ(gradients_of(parameters(), graph(true)), gradients_of(parameters(), graph(false)));
  EXPECT_NE(gradients_of(parameters(), graph(true), 2), gradients_of(parameters(), graph(true)));
  expect_gradients_of(graph(true));
}

TEST_P(TapeTest, PartsThatAreComputedAgainTakeMemoryOneAtATime) {
  const Parameter& w = parameter("w", 64, 64);
  draw();
  Block gradients(backend(), parameters().size());
  const auto needed = [&](int parts, bool saves_memory) {
    Tape tape(backend(), parameters(), gradients.tensor());
    if (saves_memory) tape.save_memory();
    Var x = tape.parameter(w);
    for (int i = 0; i < parts; ++i) {
      x = tape.recompute([x] { return std::array{scale(scale(scale(x, 2), 0.5F), 1)}; })[0];
    }
    const Var ones = constant(tape, 1, 64, std::vector<float>(64, 1));
    tape.backward(matmul(matmul(ones, x), reshape(ones, 1)));
    return tape.most_needed();
  };
  EXPECT_EQ(needed(9, true).scratch, needed(1, true).scratch);
  EXPECT_LT(needed(9, true).bytes(), needed(9, false).bytes() / 2);
  EXPECT_EQ(needed(1, false).scratch, 0U);
}

TEST_P(TapeTest, MemoryThatIsReservedIsEnough) {
  Tape tape(backend());
  const auto fill = [&] {
    for (const int size : {1500, 30, 1600, 7}) tape.allocate(size, 1000);
  };
  fill();
  const Tape::Size needed = tape.most_needed();
  EXPECT_GT(tape.memory(), needed.bytes()) << "chunks have ends";
  for (int i = 0; i < 2; ++i) {
    tape.reset();
    tape.reserve(needed, needed.bytes());
    fill();
    EXPECT_EQ(tape.memory(), needed.bytes());
  }
  tape.reset();
  tape.reserve({16, 0}, needed.bytes());
  EXPECT_EQ(tape.memory(), needed.bytes()) << "kept, for there is room";
  tape.reserve({16, 0}, 1000);
  EXPECT_EQ(tape.memory(), 64U);
  tape.release();
  EXPECT_EQ(tape.memory(), 0U);
}

}  // namespace
}  // namespace heed
