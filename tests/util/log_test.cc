#include "util/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "heed/error.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/json.h"
#include "util/process.h"
#include "util/progress.h"

namespace heed {
namespace {

const std::string kTime = "[9999-99-99 99:99:99]";

std::string with_digits_as_nines(std::string text) {
  for (char& c : text) c = c >= '0' && c <= '9' ? '9' : c;
  return text;
}

/// A file, or a terminal of 30 columns, that takes what goes to standard error.
class Screen {
 public:
  explicit Screen(bool is_terminal) {
    if (!is_terminal) {
      stream_ = std::tmpfile();
      return;
    }
    master_ = posix_openpt(O_RDWR | O_NOCTTY);
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) {
      throw std::runtime_error("this test needs a pseudo-terminal: mount devpts on /dev/pts");
    }
    stream_ = std::fopen(ptsname(master_), "r+");
    const winsize size{.ws_row = 5, .ws_col = 30, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
  }
  ~Screen() {
    std::fclose(stream_);
    if (master_ >= 0) close(master_);
  }

  std::FILE* stream() const { return stream_; }

  /// What was written so far, up to a mark that this writes: a terminal gives it bit by bit.
  std::string text() const {
    constexpr char kBell = '\a';
    std::fputc(kBell, stream_);
    std::rewind(stream_);
    std::string text;
    while (!text.ends_with(kBell)) text += next_bytes();
    text.pop_back();
    return text;
  }

 private:
  std::string next_bytes() const {
    pollfd source{.fd = master_ >= 0 ? master_ : fileno(stream_), .events = POLLIN, .revents = 0};
    std::string bytes(4096, '\0');
    const ssize_t size =
        poll(&source, 1, 10'000) == 1 ? read(source.fd, bytes.data(), bytes.size()) : 0;
    if (size <= 0) throw std::runtime_error("the screen lost what was written");
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }

  std::FILE* stream_ = nullptr;
  int master_ = -1;
};

TEST(Log, WritesLinesWithTheTimeAsMarianDoes) {
  const Screen screen(false);
  Log log({}, screen.stream());
  log.debug("not shown");
  log.info("Ep. {} : Up. {}", 1, 1000);
  log.warn("careful");
  EXPECT_EQ(with_digits_as_nines(screen.text()),
            kTime + " Ep. 9 : Up. 9999\n" + kTime + " [warn] careful\n");
}

TEST(Log, LeavesOutWhatWeighsLess) {
  const Screen screen(false);
  Log log({.log_level = LogLevel::kError}, screen.stream());
  log.warn("not shown");
  log.error("shown");
  EXPECT_EQ(screen.text().find("not"), std::string::npos);
  EXPECT_NE(screen.text().find("[error] shown\n"), std::string::npos);
}

TEST(Log, QuietSilencesTheScreenButNotTheFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("log");
  const Screen screen(true);
  Log({.quiet = true, .log = path}, screen.stream()).info("first");
  Log log({.quiet = true, .log = path}, screen.stream());
  log.info("second");
  log.show_status("status");
  EXPECT_EQ(screen.text(), "");
  EXPECT_EQ(with_digits_as_nines(read_file(path)), kTime + " first\n" + kTime + " second\n");
}

TEST(Log, ReportsAreJsonLinesWithTheTime) {
  const TemporaryDirectory directory;
  const Screen screen(false);
  Log log({.log_json = directory.path("log")}, screen.stream());
  log.report({{"update", 5}, {"text", "broken \xff"}});
  log.report({{"update", 6}});
  EXPECT_EQ(screen.text(), "");
  LineReader reader(directory.path("log"));
  std::string line;
  for (int update = 5; update <= 6; ++update) {
    ASSERT_TRUE(reader.next(line));
    const nlohmann::json object = nlohmann::json::parse(line);
    EXPECT_EQ(object.at("update"), update);
    EXPECT_EQ(object.at("time").get<std::string>().size(),
              std::string("2026-01-02T03:04:05+0100").size());
  }
  EXPECT_FALSE(reader.next(line));
}

TEST(Log, FilesThatCannotBeWrittenAreErrors) {
  const TemporaryDirectory directory;
  const std::string path = directory.path();
  expect_error([&] { Log({.log = path}); }, path);
  expect_error([&] { Log({.log_json = path}); }, path);
  Log full({.quiet = true, .log = "/dev/full", .log_json = "/dev/full"});
  expect_error([&] { full.info("x"); }, "cannot write the log /dev/full: No space left on device");
  expect_error([&] { full.report({{"x", 1}}); }, "No space left on device");
}

TEST(Log, HalfALineIsTakenBack) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("log");
  ChildProcess child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};  // a full disk
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    Log log({.quiet = true, .log = path});
    log.info("{}", std::string(50, 'x'));
    expect_error([&] { log.info("{}", std::string(50, 'y')); }, "cannot write the log");
    return testing::Test::HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(child.wait().code, 0);
  const std::string text = read_file(path);
  EXPECT_EQ(text.substr(text.find('x')), std::string(50, 'x') + "\n");
}

TEST(Log, WithoutOptionsIsSilent) {
  Log log;
  log.error("nothing");
  log.report({{"x", 1}});
  log.show_status("nothing");
  EXPECT_FALSE(log.has_terminal());
}

TEST(Log, LinesOfThreadsDoNotMix) {
  const TemporaryDirectory directory;
  Log log({.quiet = true, .log = directory.path("log")});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) log.info("{}", std::string(100, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  LineReader reader(directory.path("log"));
  std::string line;
  int lines = 0;
  for (; reader.next(line); ++lines) ASSERT_EQ(line.size(), 22 + 100U);
  EXPECT_EQ(lines, 400);
}

TEST(Log, MessagesGoAboveTheStatus) {
  const Screen screen(true);
  Log log({}, screen.stream());
  EXPECT_TRUE(log.has_terminal());
  log.show_status("status");
  log.info("message");
  log.show_status("");
  log.show_status("");
  EXPECT_EQ(with_digits_as_nines(screen.text()),
            "\r\x1b[Kstatus\r\x1b[K" + kTime + " message\r\nstatus\r\x1b[K");
}

TEST(Log, StatusMayHaveSeveralLines) {
  const Screen screen(true);
  Log log({}, screen.stream());
  log.show_status("one\ntwo\nthree");
  log.show_status("four\nfive");
  log.show_status("");
  EXPECT_EQ(screen.text(),
            "\r\x1b[Kone\r\ntwo\r\nthree"
            "\r\x1b[2A\x1b[Jfour\r\nfive"
            "\r\x1b[1A\x1b[J");
}

TEST(Log, StatusIsCutToTheTerminal) {
  const Screen screen(true);
  Log log({}, screen.stream());
  std::string bars;
  for (int i = 0; i < 50; ++i) bars += "━";
  log.show_status(bars);
  EXPECT_EQ(screen.text(), "\r\x1b[K" + bars.substr(0, 29 * std::string("━").size()));
}

TEST(Progress, DrawsABarNowAndThen) {
  const Screen screen(true);
  Log log({}, screen.stream());
  {
    Progress progress(log, std::chrono::hours(1));
    EXPECT_TRUE(progress.is_due());
    progress.show(0.25, "now");
    EXPECT_FALSE(progress.is_due());
    progress.show(0.5, "too early");
  }
  EXPECT_EQ(screen.text(), "\r\x1b[K 25% ━━━━━━                  \r\x1b[K");
}

TEST(Progress, ShowsNothingWithoutATerminal) {
  const Screen screen(false);
  Log log({}, screen.stream());
  Progress progress(log);
  EXPECT_FALSE(progress.is_due());
  progress.show(0.5, "text");
  EXPECT_EQ(screen.text(), "");
}

}  // namespace
}  // namespace heed
