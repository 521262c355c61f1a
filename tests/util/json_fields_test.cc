#include "util/json_fields.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "util/json.h"
#include "util/sample_options.h"

namespace heed {
namespace {

TEST(Json, FloatsComeBackBitForBit) {
  for_many_floats([](float value) {
    float again = 0;
    from_texts("x", json_texts("x", value_to_json(value)), again);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(again), std::bit_cast<std::uint32_t>(value))
        << value_to_json(value);
  });
}

TEST(Json, EveryKindOfFieldComesBack) {
  SampleOptions sample;
  sample.is_on = false;
  sample.count = std::numeric_limits<int>::min();
  sample.seed = std::numeric_limits<std::uint64_t>::max();
  sample.limit = -std::numeric_limits<double>::infinity();
  sample.name = "with \"quotes\" and\nlines";
  sample.colour = Colour::kGreen;
  sample.files = {};
  sample.sizes = {1, -2};
  sample.inner.rate = 0.3F;
  SampleOptions again;
  from_json(nlohmann::json::parse(to_json(sample).dump()), again);
  EXPECT_EQ(to_json(again), to_json(sample));
  EXPECT_EQ(again.seed, sample.seed);
  EXPECT_EQ(again.limit, sample.limit);
  EXPECT_EQ(again.sizes, sample.sizes);
  EXPECT_EQ(again.inner.rate, 0.3F);
}

TEST(Json, IsShortAndTyped) {
  EXPECT_EQ(to_json(SampleOptions{}).dump(),
            R"({"colour":"red","count":-3,"files":["a","b"],"is-on":true,"limit":1e+300,)"
            R"("name":"plain","rate":0.1,"seed":1,"sizes":[]})");
}

TEST(Json, MissingFieldsKeepTheirValues) {
  SampleOptions sample;
  sample.count = 8;
  from_json({{"colour", "green"}}, sample);
  EXPECT_EQ(sample.count, 8);
  EXPECT_EQ(sample.colour, Colour::kGreen);
}

TEST(Json, RefusesWhatItDoesNotKnow) {
  SampleOptions sample;
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

}  // namespace
}  // namespace heed
