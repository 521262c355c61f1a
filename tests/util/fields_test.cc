#include "util/fields.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace heed {
namespace {

enum class Colour { kRed, kGreen };
constexpr std::array<std::string_view, 2> enum_names(Colour) { return {"red", "green"}; }

struct Inner {
  float rate = 0.1F;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"rate", "A number"}, self.rate);
  }
};

struct Sample {
  bool is_on = true;
  int count = -3;
  std::uint64_t seed = 1;
  double limit = 1e300;
  std::string name = "plain";
  Colour colour = Colour::kRed;
  std::vector<std::string> files = {"a", "b"};
  std::vector<int> sizes;
  Inner inner;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"is-on", "A switch"}, self.is_on);
    v(Field{"count", "A whole number"}, self.count);
    v(Field{"seed", "A large number", 's'}, self.seed);
    v(Field{"limit", "A precise number"}, self.limit);
    v(Field{"name", "A text"}, self.name);
    v(Field{"colour", "A choice"}, self.colour);
    v(Field{"files", "Texts"}, self.files);
    v(Field{"sizes", "Numbers"}, self.sizes);
    Inner::visit_fields(self.inner, v);
  }
};

template <class F>
std::string usage_error(F&& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

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
  std::uint32_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 1664525U + 1013904223U;
    const auto value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) continue;
    float again = 0;
    from_text("x", to_text(value), again);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(again), bits) << to_text(value);
    from_texts("x", json_texts("x", value_to_json(value)), again);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(again), bits) << value_to_json(value);
  }
}

TEST(Json, EveryKindOfFieldComesBack) {
  Sample sample;
  sample.is_on = false;
  sample.count = std::numeric_limits<int>::min();
  sample.seed = std::numeric_limits<std::uint64_t>::max();
  sample.limit = -std::numeric_limits<double>::infinity();
  sample.name = "with \"quotes\" and\nlines";
  sample.colour = Colour::kGreen;
  sample.files = {};
  sample.sizes = {1, -2};
  sample.inner.rate = 0.3F;
  Sample again;
  from_json(nlohmann::json::parse(to_json(sample).dump()), again);
  EXPECT_EQ(to_json(again), to_json(sample));
  EXPECT_EQ(again.seed, sample.seed);
  EXPECT_EQ(again.limit, sample.limit);
  EXPECT_EQ(again.sizes, sample.sizes);
  EXPECT_EQ(again.inner.rate, 0.3F);
}

TEST(Json, IsShortAndTyped) {
  EXPECT_EQ(to_json(Sample{}).dump(),
            R"({"colour":"red","count":-3,"files":["a","b"],"is-on":true,"limit":1e+300,)"
            R"("name":"plain","rate":0.1,"seed":1,"sizes":[]})");
}

TEST(Json, MissingFieldsKeepTheirValues) {
  Sample sample;
  sample.count = 8;
  from_json({{"colour", "green"}}, sample);
  EXPECT_EQ(sample.count, 8);
  EXPECT_EQ(sample.colour, Colour::kGreen);
}

TEST(Json, RefusesWhatItDoesNotKnow) {
  Sample sample;
  const auto error = [&](const nlohmann::json& json) {
    return usage_error([&] { from_json(json, sample); });
  };
  EXPECT_EQ(error({{"colours", "red"}}).substr(0, 56),
            "unknown option 'colours', did you mean 'colour'? One of:");
  EXPECT_EQ(error({{"count", 1.5}}), "expected a whole number for count, found '1.5'");
  EXPECT_EQ(error({{"count", nullptr}}),
            "expected a text, number, true or false for count, found null");
  EXPECT_EQ(error({{"sizes", {{1, 2}, {3, 4}}}}),
            "expected a text, number, true or false for sizes, found array");
  EXPECT_EQ(error(nlohmann::json::array()), "expected an object of options, found array");
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
