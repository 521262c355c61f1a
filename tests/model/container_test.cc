#include "model/container.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/error.h"

using namespace std::string_literals;

namespace heed {
namespace {

class ContainerTest : public testing::Test {
 protected:
  ContainerTest() {
    for (std::size_t i = 0; i < moments_.size(); ++i) moments_[i] = 0.37F * static_cast<float>(i);
    write_container(path_, "state", metadata_,
                    {float_tensor("moments", moments_), float_tensor("none", {}),
                     byte_tensor("vocabulary", vocabulary_)});
  }

  /// That the file at path_ holds what was written, read bit for bit.
  void expect_same() const {
    const Container container(path_, "state");
    for (const auto& [name, value] : metadata_.items()) {
      EXPECT_EQ(container.metadata(name).dump(), value.dump());
    }
    std::vector<float> values(moments_.size());
    container.read_floats("moments", values);
    EXPECT_EQ(std::memcmp(values.data(), moments_.data(), values.size() * sizeof(float)), 0);
    container.read_floats("none", {});
    EXPECT_EQ(container.bytes("vocabulary"), vocabulary_);
  }

  /// Writes damaged bytes; they must be refused or mean the same.
  bool is_refused(const std::string& bytes) {
    std::filesystem::remove(path_);  // file systems flush a file that is written over
    directory_.write("file", bytes);
    try {
      expect_same();
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return true;
    }
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path("file");
  std::vector<float> moments_ = std::vector<float>(5003);
  std::string vocabulary_ = "\0\1\xff bytes"s;
  nlohmann::json metadata_{{"progress", {{"updates", UINT64_MAX}, {"best", 1.0 / 3}}},
                           {"list", {1, -2, 0.1, "ü", true, nullptr}}};
};

std::size_t header_size(const std::string& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  return 8 + length;
}

TEST_F(ContainerTest, RoundTripIsExact) {
  expect_same();
  const Container container(path_, "state");
  EXPECT_EQ(container.metadata("progress")["updates"].get<std::uint64_t>(), UINT64_MAX);
  EXPECT_EQ(container.metadata("progress")["best"].get<double>(), 1.0 / 3);
  const std::string bytes = directory_.read("file");
  write_container(path_, "state", metadata_,
                  {float_tensor("moments", moments_), float_tensor("none", {}),
                   byte_tensor("vocabulary", vocabulary_)});
  EXPECT_EQ(directory_.read("file"), bytes);
}

TEST_F(ContainerTest, TruncatedAnywhere) {
  const std::string whole = directory_.read("file");
  for (std::size_t size = 0; size < whole.size();
       size += size < header_size(whole) + 70 || size + 70 > whole.size() ? 1 : 997) {
    EXPECT_TRUE(is_refused(whole.substr(0, size))) << size;
  }
  EXPECT_TRUE(is_refused(whole + '\0'));
}

TEST_F(ContainerTest, FlippedAnywhere) {
  const std::string whole = directory_.read("file");
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < whole.size(); i += i < header_size(whole) ? 1 : 31) {
    for (const char mask : {'\x01', '\x20', '\x2a', '\x80'}) {
      std::string damaged = whole;
      damaged[i] ^= mask;
      const bool refused = is_refused(damaged);
      accepted += refused ? 0 : 1;
      EXPECT_TRUE(refused || i < header_size(whole)) << i;
    }
  }
  EXPECT_GT(accepted, 0U);   // blanks at the header's end that became line feeds
  EXPECT_LT(accepted, 70U);  // and nothing else
}

TEST_F(ContainerTest, PaddingIsChecked) {
  std::string whole = directory_.read("file");
  whole.back() = 'x';
  EXPECT_TRUE(is_refused(whole));
}

TEST_F(ContainerTest, OtherKindsAndFormats) {
  expect_error([&] { Container(path_, "model"); },
               "expected a model, found a \"state\" in " + path_);
  const auto with = [&](const std::string& format) {
    write_safetensors(path_, {{{"heed_format", format}}, {}});
    return [this] { Container(path_, "state"); };
  };
  expect_error(with("2"), "expected a file of format 1 at most, found format 2 in " + path_ +
                              "; use a newer heed");
  expect_error(with("4294967296"), "expected the number of a format");
  expect_error(with("0"), "expected the number of a format");
  expect_error(with("-1"), "expected the number of a format");
  expect_error(with("1 "), "expected the number of a format");
  expect_error(with(""), "a safetensors file of another program in " + path_);
  expect_error(with("1"), "expected a state, found something else");
}

TEST_F(ContainerTest, WrongRequests) {
  const Container container(path_, "state");
  std::vector<float> values(7);
  expect_error([&] { container.metadata("other"); }, "entry 'other' in the metadata of " + path_);
  expect_error([&] { container.read_floats("other", values); }, "tensor 'other' in " + path_);
  expect_error([&] { container.read_floats("moments", values); },
               "expected 7 numbers of F32 or F16 in the tensor 'moments' in " + path_ +
                   ", found 5003 of F32");
  expect_error([&] { container.read_floats("vocabulary", values); }, "of U8");
  expect_error([&] { container.bytes("moments"); }, "expected bytes in the tensor 'moments'");
}

TEST_F(ContainerTest, ManyTensorsCostNoMoreThanTheirBytes) {
  constexpr int kMany = 30'000;
  std::string header =
      R"({"__metadata__":{"heed_format":"1","heed_kind":"state","heed_checksum":"________"})";
  for (int i = 0; i < kMany; ++i) {
    header += fmt::format(R"(,"t{}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", i);
  }
  std::string file = header + '}';
  const std::uint64_t length = file.size();
  file.insert(0, reinterpret_cast<const char*>(&length), sizeof length);
  const Safetensors contents = parse_safetensors(std::as_bytes(std::span(file)), "x");
  file.replace(file.find("________"), 8, fmt::format("{:08x}", checksum_of(contents)));
  const auto begin = std::chrono::steady_clock::now();
  const Container container(directory_.write("many", file), "state");
  for (int i = 0; i < kMany; ++i) container.read_floats(fmt::format("t{}", i), {});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(ContainerTest, FailedWritingLeavesTheOldFile) {
  expect_error([&] { write_container(path_, "state", {{"loss", std::nan("")}}, {}); }, "finite");
  expect_error([&] { write_container(path_, "state", {{"heed_kind", 1}}, {}); }, "'heed_kind'");
  expect_same();
  EXPECT_EQ(directory_.count(), 1);
  const auto to_full = [&] {
    write_container("/dev/full", "state", {}, {float_tensor("moments", moments_)});
  };
  expect_error(to_full, "could not write /dev/full: No space left on device");
}

}  // namespace
}  // namespace heed
