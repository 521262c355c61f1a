#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "app/shell.h"
#include "translation/lively_model.h"

namespace heed {

/// `heed translate` with a small model, `m`.
class TranslateCommandTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = std::make_unique<Shell>();
    save_lively_model(shell_->directory().path("m"), ModelType::kTransformer);
  }
  static void TearDownTestSuite() { shell_.reset(); }

  static Shell::Result run(const std::string& script) { return shell_->run(script); }
  static const TemporaryDirectory& directory() { return shell_->directory(); }
  /// Translates these bytes, with further flags.
  static Shell::Result translate(const std::string& input, const std::string& flags = "") {
    directory().write("in", input);
    return run("heed translate -m m " + flags + " < in");
  }
  static std::ptrdiff_t lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  }

  static inline std::unique_ptr<Shell> shell_;
};

}  // namespace heed
