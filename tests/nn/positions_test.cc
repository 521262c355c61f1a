#include "nn/positions.h"

#include <array>
#include <cmath>

#include "support/expect_error.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class PositionsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, PositionsTest, every_backend(), backend_name);

TEST(TokenPositionsTest, StartAgainInEachSentence) {
  EXPECT_EQ(token_positions(std::array{0, 3, 4, 6}), (std::vector{0, 1, 2, 0, 0, 1}));
}

TEST_P(PositionsTest, SinusoidsAreVaswanisAlsoForLongSentences) {
  for (const int width : {6, 7}) {
    const PositionEncoding encoding(parameters(), "positions", width, PositionEncoding::Shape{});
    Tape tape(backend());
    const std::vector places = {0, 3, 700};  // beyond the table that is computed once
    const std::vector<float> zeros(places.size() * width, 1);
    const Var x = constant(tape, 3, width, zeros);
    for (const int count : {2, 3}) {
      const auto y = host(encoding(row_range(x, 0, count), tape.keep(places).range(0, count)));
      for (int row = 0; row < count; ++row) {
        for (int i = 0; i < width; ++i) {
          const double angle = places[row] / std::pow(10000.0, 2.0 * (i / 2) / width);
          EXPECT_NEAR(y[row * width + i], 1 + (i % 2 == 0 ? std::sin(angle) : std::cos(angle)),
                      1e-5);
        }
      }
    }
  }
  EXPECT_TRUE(parameters().all().empty());
}

/// What Marian adds, from the formula in its words: signal[i] = sin(p · exp(i · −ln(10⁴)/(D/2 −
/// 1))).
TEST_P(PositionsTest, SinusoidalHalvesAreMarians) {
  for (const int width : {2, 6, 7}) {
    const PositionEncoding encoding(parameters(), "positions", width,
                                    PositionEncoding::Shape{0, true});
    Tape tape(backend());
    const std::vector places = {0, 3, 700};
    const Var x = constant(tape, 3, width, std::vector<float>(places.size() * width, 1));
    const std::vector<float> y = host(encoding(x, tape.keep(places)));
    const int half = width / 2;
    for (int row = 0; row < 3; ++row) {
      for (int i = 0; i < half; ++i) {
        const double step = half == 1 ? 0 : std::log(10000.0) / (half - 1);
        const double angle = places[row] * std::exp(i * -step);
        EXPECT_NEAR(y[row * width + i], 1 + std::sin(angle), 1e-5);
        EXPECT_NEAR(y[row * width + half + i], 1 + std::cos(angle), 1e-5);
      }
      for (int i = 2 * half; i < width; ++i) EXPECT_EQ(y[row * width + i], 1);
    }
  }
}

TEST_P(PositionsTest, LearntRowsAreAddedAndEnd) {
  const PositionEncoding encoding(parameters(), "positions", 3, PositionEncoding::Shape{4, false});
  const Parameter& x = parameter("x", 3, 3);
  const std::vector<int> places = {3, 0, 3}, beyond = {0, 4, 0};
  expect_gradients_of([&](Tape& tape) { return encoding(tape.parameter(x), tape.keep(places)); });
  Tape tape(backend());
  const auto table = host(parameters().all().front().value), values = host(x.value);
  const auto y = host(encoding(tape.parameter(x), tape.keep(places)));
  for (int i = 0; i < 9; ++i) EXPECT_EQ(y[i], values[i] + table[places[i / 3] * 3 + i % 3]);
  expect_error([&] { encoding(tape.parameter(x), tape.keep(beyond)); }, "at most 4 tokens");
}

TEST_P(PositionsTest, NoTokensNeedNoPositions) {
  const PositionEncoding encoding(parameters(), "positions", 3, PositionEncoding::Shape{});
  Tape tape(backend());
  EXPECT_EQ(encoding(constant(tape, 0, 3, {}), {}).rows(), 0);
}

}  // namespace
}  // namespace heed
