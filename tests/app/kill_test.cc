#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "model/container.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"
#include "util/process.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// How often to kill: HEED_KILLS, or few, for a short test.
int wanted_kills() {
  const char* const wanted = std::getenv("HEED_KILLS");
  return wanted == nullptr ? 8 : std::atoi(wanted);
}

/// `heed train` that is killed at random moments and goes on.
class KillTest : public testing::Test {
 protected:
  KillTest() {
    std::string source, target;
    for (int i = 0; i < 200; ++i) {
      source += german_number(i * 37 % 1000) + "\n";
      target += english_number(i * 37 % 1000) + "\n";
    }
    directory_.write("a.de", source);
    directory_.write("a.en", target);
  }

  /// Writes the model; saves and validates often, so that many kills fall into a save.
  ChildProcess start(const std::string& model) const {
    return ChildProcess([&]() -> int {
      if (::chdir(directory_.path().c_str()) != 0) return 98;
      return ::execl(HEED_PROGRAM, "heed", "train", "-m", model.c_str(), "-t", "a.de", "a.en",
                     "--valid-sets", "a.de", "a.en", "--vocab-size", "120", "--byte-fallback",
                     "false", "--dim-emb", "16", "--dim-rnn", "16", "--mini-batch-words", "300",
                     "--valid-beam-size", "1", "--after", "120", "--valid-freq", "25",
                     "--save-freq", "3", "--keep-checkpoints", "2", "--threads", "2", "--quiet",
                     nullptr);
    });
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  /// Whatever stands under its name is whole.
  void expect_whole_files() const {
    for (const std::string& name : files()) {
      if (!name.starts_with("m") || name.find(".tmp.") != std::string::npos) continue;
      if (name == "m.lock") continue;
      const bool is_state = name == "m.state";
      EXPECT_NO_THROW(Container(directory_.path(name), is_state ? "training" : "model")) << name;
    }
  }
  /// The training has ended as one that nobody killed.
  void expect_the_end() const {
    const std::set<std::string> expected{"a.de",        "a.en",       "m",     "m.state",
                                         "m.up100",     "m.up120",    "whole", "whole.state",
                                         "whole.up100", "whole.up120"};
    EXPECT_EQ(files(), expected);
    for (const char* end : {"", ".up100", ".up120"}) {
      EXPECT_TRUE(directory_.read("whole" + std::string(end)) ==
                  directory_.read("m" + std::string(end)))
          << end;
    }
  }

  TemporaryDirectory directory_;
};

TEST_F(KillTest, EndsWithTheSameBytesHoweverOftenItIsKilled) {
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(start("whole").wait().code, 0);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - begin;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> moment(0, 0.5 * whole.count());
  const int wanted = wanted_kills();
  int kills = 0, trainings = 0;
  while (!HasFailure() && (kills < wanted || trainings == 0)) {
    ChildProcess child = start("m");
    if (kills < wanted) {
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
      child.signal(SIGKILL);
    }
    const ProcessEnd end = child.wait();
    ASSERT_TRUE(end.signal == SIGKILL || end.code == 0) << end.code;
    kills += end.signal == SIGKILL ? 1 : 0;
    expect_whole_files();
    if (end.signal == SIGKILL) continue;
    expect_the_end();
    ++trainings;
    if (kills >= wanted) break;
    for (const std::string& name : files()) {
      if (name.starts_with("m")) fs::remove(directory_.path(name));
    }
  }
  std::printf("%d kills in %d trainings of %.2f s\n", kills, trainings, whole.count());
}

}  // namespace
}  // namespace heed
