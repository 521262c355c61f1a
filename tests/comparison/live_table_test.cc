#include "comparison/live_table.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "support/temporary_directory.h"

namespace heed {
namespace {

class LiveTableTest : public testing::Test {
 protected:
  void add_run(const std::string& name, RunState state) {
    plan_.runs.push_back({{name, name, {}}, {}});
    statuses_.push_back({state});
  }
  /// A report of a training that has done this share in 30 seconds.
  void write_log(const std::string& name, double share) {
    std::filesystem::create_directories(directory_.path("out/runs/" + name));
    directory_.write("out/runs/" + name + "/log.jsonl",
                     fmt::format(R"({{"type":"train","update":1234,"epoch":2,"share":{},)"
                                 R"("seconds":30,"cost":2.5,"words_per_second":4321}})"
                                 "\n",
                                 share));
  }
  std::string line_of(const std::string& name) const {
    const std::string table = draw_table(plan_, folder_, statuses_);
    const std::size_t begin = table.find("\n" + name);
    if (begin == std::string::npos) return "";
    return table.substr(begin + 1, table.find('\n', begin + 1) - begin - 1);
  }

  TemporaryDirectory directory_;
  ComparisonFolder folder_{directory_.path("out")};
  ComparisonPlan plan_;
  std::vector<RunStatus> statuses_;
};

TEST_F(LiveTableTest, TellsHowFarARunIsAndHowLongItTakes) {
  add_run("a", RunState::kRunning);
  write_log("a", 0.25);
  const std::string line = line_of("a");
  for (const char* part : {"training", " 1,234 ", " 25% ", " 4,321 ", " 2.500 "}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << "\n" << line;
  }
  EXPECT_TRUE(line.ends_with("  1m 30s")) << line;
}

TEST_F(LiveTableTest, ATrainedRunIsMeasured) {
  add_run("a", RunState::kRunning);
  write_log("a", 1);
  EXPECT_NE(line_of("a").find("measuring"), std::string::npos) << line_of("a");
}

TEST_F(LiveTableTest, AWaitingRunHasNoNumbersOfAnEarlierProgram) {
  add_run("a", RunState::kWaiting);
  write_log("a", 0.25);
  EXPECT_EQ(line_of("a").find("1,234"), std::string::npos) << line_of("a");
}

TEST_F(LiveTableTest, OfManyRunsThoseAtWorkHaveALine) {
  for (int i = 0; i < 21; ++i) {
    add_run(fmt::format("run{}", i), i == 7 ? RunState::kRunning : RunState::kDone);
  }
  EXPECT_NE(line_of("run7"), "");
  EXPECT_EQ(line_of("run8"), "");
  const std::string table = draw_table(plan_, folder_, statuses_);
  EXPECT_TRUE(table.ends_with("\n21 runs: 20 done, 0 failed, 1 running, 0 waiting")) << table;
}

TEST_F(LiveTableTest, ColumnsStandBelowEachOther) {
  add_run("a", RunState::kRunning);
  add_run(std::string(60, 'b'), RunState::kFailed);
  write_log("a", 0.25);
  const std::string table = draw_table(plan_, folder_, statuses_);
  EXPECT_EQ(line_of("a").find("training"), table.find("state"));
  EXPECT_EQ(line_of("b").find("failed"), table.find("state") + 2);  // "…" has three bytes
}

}  // namespace
}  // namespace heed
