#include "conversion/ctranslate2_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "conversion/bytes.h"
#include "support/expect_error.h"

namespace heed {
namespace {

/// Variables one by one, of any type.
class VariableWriter {
 public:
  template <class T>
  void add(const std::string& name, const std::vector<std::uint32_t>& shape, int type,
           const std::vector<T>& numbers) {
    put_name(name);
    put(static_cast<std::uint8_t>(shape.size()));
    for (const std::uint32_t size : shape) put(size);
    put(static_cast<std::uint8_t>(type));
    put(static_cast<std::uint32_t>(numbers.size() * sizeof(T)));
    for (const T number : numbers) put(number);
    ++count_;
  }
  std::string finish(std::uint32_t version = 6) const {
    VariableWriter head;
    head.put(version);
    head.put_name("TransformerSpec");
    head.put(std::uint32_t{7});
    head.put(count_);
    VariableWriter tail;
    tail.put(std::uint32_t{1});
    tail.put_name("alias");
    tail.put_name("name");
    return head.text_ + text_ + tail.text_;
  }

 private:
  template <class T>
  void put(T number) {
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void put_name(const std::string& name) {
    put(static_cast<std::uint16_t>(name.size() + 1));
    text_ += name + '\0';
  }

  std::string text_;
  std::uint32_t count_ = 0;
};

Ctranslate2File read_file_of(const std::string& file) {
  return read_ctranslate2(bytes(file), "model.bin");
}

TEST(Ctranslate2FileTest, WhatIsWrittenComesBack) {
  Ctranslate2File file{"TransformerSpec",
                       {{"w", {2, 2}, {1, 2, 3, 4}}, {"b", {3}, {5, 6, 7}}},
                       {{"encoder/num_heads", 4}, {"encoder/pre_norm", 1}},
                       {{"other", "w"}}};
  const Ctranslate2File found = read_file_of(write_ctranslate2(file));
  EXPECT_EQ(found.spec, file.spec);
  EXPECT_EQ(found.numbers, file.numbers);
  EXPECT_EQ(found.aliases, file.aliases);
  ASSERT_EQ(found.tensors.size(), 2U);
  EXPECT_EQ(found.tensors[0].shape, file.tensors[0].shape);
  EXPECT_EQ(found.tensors[0].values, file.tensors[0].values);
  EXPECT_EQ(found.tensors[1].values, file.tensors[1].values);
}

TEST(Ctranslate2FileTest, AllTypesBecomeFloats) {
  VariableWriter writer;
  writer.add<std::int8_t>("rows", {2, 2}, 1, {127, -127, 64, 1});
  writer.add<float>("rows_scale", {2}, 0, {127, 2});
  writer.add<std::int16_t>("all", {1, 2}, 2, {1000, -500});
  writer.add<float>("all_scale", {}, 0, {1000});
  writer.add<std::uint16_t>("half", {2}, 4, {0x3C00, 0xC000});
  writer.add<std::uint16_t>("brain", {2}, 5, {0x3F80, 0xC000});
  writer.add<std::int16_t>("heads", {}, 2, {8});
  for (const std::uint32_t version : {5U, 6U}) {
    const Ctranslate2File found = read_file_of(writer.finish(version));
    ASSERT_EQ(found.tensors.size(), 4U);
    EXPECT_EQ(found.tensors[0].values, (std::vector<float>{1, -1, 32, 0.5F}));
    EXPECT_EQ(found.tensors[1].values, (std::vector<float>{1, -0.5F}));
    EXPECT_EQ(found.tensors[2].values, (std::vector<float>{1, -2}));
    EXPECT_EQ(found.tensors[3].values, (std::vector<float>{1, -2}));
    EXPECT_EQ(found.numbers.at("heads"), 8);
    EXPECT_EQ(found.aliases.at("alias"), "name");
  }
}

TEST(Ctranslate2FileTest, DamagedAndOtherFilesAreErrors) {
  VariableWriter writer;
  writer.add<std::int8_t>("rows", {2, 2}, 1, {1, 2, 3, 4});
  expect_error([&] { read_file_of(writer.finish()); }, "expected a scale");
  VariableWriter good;
  good.add<float>("w", {2, 2}, 0, {1, 2, 3, 4});
  const std::string file = good.finish();
  for (std::size_t size = 0; size < file.size(); ++size) {
    expect_error([&] { read_file_of(file.substr(0, size)); }, "model.bin");
  }
  expect_error([&] { read_file_of(good.finish(3)); }, "version 4 to 6");
  VariableWriter wrong;
  wrong.add<float>("w", {65536, 65536, 65536, 65536}, 0, {1, 2, 3, 4});
  expect_error([&] { read_file_of(wrong.finish()); }, "of its shape");
  VariableWriter other;
  other.add<float>("w", {1}, 9, {1});
  expect_error([&] { read_file_of(other.finish()); }, "type 9");
}

}  // namespace
}  // namespace heed
