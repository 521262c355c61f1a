#include "util/fields.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

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

TEST(Options, HaveNoNameOrLetterTwice) {
  const auto check = [](const auto& options) {
    std::set<std::string> names;
    std::set<char> letters;
    for_each_field(options, [&](const Field& field, const auto&) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_TRUE(field.letter == 0 || letters.insert(field.letter).second) << field.name;
    });
  };
  check(TrainOptions{});
  check(TranslateOptions{});
}

}  // namespace
}  // namespace heed
