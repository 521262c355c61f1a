#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "app/shell.h"
#include "support/number_words.h"
#include "translation/lively_model.h"
#include "util/descriptor.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

/// `heed serve` at a free port, as clients meet it.
class ServeTest : public testing::Test {
 protected:
  using json = nlohmann::json;

  void SetUp() override {
    save_lively_model(shell_.directory().path("de-en.safetensors"), ModelType::kRnn);
  }
  void TearDown() override { stop(); }

  void start(const std::string& flags = "") {
    const Shell::Result result = shell_.run(
        "'" HEED_PROGRAM "' serve -m de-en.safetensors --port 0 " + flags +
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
             " $(cat pid); for i in {1..400}; do kill -0 $(cat pid) 2> /dev/null || exit 0; sleep "
             "0.05; done; exit 1")
        .code;
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_keep_alive(true);
    client.set_read_timeout(30);
    return client;
  }

  json translate(const json& request) const {
    const auto answer = client().Post("/translate", request.dump(), "application/json");
    return answer ? json::parse(answer->body) : json();
  }

  int status_of(const std::string& body, const char* path = "/translate") const {
    const auto answer = client().Post(path, body, "application/json");
    return answer ? answer->status : 0;
  }

  std::vector<std::string> expected(const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    shell_.directory().write("lines", text);
    const std::string output =
        shell_.run("heed translate -m de-en.safetensors --quiet -i lines").out;
    std::vector<std::string> result;
    for (const std::string_view line : split_fields(output, '\n')) result.emplace_back(line);
    result.pop_back();
    return result;
  }

  Shell shell_;
  int port_ = 0;
  bool is_running_ = false;
};

TEST_F(ServeTest, AnswersAsTheProgramTranslates) {
  start();
  const std::vector<std::string> lines = {"zwei", "", "siebzehn acht", "drei"};
  const std::vector<std::string> translations = expected(lines);
  EXPECT_EQ(translate({{"q", lines}, {"source", "de"}, {"target", "en"}})["translatedText"],
            translations);
  EXPECT_EQ(translate({{"q", "zwei\n\nsiebzehn acht"}, {"target", "en"}})["translatedText"],
            translations[0] + "\n\n" + translations[2]);
  const json more =
      translate({{"q", "zwei"}, {"source", "auto"}, {"target", "en"}, {"alternatives", 2}});
  EXPECT_EQ(more["alternatives"].size(), 2U);
  EXPECT_EQ(more["detectedLanguage"]["language"], "de");
  const std::string marked =
      translate({{"q", "<b>zwei</b> &amp; <i>drei</i>"}, {"format", "html"}})["translatedText"];
  EXPECT_NE(marked.find("<b>"), std::string::npos) << marked;
  EXPECT_NE(marked.find("</i>"), std::string::npos) << marked;
  const auto form = client().Post(
      "/translate", httplib::Params{{"q", "zwei"}, {"source", "de"}, {"target", "en"}});
  EXPECT_EQ(json::parse(form->body)["translatedText"], translations[0]);
}

TEST_F(ServeTest, TellsScoresAndAttentionByLine) {
  start();
  const auto answer = client().Post(
      "/v1/translate", R"({"lines": ["zwei", {"text": "drei", "prefix": "eight", "id": 7}]})",
      "application/json");
  const json lines = json::parse(answer->body)["lines"];
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].contains("attention")) << lines[0];
  EXPECT_EQ(lines[1]["id"], 7);
  EXPECT_TRUE(lines[1]["text"].get<std::string>().starts_with("eight")) << lines[1];
}

TEST_F(ServeTest, TellsItsLanguagesHealthAndMetrics) {
  start();
  EXPECT_EQ(json::parse(client().Get("/languages")->body),
            json::parse(R"([{"code": "de", "name": "de", "targets": ["en"]}])"));
  EXPECT_EQ(client().Get("/health")->status, 200);
  EXPECT_NE(client().Get("/")->body.find("<title>Heed</title>"), std::string::npos);
  translate({{"q", {"zwei", "drei"}}});
  const std::string metrics = client().Get("/metrics")->body;
  EXPECT_NE(metrics.find("\nheed_lines_total 2\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("heed_requests_total{status=\"200\"} 4\n"), std::string::npos) << metrics;
}

TEST_F(ServeTest, RefusesWhatIsWrongAndGoesOn) {
  start("--most-lines 3 --most-bytes 1000");
  for (const char* body :
       {"", "{", "[]", "7", "{}", R"({"q": 7})", R"({"q": [7]})", R"({"q": {}})",
        R"({"q": "a", "q": "b"})", "{\"q\": \"\xff\"}", R"({"q": "a", "source": 1})",
        R"({"q": "a", "source": "fr"})", R"({"q": "a", "target": "de"})",
        R"({"q": "a", "format": "pdf"})", R"({"q": "a", "alternatives": -1})"}) {
    EXPECT_EQ(status_of(body), 400) << body;
  }
  for (const char* body : {R"({"lines": "a"})", R"({"lines": [7]})", R"({"lines": [{}]})",
                           R"({"lines": [{"text": 7}]})",
                           R"({"lines": ["zwei", {"text": "drei", "target_tag": "xx"}]})"}) {
    EXPECT_EQ(status_of(body, "/v1/translate"), 400) << body;
  }
  EXPECT_EQ(status_of(R"({"q": "a\nb\nc\nd"})"), 413);
  EXPECT_EQ(status_of(json{{"q", std::string(2000, 'x')}}.dump()), 413);
  EXPECT_EQ(status_of(std::string(900, '[')), 400);
  EXPECT_EQ(status_of(R"({"lines": ["zwei"]})", "/v1/translate"), 200);
  EXPECT_EQ(status_of("{}", "/nowhere"), 404);
  EXPECT_EQ(client().Get("/translate")->status, 404);
  EXPECT_EQ(status_of(R"({"q": "zwei"})"), 200);
}

TEST_F(ServeTest, ClientsDoNotDependOnEachOther) {
  start("--threads 2");
  std::vector<std::string> lines;
  Random random(3);
  for (int i = 0; i < 40; ++i) lines.push_back(german_number(static_cast<int>(random.below(1000))));
  const std::vector<std::string> translations = expected(lines);
  std::vector<std::thread> clients;
  std::vector<int> wrong(8);
  for (std::size_t c = 0; c < wrong.size(); ++c) {
    clients.emplace_back([&, c] {
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t at = (i * (c + 1) + c) % lines.size();
        wrong[c] += translate({{"q", lines[at]}})["translatedText"] != json(translations[at]);
      }
    });
  }
  for (std::thread& thread : clients) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(wrong.size()));
}

/// Sends bytes that may be no request, and goes away, with or without an answer.
void send_bytes(int port, const std::string& bytes, bool waits) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  static_cast<void>(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
  ::shutdown(socket.get(), SHUT_WR);
  char answer[256];
  if (waits) static_cast<void>(::recv(socket.get(), answer, sizeof answer, 0) > 0);
}

/// A request with bytes changed, left out, put in, or cut off.
std::string spoilt_request(Random& random) {
  const std::string body =
      R"({"q": ["zwei", "drei"], "source": "de", "target": "en", "alternatives": 2})";
  std::string request = fmt::format(
      "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
  for (std::uint64_t i = random.below(6); i > 0 && !request.empty(); --i) {
    const std::size_t at = random.below(request.size());
    const char byte = static_cast<char>(random.below(256));
    switch (random.below(4)) {
      case 0:
        request[at] = byte;
        break;
      case 1:
        request.erase(at, random.below(20));
        break;
      case 2:
        request.insert(at, random.below(30), byte);
        break;
      default:
        request.resize(at);
        break;
    }
  }
  return request;
}

TEST_F(ServeTest, HostileBytesHurtNobody) {
  start("--timeout 1");
  const std::string translation = expected({"siebzehn"})[0];
  Random random(5);
  for (int i = 0; i < 400; ++i) {
    send_bytes(port_, spoilt_request(random), random.below(2) == 0);
    if (i % 20 != 0) continue;
    EXPECT_EQ(translate({{"q", "siebzehn"}})["translatedText"], translation) << i;
  }
  EXPECT_EQ(client().Get("/health")->status, 200);
}

TEST_F(ServeTest, KeysAreAskedFor) {
  shell_.directory().write("keys", "secret\nother\n");
  start("--api-keys keys");
  EXPECT_EQ(status_of(R"({"q": "a"})"), 403);
  EXPECT_EQ(status_of(R"({"q": "a", "api_key": "secre"})"), 403);
  EXPECT_EQ(status_of(R"({"q": "a", "api_key": "other"})"), 200);
  httplib::Client with_header = client();
  with_header.set_bearer_token_auth("secret");
  EXPECT_EQ(with_header.Post("/translate", R"({"q": "a"})", "application/json")->status, 200);
}

TEST_F(ServeTest, ASignalEndsItWhenAllIsAnswered) {
  start("--threads 1");
  const std::string text = json{{"q", std::vector<std::string>(300, "siebzehn acht drei")}}.dump();
  int status = 0;
  std::thread asker([&] { status = status_of(text); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(stop(), 0);
  asker.join();
  EXPECT_EQ(status, 200);
}

TEST_F(ServeTest, SaysWhatItCannotServe) {
  const auto error = [&](const std::string& arguments) {
    return shell_.run("heed serve --port 0 " + arguments).err;
  };
  EXPECT_EQ(error(""), "heed: expected models: --model FILE ...\n");
  shell_.run("cp de-en.safetensors x.safetensors");
  EXPECT_NE(error("-m x.safetensors").find("named after its languages"), std::string::npos);
  EXPECT_NE(error("-m de-en.safetensors --api-keys none").find("expected a key"),
            std::string::npos);
  start();
  EXPECT_NE(shell_.run("heed serve -m de-en.safetensors --port " + std::to_string(port_))
                .err.find("cannot listen"),
            std::string::npos);
}

}  // namespace
}  // namespace heed
