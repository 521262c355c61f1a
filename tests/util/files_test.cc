#include "util/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "support/compress.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/process.h"

using namespace std::string_literals;

namespace heed {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  LineReader reader(path);
  std::vector<std::string> lines;
  std::string line;
  while (reader.next(line)) lines.push_back(line);
  EXPECT_EQ(reader.line_number(), lines.size());
  return lines;
}

TEST(LineReader, OnlyLineFeedEndsALine) {
  const TemporaryDirectory directory;
  const std::string text = "a\r\n\nb\rc\f\xe2\x80\xa8\0d\n\xff\r\r\nlast\r"s;
  const std::vector<std::string> expected{"a", "", "b\rc\f\xe2\x80\xa8\0d"s, "\xff\r", "last\r"};
  EXPECT_EQ(lines_of(directory.write("plain", text)), expected);
  for (const auto compress : kCompressors) {
    EXPECT_EQ(lines_of(directory.write("compressed", compress(text))), expected);
  }
}

TEST(LineReader, CountsLinesAndBytes) {
  const TemporaryDirectory directory;
  LineReader reader(directory.write("text", "ab\r\n\ncde"));
  EXPECT_TRUE(reader.is_plain_file());
  std::string line;
  std::vector<std::uint64_t> offsets;
  while (reader.next(line)) offsets.push_back(reader.offset());
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{4, 5, 8}));
  EXPECT_FALSE(reader.next(line));
  EXPECT_EQ(reader.line_number(), 3U);
}

TEST(LineReader, EmptyAndTinyFiles) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(lines_of(directory.write("empty", "")).empty());
  for (const auto compress : kCompressors) {
    EXPECT_TRUE(lines_of(directory.write("compressed", compress(""))).empty());
  }
  EXPECT_EQ(lines_of(directory.write("one", "\n")), std::vector<std::string>{""});
  EXPECT_EQ(lines_of(directory.write("half", "\x1f")), std::vector<std::string>{"\x1f"});
  EXPECT_EQ(lines_of(directory.write("bracket", "(\n")), std::vector<std::string>{"("});
}

TEST(LineReader, ReadsMembersAndLinesLargerThanItsBuffers) {
  const TemporaryDirectory directory;
  std::string text;
  std::vector<std::string> expected;
  for (std::size_t length : {0, 100000, 3, 1000000, 262144, 262143, 1}) {
    expected.emplace_back(length, static_cast<char>('a' + length % 26));
    text += expected.back() + "\n";
  }
  const std::string first = text.substr(0, 70000), second = text.substr(70000);
  EXPECT_EQ(lines_of(directory.write("plain", text)), expected);
  for (const auto compress : kCompressors) {
    const std::string members = compress(first) + compress("") + compress(second);
    EXPECT_EQ(lines_of(directory.write("compressed", members)), expected);
  }
}

TEST(LineReader, StandardInputGivesALineBeforeItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  ASSERT_EQ(::write(ends[1], "one\ntw", 6), 6);
  {
    LineReader reader("-");
    EXPECT_FALSE(reader.is_plain_file());
    std::string line;
    ASSERT_TRUE(reader.next(line));  // would hang if it waited for more
    EXPECT_EQ(line, "one");
    std::jthread writer([&] {
      EXPECT_EQ(::write(ends[1], "o", 1), 1);
      ::close(ends[1]);
    });
    ASSERT_TRUE(reader.next(line));
    EXPECT_EQ(line, "two");
    EXPECT_FALSE(reader.next(line));
  }
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
}

TEST(LineReader, IsReadyWhenALineIsWhole) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto write = [&](const std::string& text) {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
  };
  write("o");
  LineReader reader("/dev/fd/" + std::to_string(ends[0]));
  const auto is_ready = [&] { return reader.is_ready(std::chrono::milliseconds(0)); };
  std::string line;
  EXPECT_FALSE(is_ready());
  write("ne\ntw");
  EXPECT_TRUE(is_ready());
  EXPECT_TRUE(reader.next(line) && line == "one");
  EXPECT_FALSE(is_ready());
  write("o\r");
  EXPECT_FALSE(is_ready());
  write("\n\nthr");
  EXPECT_TRUE(is_ready());
  EXPECT_TRUE(reader.next(line) && line == "two");
  EXPECT_TRUE(is_ready());
  EXPECT_TRUE(reader.next(line) && line.empty());
  EXPECT_EQ(reader.offset(), 10U);
  EXPECT_FALSE(is_ready());
  ::close(ends[1]);
  ::close(ends[0]);
  EXPECT_TRUE(is_ready());
  EXPECT_TRUE(reader.next(line) && line == "thr");
  EXPECT_TRUE(is_ready());
  EXPECT_FALSE(reader.next(line));
  EXPECT_EQ(reader.line_number(), 4U);
  EXPECT_EQ(reader.offset(), 13U);
}

TEST(LineReader, ErrorsNameTheFile) {
  const TemporaryDirectory directory;
  expect_error([&] { lines_of(directory.path("missing")); },
               "could not read " + directory.path("missing") + ": No such file");
  expect_error([&] { lines_of(directory.path()); }, "found a directory: " + directory.path());
  expect_error([] { lines_of("/proc/self/mem"); }, "could not read /proc/self/mem: ");
}

TEST(LineReader, DamagedCompressionIsAnError) {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * i) + "\n";
  for (const auto compress : kCompressors) {
    const std::string whole = compress(text);
    for (const std::size_t size : {std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
      const std::string path = directory.write("cut", whole.substr(0, size));
      expect_error([&] { lines_of(path); }, path + " ends in the middle of its");
    }
    std::string damaged = whole;
    for (std::size_t i = 20; i < 60; ++i) damaged[i] = '\x55';
    const std::string path = directory.write("damaged", damaged);
    expect_error([&] { lines_of(path); }, "data in " + path);
  }
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "old");
  {
    AtomicFile file(path);
    file.write("abandoned");
  }
  EXPECT_EQ(directory.read("file"), "old");
  EXPECT_EQ(directory.count(), 1);
  AtomicFile file(path);
  file.write("new ");
  file.write(std::as_bytes(std::span("bytes", 5)));
  EXPECT_EQ(directory.read("file"), "old");
  file.commit();
  EXPECT_EQ(directory.read("file"), "new bytes");
  EXPECT_EQ(directory.count(), 1);
}

TEST(AtomicFile, FollowsALink) {
  const TemporaryDirectory directory;
  directory.write("file", "old");
  std::filesystem::create_symlink("file", directory.path("link"));
  AtomicFile file(directory.path("link"));
  file.write("new");
  file.commit();
  EXPECT_EQ(directory.read("file"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(directory.path("link")));
}

TEST(AtomicFile, FollowsALinkToNothing) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path("far"));
  std::filesystem::create_symlink("far/middle", directory.path("link"));
  std::filesystem::create_symlink("file", directory.path("far/middle"));
  AtomicFile file(directory.path("link"));
  file.write("new");
  file.commit();
  EXPECT_EQ(directory.read("far/file"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(directory.path("link")));
  std::filesystem::create_symlink("circle", directory.path("circle"));
  expect_error([&] { AtomicFile{directory.path("circle")}; }, "links in a circle");
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

TEST(AtomicFile, KeepsTheModeOfWhatItReplaces) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "old");
  for (const mode_t mode : {0600U, 0664U, 0444U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    AtomicFile file(path);
    file.write("new");
    file.commit();
    EXPECT_EQ(mode_of(path), mode);
  }
  const mode_t before = ::umask(027);
  AtomicFile fresh(directory.path("fresh"));
  fresh.commit();
  ::umask(before);
  EXPECT_EQ(mode_of(directory.path("fresh")), 0640U);
}

TEST(AtomicFile, RemovesWhatKilledProcessesLeft) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ChildProcess child([&]() -> int {
    AtomicFile file(path);
    file.write("half");
    return ::raise(SIGKILL);
  });
  EXPECT_EQ(child.wait().signal, SIGKILL);
  EXPECT_EQ(directory.count(), 1);
  const std::string alive = "file.tmp." + std::to_string(::getpid());
  for (const std::string& other :
       {"other.tmp.999999999"s, "file.tmp.999999999x"s, "file.tmp.x"s, "file.tmp."s, alive}) {
    directory.write(other, "not ours");
  }
  directory.write("file.tmp.999999999", "from an older program");
  const std::string locked = directory.write("file.tmp.999999999.1", "of another machine");
  const Descriptor holder(::open(locked.c_str(), O_RDONLY));
  ASSERT_EQ(::flock(holder.get(), LOCK_EX), 0);
  AtomicFile file(path);
  file.commit();
  EXPECT_EQ(directory.count(), 7);
  EXPECT_FALSE(std::filesystem::exists(directory.path("file.tmp.999999999")));
}

TEST(AtomicFile, TwoOfOneNameDoNotMeet) {
  const TemporaryDirectory directory;
  AtomicFile one(directory.path("file")), two(directory.path("file"));
  one.write("one");
  two.write("two");
  one.commit();
  EXPECT_EQ(directory.read("file"), "one");
  two.commit();
  EXPECT_EQ(directory.read("file"), "two");
  EXPECT_EQ(directory.count(), 1);
}

TEST(AtomicFile, NoSpaceLeavesTheOldFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{1000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  expect_error(
      [&] {
        AtomicFile file(path);
        file.write(std::string(5000, 'x'));
        file.commit();
      },
      "could not write " + path);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(directory.read("file"), "old");
  EXPECT_EQ(directory.count(), 1);
}

TEST(AtomicFile, DeviceIsWrittenToAndStaysADevice) {
  AtomicFile null("/dev/null");
  null.write("x");
  null.commit();
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  AtomicFile full("/dev/full");
  expect_error([&] { full.write("x"); }, "could not write /dev/full: No space left on device");
}

TEST(AtomicFile, ImpossiblePaths) {
  const TemporaryDirectory directory;
  expect_error([&] { AtomicFile(directory.path()); }, "found a directory");
  const std::string path = directory.path("no/such/file");
  expect_error([&] { AtomicFile{path}; }, "could not write " + path + ": No such file");
  const std::string long_name = directory.path(std::string(300, 'x'));
  expect_error([&] { AtomicFile{long_name}; }, "File name too long");
  expect_error([&] { AtomicFile{"/proc/no"}; }, "could not write /proc/no");
}

TEST(Files, ReadWholeAndCopied) {
  const TemporaryDirectory directory;
  const std::string bytes = "a\0b\r\n\xff"s;
  const std::string path = directory.write("file", bytes);
  EXPECT_EQ(read_file(path), bytes);
  FileCopy moved(path);
  const FileCopy copy = std::move(moved);
  EXPECT_TRUE(moved.bytes().empty());
  ASSERT_EQ(copy.bytes().size(), 6U);
  EXPECT_EQ(::truncate(path.c_str(), 0), 0);  // would be SIGBUS in a mapped file
  EXPECT_EQ(copy.bytes()[5], std::byte{0xff});
  EXPECT_TRUE(FileCopy(directory.write("empty", "")).bytes().empty());
  for (const std::string& bad : {directory.path(), directory.path("missing")}) {
    expect_error([&] { read_file(bad); }, bad);
    expect_error([&] { FileCopy{bad}; }, bad);
  }
}

TEST(Files, ReadAtNoticesAShorterFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "0123456789");
  const Descriptor file = open_for_reading(path);
  EXPECT_EQ(read_at(file, path, 3, 4), "3456");
  EXPECT_EQ(read_at(file, path, 10, 0), "");
  expect_error([&] { read_at(file, path, 8, 4); }, path);
}

TEST(ScratchFile, LeavesNothingBehind) {
  const TemporaryDirectory directory;
  const char* const before = std::getenv("TMPDIR");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("TMPDIR", directory.path().c_str(), 1);
  ScratchFile scratch;
  scratch.write("hello ");
  scratch.write("world");
  EXPECT_EQ(directory.count(), 0);
  EXPECT_EQ(read_at(scratch.release(), "scratch", 6, 5), "world");
  ::setenv("TMPDIR", directory.path("missing").c_str(), 1);
  expect_error([] { ScratchFile{}; }, "set TMPDIR");
  if (before != nullptr) {
    ::setenv("TMPDIR", saved.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

}  // namespace
}  // namespace heed
