#include "conversion/torch_file.h"

#include <gtest/gtest.h>

#include "conversion/bytes.h"
#include "conversion/torch_writer.h"
#include "support/expect_error.h"

namespace heed {
namespace {

const std::vector<ForeignTensor> kState = {{"model.fc.weight", {2, 3}, {1, -2, 3.5F, 4, 5, 6}},
                                           {"model.fc.bias", {3}, {7, 8, 9}}};

std::vector<ForeignTensor> read_state(const std::string& file) {
  return read_torch(bytes(file), "pytorch_model.bin");
}

TEST(TorchFileTest, BothFormsComeBack) {
  const TorchWriter writer(kState);
  for (const std::string& file : {writer.zip(), writer.old()}) {
    const std::vector<ForeignTensor> found = read_state(file);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "model.fc.weight");
    EXPECT_EQ(found[0].shape, (std::vector<std::uint64_t>{2, 3}));
    EXPECT_EQ(found[0].values, kState[0].values);
    EXPECT_EQ(found[1].shape, (std::vector<std::uint64_t>{1, 3}));
    EXPECT_EQ(found[1].values, kState[1].values);
  }
}

/// os.system("…") as a pickle has it: refused, and never run.
TEST(TorchFileTest, CallsOfOtherFunctionsAreRefused) {
  const std::string evil =
      "\x80\x02"
      "cposix\nsystem\nX\x04" +
      std::string(3, '\0') + "true\x85R.";
  expect_error([&] { read_state(evil); }, "a call of \"posix system\"");
  expect_error([&] { read_state(evil); }, "runs no code");
  expect_error([&] { read_state("\x80\x02i."); }, "opcode 0x69");
}

TEST(TorchFileTest, ValuesInsideEachOtherEnd) {
  std::string deep = "\x80\x02N";
  for (int i = 0; i < 100'000; ++i) deep += '\x85';
  expect_error([&] { read_state(deep + "."); }, "values inside each other");
  expect_error(
      [&] {
        read_state(
            std::string("\x80\x02]q\x00h\x00"
                        "a.",
                        9));
      },
      "not kept");
  expect_error([&] { read_state("\x80\x02t."); }, "no mark");
  expect_error([&] { read_state("\x80\x02."); }, "an empty stack");
}

TEST(TorchFileTest, CutOffFilesAreErrors) {
  const TorchWriter writer(kState);
  for (const std::string& file : {writer.zip(), writer.old()}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      expect_error([&] { read_state(file.substr(0, size)); }, "pytorch_model.bin");
    }
  }
}

/// A size that its storage has not.
TEST(TorchFileTest, SizesMustFitTheStorage) {
  std::vector<ForeignTensor> state = kState;
  state[0].shape = {2, 4};
  expect_error([&] { read_state(TorchWriter(state).zip()); }, "found fewer");
  state[0].shape = {2, 1, 3};
  expect_error([&] { read_state(TorchWriter(state).old()); }, "3 dimensions");
}

}  // namespace
}  // namespace heed
