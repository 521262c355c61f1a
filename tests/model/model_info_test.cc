#include "heed/model_info.h"

#include <gtest/gtest.h>

#include "model/tiny_models.h"
#include "support/temporary_directory.h"
#include "util/strings.h"

namespace heed {
namespace {

TEST(ModelInfo, CountsLearntNumbersAndNoPadding) {
  const TemporaryDirectory directory;
  const TinyModel tiny(tiny_options(), joint_tokenizers());
  ASSERT_LT(tiny.parameters.count(), tiny.parameters.size());
  tiny.save(directory.path("m"));
  const auto count = static_cast<std::int64_t>(tiny.parameters.count());
  EXPECT_EQ(nlohmann::json::parse(describe_model_json(directory.path("m")))["parameters"], count);
  const std::string line = "parameters: " + with_thousands(count) + " in ";
  EXPECT_NE(describe_model(directory.path("m")).find(line), std::string::npos);
}

}  // namespace
}  // namespace heed
