#include "model/safetensors.h"

#include <gtest/gtest.h>

#include <numeric>

#include "model/half.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/json.h"

using namespace std::string_literals;

namespace heed {
namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// The bytes of a file with this header and data, whatever they are.
std::string raw_file(const std::string& header, std::string_view data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  return length + header + std::string(data);
}

Safetensors parse(const std::string& file) { return parse_safetensors(as_bytes(file), "x.st"); }

/// Nested lists, `depth` of them.
std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Safetensors, RoundTripKeepsEverythingAndAlignsData) {
  std::vector<float> floats(37);
  std::iota(floats.begin(), floats.end(), -3.5F);
  const std::vector<double> doubles{0.1, -1e300};
  const std::vector<std::int64_t> integers{-1, INT64_MAX};
  const std::string text = "\0\xff no text"s;
  const Safetensors written{
      {{"key", "quote \" and \n ü"}, {"", "{\"a\": 1}"}},
      {{"b", Dtype::kF32, {37}, std::as_bytes(std::span(floats))},
       {"a ü\"", Dtype::kF64, {1, 2, 1}, std::as_bytes(std::span(doubles))},
       {"scalar", Dtype::kF32, {}, std::as_bytes(std::span(floats).first(1))},
       {"halves", Dtype::kF16, {2, 16}, std::as_bytes(std::span(floats).first(16))},
       {"empty", Dtype::kF32, {4, 0}, {}},
       {"i", Dtype::kI64, {2}, std::as_bytes(std::span(integers))},
       {"bytes", Dtype::kU8, {text.size()}, as_bytes(text)}}};
  const TemporaryDirectory directory;
  write_safetensors(directory.path("file"), written);
  const FileCopy file(directory.path("file"));
  const Safetensors found = parse_safetensors(file.bytes(), "file");
  EXPECT_EQ(found.metadata, written.metadata);
  ASSERT_EQ(found.tensors.size(), written.tensors.size());
  std::map<std::string, const StoredTensor*> by_name;
  for (const StoredTensor& tensor : found.tensors) by_name[tensor.name] = &tensor;
  for (const StoredTensor& expected : written.tensors) {
    const StoredTensor& tensor = *by_name.at(expected.name);
    EXPECT_EQ(tensor.dtype, expected.dtype);
    EXPECT_EQ(tensor.shape, expected.shape);
    EXPECT_TRUE(std::ranges::equal(tensor.data, expected.data)) << tensor.name;
    EXPECT_EQ((tensor.data.data() - file.bytes().data()) % 64, 0) << tensor.name;
  }
  EXPECT_EQ(file.bytes().size() % 64, 0U);
}

TEST(Safetensors, ReadsWhatOthersWrite) {
  const std::string file = raw_file(R"({"v":{"dtype":"U8","shape":[3],"data_offsets":[0,3]} , "w":)"
                                    "\n\t"
                                    R"({"data_offsets":[3,7],"shape":[1,1],"dtype":"F32"}}   )",
                                    "abc\0\0\x80\x3f"s);
  const Safetensors found = parse(file);
  EXPECT_TRUE(found.metadata.empty());
  ASSERT_EQ(found.tensors.size(), 2U);
  EXPECT_EQ(found.tensors[1].name, "w");
  float one = 0;
  std::memcpy(&one, found.tensors[1].data.data(), 4);
  EXPECT_EQ(one, 1.0F);
  EXPECT_TRUE(parse(raw_file("{}", "")).tensors.empty());
}

TEST(Safetensors, HostileHeaders) {
  const auto tensor = [](const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
    return R"({"t":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}}";
  };
  const std::string good = tensor(R"("U8")", "[4]", "[0,4]");
  EXPECT_EQ(parse(raw_file(good, "abcd")).tensors.size(), 1U);
  const std::string two = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":)";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "found a fault"},
      {"[]", "expected an object"},
      {"7", "expected an object"},
      {"{", "found a fault"},
      {good + "x", "found a fault"},
      {"{\"\xff\":1}", "found a fault"},
      {nested(33), "at most 32 levels"},
      {nested(4000000), "at most 32 levels"},
      {R"({"t":)" + nested(31) + "}", "expected dtype"},
      {R"({"t":1e999})", "out of range"},
      {R"({"t":null})", "expected dtype"},
      {R"({"t":{}})", "expected dtype"},
      {R"({"t":{"dtype":"U8","shape":[4],"offsets":[0,4]}})", "expected dtype"},
      {R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}})", "expected dtype"},
      {tensor(R"("U9")", "[4]", "[0,4]"), "as the dtype of tensor \"t\" in x.st, found"},
      {tensor("8", "[4]", "[0,4]"), "as the dtype"},
      {tensor(R"("U8")", "4", "[0,4]"), "expected a list"},
      {tensor(R"("U8")", "[-4]", "[0,4]"), "expected whole numbers"},
      {tensor(R"("U8")", "[4.0]", "[0,4]"), "expected whole numbers"},
      {tensor(R"("U8")", "[\"4\"]", "[0,4]"), "expected whole numbers"},
      {tensor(R"("U8")", "[99999999999999999999]", "[0,4]"), "expected whole numbers"},
      {tensor(R"("U8")", "[5]", "[0,4]"), "expected 5 bytes for tensor \"t\" in x.st, found 4"},
      {tensor(R"("F32")", "[4]", "[0,4]"), "expected 16 bytes"},
      {tensor(R"("F32")", "[4611686018427387905]", "[0,4]"), "found 4"},
      {tensor(R"("U8")", "[4294967296,4294967296,4]", "[0,4]"), "found 4"},
      {tensor(R"("U8")", "[4]", "[0,4,4]"), "expected offsets"},
      {tensor(R"("U8")", "[4]", "[4,0]"), "expected offsets"},
      {tensor(R"("U8")", "[4]", "[1,5]"), "expected offsets in 4 bytes"},
      {tensor(R"("U8")", "[4]", "[18446744073709551612,18446744073709551615]"), "expected offsets"},
      {tensor(R"("U8")", "[3]", "[1,4]"), "at byte 0 of the data in x.st, found it at 1"},
      {tensor(R"("U8")", "[3]", "[0,3]"), "expected 3 bytes of data in x.st, found 4"},
      {two + R"({"dtype":"U8","shape":[3],"data_offsets":[1,4]}})", "at byte 2 of the data"},
      {two + R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "at byte 2 of the data"},
      {two + R"({"dtype":"U8","shape":[1],"data_offsets":[3,4]}})", "at byte 2 of the data"},
      {two + R"({"dtype":"U8","shape":[2],"data_offsets":[2,4]},"a":1})", "found \"a\" twice"},
      {R"({"t":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "\"dtype\" twice"},
      {R"({"__metadata__":[],)" + good.substr(1), "expected metadata"},
      {R"({"__metadata__":{"a":1},)" + good.substr(1), "expected a string for the metadata \"a\""},
      {R"({"__padding__1":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "expected zeros"},
      {R"({"line\nbreak":0})", "tensor \"line\\nbreak\" in x.st"},
  };
  for (const auto& [header, part] : cases) {
    SCOPED_TRACE(header.substr(0, 200));
    expect_error([&] { parse(raw_file(header, "abcd")); }, part);
  }
}

TEST(Safetensors, WrongLengths) {
  expect_error([] { parse(""); }, "found 0 bytes in x.st");
  expect_error([] { parse("1234567"); }, "found 7 bytes in x.st");
  expect_error([] { parse("#!/bin/sh\necho this is a text\n"); }, "found something else in x.st");
  expect_error([] { parse(std::string(100, '\xff')); }, "found something else in x.st");
  expect_error([] { parse(raw_file(std::string(1000, ' '), "").substr(0, 500)); },
               "expected a header of 1000 bytes in x.st, found 492 bytes");
  expect_error([] { parse(std::string(8, '\0')); }, "found a fault at its byte");
}

TEST(Safetensors, NamesToWriteMustBeFree) {
  const TemporaryDirectory directory;
  const auto write = [&](const std::vector<StoredTensor>& tensors) {
    write_safetensors(directory.path("file"), {{}, tensors});
  };
  const StoredTensor tensor{"a", Dtype::kU8, {1}, as_bytes("x").first(1)};
  expect_error([&] { write({tensor, tensor}); }, "expected one tensor a");
  expect_error([&] { write({{"__metadata__", tensor.dtype, {1}, tensor.data}}); }, "free name");
  expect_error([&] { write({{"__padding__0", tensor.dtype, {1}, tensor.data}}); }, "free name");
  expect_error([&] { write({{"b", tensor.dtype, {2}, tensor.data}}); }, "expected 2 bytes");
  EXPECT_EQ(directory.count(), 0);
}

TEST(Json, KeepsNumbersExactly) {
  const std::vector<double> doubles{0.1, 1.0 / 3, 5e-324, -1.7976931348623157e308, 1e22, -0.0};
  const std::vector<std::uint64_t> integers{0, 9007199254740993U, UINT64_MAX};
  const auto found = parse_json(json_text({{"d", doubles}, {"i", integers}}), "x");
  const auto found_doubles = found["d"].get<std::vector<double>>();
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(found_doubles[i]),
              std::bit_cast<std::uint64_t>(doubles[i]));
  }
  EXPECT_EQ(found["i"].get<std::vector<std::uint64_t>>(), integers);
  expect_error([] { json_text({{"loss", {1.0, std::nan("")}}}); }, "expected a finite number");
  expect_error([] { json_text(HUGE_VAL); }, "expected a finite number");
  EXPECT_EQ(json_text("\xff"), "\"\xef\xbf\xbd\"");
}

TEST(Half, EveryHalfComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_half(half);
    const int exponent = static_cast<int>(bits >> 10 & 31U),
              fraction = static_cast<int>(bits & 1023U);
    if (exponent == 31) {
      EXPECT_TRUE(fraction == 0 ? std::isinf(value) : std::isnan(value)) << bits;
      EXPECT_TRUE(fraction == 0 ? to_half(value) == half : (to_half(value) & 0x7e00U) == 0x7e00U);
      continue;
    }
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    ASSERT_EQ(value, bits >> 15 != 0 ? -magnitude : magnitude) << bits;
    ASSERT_EQ(to_half(value), half) << bits;
  }
}

TEST(Half, RoundsToTheNearestAndTiesToEven) {
  for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const float low = from_half(static_cast<std::uint16_t>(bits));
    const float high = from_half(static_cast<std::uint16_t>(bits + 1));
    const float middle = low + (high - low) / 2;
    ASSERT_EQ(to_half(middle), bits + (bits & 1U)) << middle;
    ASSERT_EQ(to_half(std::nextafter(middle, 0.0F)), bits);
    ASSERT_EQ(to_half(-std::nextafter(middle, 1e9F)), (bits + 1) | 0x8000U);
  }
  EXPECT_EQ(to_half(std::nextafter(kHalfOverflow, 0.0F)), 0x7bff);
  EXPECT_EQ(to_half(kHalfOverflow), 0x7c00);
}

}  // namespace
}  // namespace heed
