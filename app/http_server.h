#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "heed/translate_options.h"

namespace heed {

/// Everything that can be said about `heed serve`.
struct ServeOptions {
  std::vector<std::string> model{};
  std::string host = "127.0.0.1";
  int port = 5000;
  int connections = 64;
  int most_waiting = 10'000;
  int most_lines = 1000;
  int most_bytes = 1 << 20;
  int timeout = 10;
  std::string api_keys{};
  std::string cors{};
  TranslateOptions translate{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model",
            "Model files named after their languages (de-en.safetensors), or the names of such "
            "that "
            "heed info lists",
            'm'}
          .file(),
      self.model);
    v(Field{"host", "Address to listen at; 0.0.0.0: all, for others than this machine"}, self.host);
    v(Field{"port", "Port to listen at; 0: any that is free, which is told"}.within(0, 65535),
      self.port);
    v(Field{"connections", "Clients that are answered at the same time; others wait"}.within(
          1, 4096, "clients"),
      self.connections);
    v(Field{"most-waiting",
            "Lines that wait for translation, of all requests; more are refused (503)"}
          .within(1, 10'000'000, "lines"),
      self.most_waiting);
    v(Field{"most-lines", "Lines of a request; more are refused (413)"}.within(1, 1'000'000,
                                                                               "lines"),
      self.most_lines);
    v(Field{"most-bytes", "Bytes of a request; more are refused (413)"}.within(1, 1 << 30, "bytes"),
      self.most_bytes);
    v(Field{"timeout", "Time that a client may take to send its request, or to read the answer"}
          .within(1, 3600, "seconds"),
      self.timeout);
    v(Field{"api-keys",
            "File with a key a line: only requests with one of them are answered (api_key in the "
            "request, or the header Authorization: Bearer KEY)"}
          .file(),
      self.api_keys);
    v(Field{"cors", "Origin whose pages may ask from a browser; *: any"}, self.cors);
    SearchOptions::visit_fields(self.translate.search, v);
    LineOptions::visit_fields(self.translate, v);
    PrecisionOptions::visit_fields(self.translate, v);
    BatchOptions::visit_fields(self.translate, v);
    v(Field{"quiet", "Write no log of requests"}, self.quiet);
  }
};

/// HTTP around a TranslationApi.
class HttpServer {
 public:
  /// Loads the models and listens. Throws Error for a model, a file of keys or an address that
  /// can't be used.
  explicit HttpServer(const ServeOptions& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

  /// Answers until `interrupted` is true, and then what was taken. Throws Error if it can't go on.
  void run(const std::function<bool()>& interrupted);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace heed
