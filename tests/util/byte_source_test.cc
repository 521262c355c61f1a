#include "util/byte_source.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/compress.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"

using namespace std::string_literals;

namespace heed {
namespace {

/// A text's lines, each with '\n', and the messages.
struct ReadText {
  std::string text;
  std::vector<std::string> warnings;
};

ReadText read_text(const std::string& path) {
  ReadText read;
  LineReader reader(path, [&](const std::string& message) { read.warnings.push_back(message); });
  for (std::string line; reader.next(line);) read.text += line + '\n';
  return read;
}

std::string utf16(std::u16string_view text, bool is_big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
    bytes += is_big_endian ? std::string{high, low} : std::string{low, high};
  }
  return bytes;
}

std::string utf32(std::u32string_view text, bool is_big_endian) {
  std::string bytes;
  for (const char32_t unit : text) {
    const auto half = [&](char32_t part) {
      return utf16(std::u16string(1, static_cast<char16_t>(part)), is_big_endian);
    };
    const std::string low = half(unit & 0xffff), high = half(unit >> 16);
    bytes += is_big_endian ? high + low : low + high;
  }
  return bytes;
}

TEST(ByteSource, PaddingBehindGzipAndBzip2IsAWarning) {
  const TemporaryDirectory directory;
  for (const auto compress : {gzip, bzip2}) {
    const std::string two = compress("one\n") + compress("two\n");
    for (const std::string& rest :
         {"\0"s, std::string(100000, '\0'), "garbage"s, "\x1f"s, "\0"s + compress("three\n")}) {
      const std::string path = directory.write("padded", two + rest);
      const ReadText read = read_text(path);
      EXPECT_EQ(read.text, "one\ntwo\n");
      ASSERT_EQ(read.warnings.size(), 1U);
      EXPECT_TRUE(read.warnings[0].starts_with(path + ": padding or garbage behind its "))
          << read.warnings[0];
    }
    EXPECT_TRUE(read_text(directory.write("whole", two)).warnings.empty());
  }
}

TEST(ByteSource, PaddingBehindXzIsPartOfItAndOtherBytesAreDamage) {
  const TemporaryDirectory directory;
  const std::string padded = xz("one\n") + std::string(8, '\0') + xz("two\n");
  EXPECT_EQ(read_text(directory.write("xz", padded)).text, "one\ntwo\n");
  for (const auto compress : {xz, zstd}) {
    const std::string path = directory.write("garbage", compress("one\n") + "garbage behind it");
    expect_error([&] { read_text(path); }, "data in " + path);
  }
}

TEST(ByteSource, XzWithAGiantDictionaryIsAnError) {
  const TemporaryDirectory directory;
  lzma_options_lzma options{};
  ASSERT_FALSE(lzma_lzma_preset(&options, 0));
  options.dict_size = 1536U << 20;
  const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::string bytes(1000, '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(bytes.data());
  const std::uint8_t text[] = {'a', '\n'};
  std::size_t size = 0;
  lzma_filter chain[] = {filters[0], filters[1]};
  ASSERT_EQ(lzma_stream_buffer_encode(chain, LZMA_CHECK_CRC32, nullptr, text, 2, out, &size, 1000),
            LZMA_OK);
  const std::string path = directory.write("giant", bytes.substr(0, size));
  expect_error([&] { read_text(path); }, path + ": its dictionary needs 1.5 GiB");
}

TEST(ByteSource, TextThatBeginsLikeACompressedFileIsText) {
  const TemporaryDirectory directory;
  for (const std::string& text : {"BZh\n"s, "BZh9 is no block\n"s, "\xfd\x37zXZ\n"s}) {
    EXPECT_EQ(read_text(directory.write("text", text)).text, text);
  }
}

TEST(ByteSource, MarkOfUtf8IsTakenAwayWhereTheTextBegins) {
  const TemporaryDirectory directory;
  const std::string mark = "\xef\xbb\xbf", text = "é\n" + mark + "b\n";
  EXPECT_EQ(read_text(directory.write("plain", mark + text)).text, text);
  EXPECT_EQ(read_text(directory.write("alone", mark)).text, "");
  EXPECT_EQ(read_text(directory.write("half", "\xef\xbb\n")).text, "\xef\xbb\n");
  for (const auto compress : kCompressors) {
    EXPECT_EQ(read_text(directory.write("compressed", compress(mark + text))).text, text);
  }
  const ReadText read = read_text(directory.write("twice", mark + mark + "a"));
  EXPECT_EQ(read.text, mark + "a\n");
  EXPECT_TRUE(read.warnings.empty());
}

TEST(ByteSource, PlacesOnDiskCountTheMark) {
  const TemporaryDirectory directory;
  LineReader reader(directory.write("text",
                                    "\xef\xbb\xbf"
                                    "ab\nc\n"));
  EXPECT_TRUE(reader.is_plain_file());
  EXPECT_EQ(reader.offset(), 3U);
  std::string line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(reader.offset(), 6U);
  EXPECT_FALSE(LineReader(directory.write("wide",
                                          "\xff\xfe"
                                          "a\0"s))
                   .is_plain_file());
}

TEST(ByteSource, WideTextIsConvertedAndSaidOnce) {
  const TemporaryDirectory directory;
  // First and last characters of each length in UTF-8, around the surrogates.
  const std::u32string text =
      U"aé\x7f\x80\x7ff\x800 東\r\n\xd7ff\xe000\xffff\x10000😀\x10ffff\n\n\x2028";
  const std::string expected =
      "aé\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80 東\n\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
      "\xf0\x90\x80\x80😀\xf4\x8f\xbf\xbf\n\n\xe2\x80\xa8\n";
  std::u16string units = u"\xfeff";
  for (const char32_t c : text) {
    if (c < 0x10000) {
      units += static_cast<char16_t>(c);
    } else {
      units += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
      units += static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  for (const bool is_big_endian : {false, true}) {
    for (const auto& [name, bytes] :
         {std::pair("UTF-16"s, utf16(units, is_big_endian)),
          std::pair("UTF-32"s, utf32(U"\xfeff" + text, is_big_endian))}) {
      const std::string path = directory.write("text", bytes);
      const ReadText read = read_text(path);
      EXPECT_EQ(read.text, expected);
      EXPECT_EQ(read.warnings, std::vector{path + " is " + name + "; it is read as such"});
      EXPECT_EQ(read_text(directory.write("gz", gzip(bytes))).text, expected);
    }
  }
}

TEST(ByteSource, IllFormedWideTextBecomesReplacementCharacters) {
  const TemporaryDirectory directory;
  const std::string r = "\xef\xbf\xbd";
  const auto read = [&](const std::string& bytes) {
    return read_text(directory.write("text", bytes)).text;
  };
  const std::u16string lone{0xfeff, 0xdc00, 'a', 0xd83d, 'b', 0xd83d, 0xd83d, 0xde00, 0xd83d};
  EXPECT_EQ(read(utf16(lone, false)), r + "a" + r + "b" + r + "😀" + r + "\n");
  EXPECT_EQ(read(utf16(lone, true) + "\xde"), r + "a" + r + "b" + r + "😀" + r + r + "\n");
  EXPECT_EQ(read(utf32(std::u32string{0xfeff, 0xd83d, 0x110000, 'a'}, true) + "\0\0"s),
            r + r + "a" + r + "\n");
}

TEST(ByteSource, WideTextLongerThanItsBuffers) {
  const TemporaryDirectory directory;
  std::u16string units = u"\xfeff";
  std::string expected;
  for (int i = 0; i < 100000; ++i) {  // pairs lie across any border
    units += i % 7 == 0 ? u"x" : u"\xd83d\xde00";
    expected += i % 7 == 0 ? "x" : "😀";
  }
  EXPECT_EQ(read_text(directory.write("text", utf16(units, true))).text, expected + "\n");
}

}  // namespace
}  // namespace heed
