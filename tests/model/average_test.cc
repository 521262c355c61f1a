#include "model/average.h"

#include <gtest/gtest.h>

#include "model/tiny_models.h"
#include "support/backends.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

class AverageTest : public testing::Test {
 protected:
  /// Saves a model under a name and returns its path.
  std::string save(const std::string& name, const TinyModel& model) {
    model.save(directory_.path(name));
    return directory_.path(name);
  }

  TemporaryDirectory directory_;
  std::string output_ = directory_.path("mean");
  const Tokenizers& tokenizers_ = joint_tokenizers();
  TinyModel first_{tiny_options(), tokenizers_, 1};
  std::unique_ptr<Backend> backend_ = make_test_backend("reference");
};

TEST_F(AverageTest, IsTheMean) {
  const TinyModel second(tiny_options(), tokenizers_, 2), third(tiny_options(), tokenizers_, 3);
  const std::vector<std::string> paths{save("1", first_), save("2", second), save("3", third)};
  average_models(paths, output_, *backend_);
  const LoadedModel mean(output_, *backend_);
  for (std::size_t i = 0; i < first_.parameters.all().size(); ++i) {
    const auto a = numbers(first_.parameters, first_.parameters.all()[i]);
    const auto b = numbers(second.parameters, second.parameters.all()[i]);
    const auto c = numbers(third.parameters, third.parameters.all()[i]);
    const auto found = numbers(mean.parameters(), mean.parameters().all()[i]);
    for (std::size_t j = 0; j < a.size(); ++j) {
      ASSERT_NEAR(found[j], (double{a[j]} + b[j] + c[j]) / 3, 1e-6);
    }
  }
  const nlohmann::json& summary = mean.contents().training;
  ASSERT_EQ(summary["averaged"].size(), 3U);
  EXPECT_EQ(summary["averaged"][2]["file"], paths[2]);
  EXPECT_EQ(summary["averaged"][0]["training"], first_.contents.training);
}

TEST_F(AverageTest, OfEqualModelsIsTheModel) {
  const std::string path = save("1", first_);
  average_models({path, path, path, path, path, path, path}, output_, *backend_);
  const LoadedModel mean(output_, *backend_);
  for (std::size_t i = 0; i < first_.parameters.all().size(); ++i) {
    EXPECT_EQ(numbers(mean.parameters(), mean.parameters().all()[i]),
              numbers(first_.parameters, first_.parameters.all()[i]));
  }
}

TEST_F(AverageTest, OutputMayBeAnInput) {
  const std::string path = save("1", first_);
  average_models({path, path}, path, *backend_);
  EXPECT_EQ(loss_of(LoadedModel(path, *backend_).model(), tokenizers_),
            loss_of(*first_.model, tokenizers_));
}

TEST_F(AverageTest, DifferentModelsAreRefused) {
  const std::string path = save("1", first_);
  const auto expect_refused = [&](const TinyModel& other, const std::string& part) {
    const std::string second = save("2", other);
    expect_error([&] { average_models({path, second}, output_, *backend_); }, part);
    expect_error([&] { average_models({path, second}, output_, *backend_); }, second);
  };
  ModelOptions wider = tiny_options();
  wider.dim_rnn = 14;
  expect_refused(TinyModel(wider, tokenizers_), "found dim-rnn 10 in " + path + " and 14 in ");
  const Tokenizer other = number_tokenizer(true, true, 60);
  expect_refused(TinyModel(tiny_options(), {other, other}), "found other source pieces in ");
  expect_error([&] { average_models({}, output_, *backend_); }, "found none");
  EXPECT_FALSE(std::filesystem::exists(output_));
}

}  // namespace
}  // namespace heed
