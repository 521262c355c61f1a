#include "conversion/zip_archive.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "conversion/bytes.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::string text(const std::vector<std::byte>& contents) {
  return {reinterpret_cast<const char*>(contents.data()), contents.size()};
}

/// Two files, stored.
std::string two_files() {
  ZipWriter writer;
  writer.add("first", "some text");
  writer.add("second", "");
  return writer.finish();
}

/// Raw deflate, as zip files have it.
std::string deflated(const std::string& contents) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, contents.size()), '\0');
  std::string input = contents;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

template <class T>
void put(std::string& file, std::size_t at, T number) {
  std::memcpy(file.data() + at, &number, sizeof number);
}

/// One deflated file: a stored one whose headers are changed.
std::string one_deflated_file(const std::string& contents) {
  const std::string packed = deflated(contents);
  ZipWriter writer;
  writer.add("name", packed);
  std::string file = writer.finish();
  const auto checksum = static_cast<std::uint32_t>(crc32(
      0, reinterpret_cast<const Bytef*>(contents.data()), static_cast<uInt>(contents.size())));
  const std::size_t directory = file.find("PK\x01\x02");
  for (const std::size_t header : {std::size_t{4}, directory + 6}) {
    put(file, header + 4, std::uint16_t{8});
    put(file, header + 10, checksum);
    put(file, header + 18, static_cast<std::uint32_t>(contents.size()));
  }
  return file;
}

TEST(ZipArchiveTest, FilesComeBack) {
  const std::string file = two_files();
  ASSERT_TRUE(ZipArchive::is_zip(bytes(file)));
  const ZipArchive archive(bytes(file), "some.zip");
  ASSERT_EQ(archive.entries().size(), 2U);
  ASSERT_NE(archive.find("first"), nullptr);
  EXPECT_EQ(text(archive.read(*archive.find("first"))), "some text");
  EXPECT_TRUE(archive.read(*archive.find("second")).empty());
  EXPECT_EQ(archive.find("third"), nullptr);
}

TEST(ZipArchiveTest, DeflatedFilesComeBack) {
  for (const std::string& contents :
       {std::string("text "), std::string(100'000, 'x'), std::string()}) {
    const std::string file = one_deflated_file(contents);
    const ZipArchive archive(bytes(file), "some.zip");
    EXPECT_EQ(text(archive.read(archive.entries().front())), contents);
  }
}

TEST(ZipArchiveTest, ACommentBehindTheDirectoryIsLeftOut) {
  std::string file = two_files();
  file += "a comment";
  EXPECT_EQ(ZipArchive(bytes(file), "some.zip").entries().size(), 2U);
}

TEST(ZipArchiveTest, EveryCutOffOrChangedByteIsAnErrorOrLeavesTheContents) {
  for (const std::string& file : {two_files(), one_deflated_file("some text some text")}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      const std::string part = file.substr(0, size);
      expect_error([&] { ZipArchive(bytes(part), "some.zip"); }, "some.zip");
    }
    for (std::size_t at = 0; at < file.size(); ++at) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ 0x41);
      try {
        const ZipArchive archive(bytes(changed), "some.zip");
        for (const ZipArchive::Entry& entry : archive.entries()) {
          const std::string contents = text(archive.read(entry));
          EXPECT_TRUE(contents.empty() || contents.starts_with("some text")) << at;
        }
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("some.zip"), std::string::npos) << error.what();
      }
    }
  }
}

TEST(ZipArchiveTest, WhatItDoesNotReadIsNamed) {
  const std::string file = two_files();
  const std::size_t directory = file.find("PK\x01\x02");
  const auto changed = [&](std::size_t at, auto number) {
    std::string copy = file;
    put(copy, directory + at, number);
    return copy;
  };
  expect_error([&] { ZipArchive(bytes(changed(8, std::uint16_t{1})), "z"); }, "encrypted");
  expect_error([&] { ZipArchive(bytes(changed(10, std::uint16_t{12})), "z"); }, "method 12");
  expect_error([&] { ZipArchive(bytes(changed(24, std::uint32_t{8})), "z"); }, "can't be those");
  ZipWriter twice;
  twice.add("name", "a");
  twice.add("name", "b");
  const std::string both = twice.finish();
  expect_error([&] { ZipArchive(bytes(both), "z"); }, "found two");
}

}  // namespace
}  // namespace heed
