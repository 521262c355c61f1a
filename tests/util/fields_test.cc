#include "util/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "heed/aligner.h"
#include "heed/comparison.h"
#include "heed/evaluator.h"
#include "support/expect_error.h"
#include "util/sample_options.h"

namespace heed {
namespace {

template <class T>
std::string reading_error(std::string_view text) {
  T value{};
  return usage_error([&] { from_text("depth", text, value); });
}

TEST(FromText, SaysWhatItExpected) {
  EXPECT_EQ(reading_error<int>("3x"), "expected a whole number for depth, found '3x'");
  EXPECT_EQ(reading_error<int>(""), "expected a whole number for depth, found ''");
  EXPECT_EQ(reading_error<int>("3000000000"),
            "expected a whole number for depth, found '3000000000'");
  EXPECT_EQ(reading_error<std::size_t>("-1"),
            "expected a whole number, 0 or more for depth, found '-1'");
  EXPECT_EQ(reading_error<float>("0.1.2"), "expected a number for depth, found '0.1.2'");
  EXPECT_EQ(reading_error<bool>("yes"), "expected true or false for depth, found 'yes'");
  EXPECT_EQ(reading_error<Colour>("gren"),
            "unknown depth 'gren', did you mean 'green'? One of: red, green");
}

TEST(FromText, LeavesTheValueAfterAnError) {
  int value = 5;
  EXPECT_THROW(from_text("depth", "7 ", value), UsageError);
  EXPECT_EQ(value, 5);
}

TEST(FromTexts, CountsTheItems) {
  int value = 5;
  EXPECT_EQ(usage_error([&] {
              from_texts("depth", {"1", "2"}, value);
            }),
            "expected one value for depth, found 2");
  std::vector<int> list = {9};
  EXPECT_THROW(from_texts("depth", {"1", "x"}, list), UsageError);
  EXPECT_EQ(list, std::vector{9});
  from_texts("depth", {}, list);
  EXPECT_TRUE(list.empty());
}

TEST(Text, FloatsComeBackBitForBit) {
  for_many_floats([](float value) {
    float again = 0;
    from_text("x", to_text(value), again);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(again), std::bit_cast<std::uint32_t>(value))
        << to_text(value);
  });
}

TEST(Text, AlignmentsAreAFormOrAThreshold) {
  AlignmentOutput value;
  const auto read = [&](const char* text) {
    from_text("alignment", text, value);
    return to_text(value);
  };
  EXPECT_EQ(read("soft"), "soft");
  EXPECT_EQ(value.form, AlignmentForm::kSoft);
  EXPECT_EQ(read("0.3"), "0.3");
  EXPECT_EQ(value.form, AlignmentForm::kHard);
  EXPECT_EQ(value.threshold, 0.3F);
  EXPECT_EQ(read("1"), "hard");
  EXPECT_EQ(read("0.3"), "0.3");
  EXPECT_EQ(read("hard"), "hard");
  EXPECT_EQ(value.threshold, 0);
  for (const char* text : {"", "0", "-0.5", "1.5", "nan", "0.3x", "harder"}) {
    EXPECT_EQ(reading_error<AlignmentOutput>(text),
              fmt::format("expected none, hard, soft, or a weight above 0 and up to 1 for depth, "
                          "found '{}'",
                          text));
  }
}

/// Calls check(options) with the defaults of every command's options.
template <class Check>
void for_each_command(Check check) {
  const TrainOptions train;
  const TranslateOptions translate;
  const AlignOptions align;
  const EvaluateOptions evaluate;
  const CompareOptions compare;
  const LogOptions log;
  check(train);
  check(translate);
  check(align);
  check(evaluate);
  check(compare);
  check(log);
}

template <class T>
using Number = std::conditional_t<kIsList<T>, int, T>;
template <class T>
inline constexpr bool kIsRanged = std::is_arithmetic_v<Number<T>>&& std::is_signed_v<Number<T>> &&
                                  !std::is_same_v<T, std::vector<std::string>>;

/// Calls check(Field, defaults) for each number of a command.
template <class Check>
struct EachNumber {
  Check check;

  template <class T>
  void operator()(const T& options) const {
    for_each_field(options, *this);
  }
  template <class V>
  void operator()(const Field& field, const V& value) const {
    SCOPED_TRACE(field.name);
    if constexpr (kIsRanged<V>) check(field, value);
  }
};

TEST(Options, EveryNumberHasARangeWithItsDefaultInside) {
  int numbers = 0;
  for_each_command(EachNumber{[&](const Field& field, const auto& value) {
    ++numbers;
    EXPECT_TRUE(std::isfinite(field.least) && std::isfinite(field.most));
    EXPECT_LT(field.least, field.most);
    EXPECT_NO_THROW(check_value(field, value));
  }});
  EXPECT_GT(numbers, 100);
}

TEST(Options, NumbersAreTakenUpToTheirBoundsAndNotBeyond) {
  for_each_command(EachNumber{[](const Field& field, const auto& value) {
    auto changed = value;
    const auto set = [&](const std::string& text) { set_value(field, {text}, changed); };
    EXPECT_NO_THROW(set(fmt::format("{}", field.least)));
    EXPECT_NO_THROW(set(fmt::format("{}", field.most)));
    const auto kept = to_texts(changed);
    const double beyond = std::max(1.0, std::abs(field.most) * 0.01);
    for (const double wrong : {field.least - 1, field.most + beyond, 1e31, -1e31}) {
      expect_error<UsageError>([&] { set(fmt::format("{}", wrong)); }, field.name);
    }
    for (const char* wrong :
         {"nan", "-nan", "inf", "-inf", "1e999", "", " 1", "1 ", "0x1", "one"}) {
      expect_error<UsageError>([&] { set(wrong); }, field.name);
    }
    EXPECT_EQ(to_texts(changed), kept) << "a refused value changed the field";
  }});
}

TEST(Options, HaveNoNameOrLetterTwice) {
  const auto check = [](const auto& options) {
    std::set<std::string> names;
    std::set<char> letters;
    for_each_field(options, [&](const Field& field, const auto&) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_TRUE(field.letter == 0 || letters.insert(field.letter).second) << field.name;
    });
  };
  for_each_command(check);
}

}  // namespace
}  // namespace heed
