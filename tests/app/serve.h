#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <vector>

#include "app/shell.h"
#include "translation/lively_model.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

/// `heed serve` at a free port, as clients meet it.
class ServeTest : public testing::Test {
 protected:
  using json = nlohmann::json;

  void SetUp() override {
    save_lively_model(shell_.directory().path("de-en.safetensors"), ModelType::kRnn);
  }
  void TearDown() override { stop(); }

  void start(const std::string& flags = "", const std::string& models = "de-en.safetensors") {
    const Shell::Result result = shell_.run(
        "'" HEED_PROGRAM "' serve -m " + models + " --port 0 " + flags +
        " > /dev/null 2> log < /dev/null & echo $! > pid\n"
        "for i in {1..200}; do grep -q listening log && break; sleep 0.05; done; cat log");
    const std::size_t colon = result.out.rfind(':');
    ASSERT_NE(colon, std::string::npos) << result.out;
    port_ = std::stoi(result.out.substr(colon + 1));
    is_running_ = true;
  }

  /// The server's exit code.
  int stop(const std::string& signal = "TERM") {
    if (!is_running_) return 0;
    is_running_ = false;
    return shell_
        .run("kill -" + signal +
             " $(cat pid); for i in {1..2000}; do test -e /proc/$(cat pid)/exe || exit 0; sleep "
             "0.05; done; exit 1")
        .code;
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_keep_alive(true);
    client.set_read_timeout(30);
    return client;
  }

  json ask(const char* path, const json& request) const {
    const auto answer = client().Post(path, request.dump(), "application/json");
    return answer ? json::parse(answer->body) : json();
  }
  json translate(const json& request) const { return ask("/translate", request); }

  int status_of(const std::string& body, const char* path = "/translate") const {
    const auto answer = client().Post(path, body, "application/json");
    return answer ? answer->status : 0;
  }

  std::vector<std::string> expected(const std::vector<std::string>& lines,
                                    const std::string& model = "de-en.safetensors") const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    shell_.directory().write("lines", text);
    const std::string output = shell_.run("heed translate -m " + model + " --quiet -i lines").out;
    std::vector<std::string> result;
    for (const std::string_view line : split_fields(output, '\n')) result.emplace_back(line);
    result.pop_back();
    return result;
  }

  Shell shell_;
  int port_ = 0;
  bool is_running_ = false;
};

}  // namespace heed
