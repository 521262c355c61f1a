#include "app/serve.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "support/number_words.h"
#include "util/random.h"

namespace heed {
namespace {

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
  const std::string page = translate({{"q", "<p title='x'>zwei\n<b>drei</b></p>\n<pre>a  b</pre>"},
                                      {"format", "html"}})["translatedText"];
  EXPECT_TRUE(page.starts_with("<p title='x'>") && page.ends_with("</p>\n<pre>a  b</pre>")) << page;
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

TEST_F(ServeTest, TellsWhatHeadsLookAt) {
  start();
  const json request = {{"text", "zwei drei"}, {"translation", "one two seven"}};
  const json attention = ask("/v1/attention", request);
  EXPECT_EQ(attention["target_units"], json({"one", "two", "seven", "</s>"}));
  ASSERT_FALSE(attention["heads"].empty());
  for (const json& row : attention["heads"][0]["weights"]) {
    double sum = 0;
    for (const double x : row) sum += x;
    EXPECT_EQ(row.size(), attention["source_units"].size());
    EXPECT_NEAR(sum, 1, 1e-2);
  }
  EXPECT_EQ(status_of(R"({"text": "zwei"})", "/v1/attention"), 400);
}

TEST_F(ServeTest, SeveralModelsAreToldApart) {
  ModelOptions other = tiny_options(ModelType::kTransformer);
  save_lively_model(shell_.directory().path("en-de.safetensors"), other);
  save_lively_model(shell_.directory().path("de-en.other.safetensors"), other);
  start("", "de-en.safetensors en-de.safetensors de-en.other.safetensors");
  const std::string first = expected({"zwei drei"})[0],
                    second = expected({"zwei drei"}, "en-de.safetensors")[0];
  ASSERT_NE(first, second);
  const auto translation = [&](const json& more) {
    json request = {{"q", "zwei drei"}};
    request.update(more);
    return translate(request)["translatedText"];
  };
  EXPECT_EQ(translation({{"source", "de"}, {"target", "en"}}), first);
  EXPECT_EQ(translation({{"source", "de"}}), first);
  EXPECT_EQ(translation({{"source", "en"}, {"target", "de"}}), second);
  EXPECT_EQ(translation({{"model", "de-en.other"}}), second);
  EXPECT_EQ(status_of(R"({"q": "a", "source": "de", "target": "de"})"), 400);
  EXPECT_EQ(status_of(R"({"q": "a", "model": "../de-en"})"), 400);
  EXPECT_EQ(ask("/v1/translate", {{"lines", {"zwei"}}, {"model", "de-en.other"}})["model"],
            "de-en.other");
}

TEST_F(ServeTest, DetectsTheLanguage) {
  start("", HEED_MODELS "/multi30k-de-en/de-en.safetensors " HEED_MODELS
                        "/multi30k-en-de/en-de.safetensors");
  const json german = ask("/detect", {{"q", "Eine Frau läuft durch den Schnee."}});
  EXPECT_EQ(german[0]["language"], "de") << german;
  EXPECT_GT(german[0]["confidence"], 50);
  EXPECT_EQ(german[0]["confidence"].get<int>() + german[1]["confidence"].get<int>(), 100);
  EXPECT_EQ(ask("/detect", {{"q", "A woman runs through the snow."}})[0]["language"], "en");
  EXPECT_EQ(ask("/detect", {{"q", " "}})[0]["confidence"], 0);
  const json translated =
      translate({{"q", "Ein Hund schläft."}, {"source", "auto"}, {"target", "en"}});
  EXPECT_EQ(translated["translatedText"], "A dog is sleeping.");
  EXPECT_EQ(translated["detectedLanguage"]["language"], "de");
  const json there = translate({{"q", {"A dog is sleeping."}}, {"target", "en"}});
  EXPECT_EQ(there["translatedText"], json({"A dog is sleeping."}));  // in English already
  EXPECT_EQ(there["detectedLanguage"][0]["language"], "en");
}

TEST_F(ServeTest, TellsItsLanguagesHealthAndMetrics) {
  start();
  httplib::Client connection = client();
  connection.set_keep_alive(true);  // counts a request before it reads the next
  const auto get = [&](const char* path) {
    const auto answer = connection.Get(path);
    return answer ? answer->body : std::string();
  };
  EXPECT_EQ(json::parse(get("/languages")),
            json::parse(R"([{"code": "de", "name": "German", "targets": ["en"]},
                            {"code": "en", "name": "English", "targets": []}])"));
  EXPECT_EQ(json::parse(get("/v1/models")),
            json::parse(R"([{"name": "de-en", "source": "de", "target": "en"}])"));
  EXPECT_EQ(json::parse(get("/health"))["status"], "ok");
  EXPECT_NE(get("/").find("<title>Heed</title>"), std::string::npos);
  connection.Post("/translate", R"({"q": ["zwei", "drei"]})", "application/json");
  const std::string metrics = get("/metrics");
  EXPECT_NE(metrics.find("\nheed_lines_total 2\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("heed_requests_total{status=\"200\"} 5\n"), std::string::npos) << metrics;
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
  std::atomic<int> status = 0;
  std::thread asker([&] { status = status_of(text); });
  const auto is_waiting = [&] {
    const auto metrics = client().Get("/metrics");
    return metrics && metrics->body.find("heed_lines_waiting 0\n") == std::string::npos;
  };
  for (int i = 0; i < 1000 && status == 0 && !is_waiting(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
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
