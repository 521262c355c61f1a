#include "model/shortlist_tensors.h"

#include <gtest/gtest.h>

#include <functional>

#include "heed/model_info.h"
#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

class ShortlistTensorsTest : public testing::Test {
 protected:
  ShortlistTensorsTest() {
    model_.contents.shortlist.frequent = {5, 3};
    for (int source = 0; source < size_; ++source) {
      model_.contents.shortlist.ends.push_back(std::min(2 * (source + 1), 6));
    }
    model_.contents.shortlist.targets = {4, 3, 0, size_ - 1, 7, 8};
    model_.contents.shortlist.probabilities = {0.75F, 0.25F, 0.5F, 0.5F, 1, 0};
  }

  Shortlist saved(const Shortlist& shortlist) {
    model_.contents.shortlist = shortlist;
    model_.save(path_);
    return LoadedModel(path_, *model_.backend).contents().shortlist;
  }
  void expect_refused(const std::function<void(Shortlist&)>& damage, const std::string& part) {
    Shortlist damaged = model_.contents.shortlist;
    damage(damaged);
    TinyModel other(tiny_options(), joint_tokenizers());
    other.contents.shortlist = damaged;
    other.save(path_);
    expect_error([&] { LoadedModel(path_, *other.backend); }, part);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path("model");
  TinyModel model_{tiny_options(), joint_tokenizers()};
  int size_ = joint_tokenizers().source.size();
};

TEST_F(ShortlistTensorsTest, ComesBack) {
  Shortlist expected = model_.contents.shortlist;
  for (const bool has_probabilities : {true, false}) {
    if (!has_probabilities) expected.probabilities.clear();
    const Shortlist found = saved(expected);
    EXPECT_EQ(found.frequent, expected.frequent);
    EXPECT_EQ(found.ends, expected.ends);
    EXPECT_EQ(found.targets, expected.targets);
    EXPECT_EQ(found.probabilities, expected.probabilities);
  }
  EXPECT_TRUE(saved({}).empty());
}

TEST_F(ShortlistTensorsTest, IsToldOf) {
  saved(model_.contents.shortlist);
  EXPECT_NE(describe_model(path_).find("shortlist: 2 target tokens for any sentence, 6 for source "
                                       "tokens, 2 at most for one"),
            std::string::npos);
  saved({});
  EXPECT_EQ(describe_model(path_).find("shortlist"), std::string::npos);
}

TEST_F(ShortlistTensorsTest, DamagedOnesAreRefused) {
  expect_refused([](Shortlist& s) { s.ends.pop_back(); }, "source tokens");
  expect_refused([](Shortlist& s) { s.ends[1] = -3; }, "places in the 6 targets");
  expect_refused([](Shortlist& s) { s.ends[0] = 5; }, "places in the 6 targets");
  expect_refused([](Shortlist& s) { s.ends.back() = 7; }, "places in the 6 targets");
  expect_refused([](Shortlist& s) { s.targets[3] = -1; }, "target tokens from 0");
  expect_refused([&](Shortlist& s) { s.targets[3] = size_; }, "target tokens from 0");
  expect_refused([](Shortlist& s) { s.frequent[0] = 1 << 30; }, "target tokens from 0");
  expect_refused([](Shortlist& s) { s.probabilities.pop_back(); }, "a probability for each");
  expect_refused([](Shortlist& s) { s.probabilities[0] = 1.5F; }, "a probability for each");
  expect_refused([](Shortlist& s) { s.probabilities[0] = NAN; }, "a probability for each");
}

TEST_F(ShortlistTensorsTest, PartsAloneAreRefused) {
  const std::vector<int> numbers{1};
  const auto write = [&](const char* name, Dtype dtype) {
    write_container(path_, "model", nlohmann::json::object(),
                    {{name, dtype, {1}, std::as_bytes(std::span(numbers))}});
    return Container(path_, "model");
  };
  expect_error([&] { read_shortlist(write("shortlist.ends", Dtype::kI32), 1, 1); },
               "'shortlist.frequent' of I32");
  expect_error([&] { read_shortlist(write("shortlist.frequent", Dtype::kF32), 1, 1); },
               "'shortlist.frequent' of I32");
  EXPECT_TRUE(read_shortlist(write("other", Dtype::kI32), 1, 1).empty());
}

}  // namespace
}  // namespace heed
