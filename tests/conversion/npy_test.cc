#include "conversion/npy.h"

#include <gtest/gtest.h>

#include "conversion/bytes.h"
#include "support/expect_error.h"

namespace heed {
namespace {

/// A file of version 1 with this header and data.
std::string npy(const std::string& header, const std::string& data) {
  std::string file = "\x93NUMPY";
  file += {1, 0, static_cast<char>(header.size()), 0};
  return file + header + data;
}

template <class T>
std::string raw(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

ForeignTensor read_npy(const std::string& file) {
  return read_floats(parse_npy(bytes(file), "a.npy"), "a", "a.npy");
}

std::string npy_header(const std::string& type, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }\n";
}

TEST(NpyTest, ArraysComeBack) {
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{2, 3}, {6}, {1, 6}, {6, 1}}) {
    const ForeignTensor tensor{"a", shape, {1, -2.5F, 3e-30F, 4, 5, 6}};
    const std::string file = write_npy(tensor);
    EXPECT_EQ(file.find('\n') % 64, 63U);
    const ForeignTensor found = read_npy(file);
    EXPECT_EQ(found.shape, tensor.shape);
    EXPECT_EQ(found.values, tensor.values);
  }
  const std::string text = write_npy(std::string_view("yaml"));
  const NpyArray array = parse_npy(bytes(text), "a.npy");
  EXPECT_EQ(array.type, "|i1");
  EXPECT_EQ(array.data.size(), 4U);
}

TEST(NpyTest, OtherTypesAndOrders) {
  const std::vector<float> expected = {1, 0.5F, -2, 4};
  EXPECT_EQ(
      read_npy(npy(npy_header("<f8", "(2, 2)"), raw(std::vector<double>{1, 0.5, -2, 4}))).values,
      expected);
  EXPECT_EQ(read_npy(npy(npy_header("<f2", "(4,)"),
                         raw(std::vector<std::uint16_t>{0x3C00, 0x3800, 0xC000, 0x4400})))
                .values,
            expected);
  const ForeignTensor turned =
      read_npy(npy(npy_header("<f4", "(2, 3)", true), raw(std::vector<float>{1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(turned.shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(turned.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(read_npy(npy(npy_header("<f4", "(1, 0)"), "")).values.empty());
}

TEST(NpyTest, WhatIsNoArrayIsAnError) {
  const std::string two = raw(std::vector<float>{1, 2});
  expect_error([&] { read_npy("something else, and long"); }, "an array of NumPy in a.npy");
  expect_error([&] { read_npy(npy(npy_header("<f4", "(3,)"), two)); }, "expected 12 bytes");
  expect_error([&] { read_npy(npy(npy_header("<f4", "(4294967296, 4294967296)"), two)); },
               "found 8");
  expect_error([&] { read_npy(npy(npy_header("<f4", "(2"), two)); }, "with numbers");
  expect_error([&] { read_npy(npy(npy_header("<f4", "(-2,)"), two)); }, "with numbers");
  expect_error([&] { read_npy(npy(npy_header(">f4", "(2,)"), two)); }, "with numbers");
  expect_error([&] { read_npy(npy("{}", two)); }, "with numbers");
  expect_error([&] { read_npy(npy(npy_header("<i4", "(2,)"), two)); }, "f2, f4 or f8");
  expect_error([&] { read_npy(npy(npy_header("<f4", "(1, 1, 2)"), two)); }, "3 dimensions");
  const std::string whole = npy(npy_header("<f4", "(2,)"), two);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_error([&] { read_npy(whole.substr(0, size)); }, "a.npy");
  }
}

}  // namespace
}  // namespace heed
