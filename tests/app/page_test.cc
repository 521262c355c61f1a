#include "app/serve.h"

namespace heed {
namespace {

/// The page in Chromium, without a screen.
class PageTest : public ServeTest {};

TEST_F(PageTest, TranslatesWhatALinkBrings) {
  start();
  const std::string translation = expected({"zwei"})[0];
  const Shell::Result result =
      shell_.run("'" HEED_CHROMIUM
                 "' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
                 "--disable-background-networking --disable-component-update --disable-sync "
                 "--user-data-dir=browser --virtual-time-budget=3000 --dump-dom "
                 "'http://127.0.0.1:" +
                 std::to_string(port_) + "/?q=zwei'");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::size_t at = result.out.find("id=\"output\"");
  ASSERT_NE(at, std::string::npos) << result.err;
  const std::string output = result.out.substr(at, result.out.find("id=\"choices\"") - at);
  for (const std::string_view word : split_words(translation)) {
    EXPECT_NE(output.find(">" + std::string(word) + "</button>"), std::string::npos) << output;
  }
  EXPECT_NE(result.out.find("<td title="), std::string::npos);  // the attention's picture
  EXPECT_NE(result.out.find("German → English"), std::string::npos);
}

}  // namespace
}  // namespace heed
