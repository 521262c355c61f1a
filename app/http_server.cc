#include "app/http_server.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <exception>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "app/http_connection.h"
#include "app/http_metrics.h"
#include "app/page.h"
#include "app/translation_api.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kJson = "application/json";

/// When this thread's request began: a request is served by one thread.
thread_local Clock::time_point began;

std::string error_text(const std::string& message) { return json_text({{"error", message}}); }

std::set<std::string> read_keys(const std::string& path) {
  std::set<std::string> keys;
  if (path.empty()) return keys;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) keys.insert(line);
  }
  if (keys.empty()) fail("expected a key a line in {}, found none", path);
  return keys;
}

/// A request's fields as an object: those of JSON, or of a form.
nlohmann::json body_of(const httplib::Request& request, std::size_t most_bytes) {
  if (request.body.size() > most_bytes) {  // in chunks
    throw ApiError(413, fmt::format("expected at most {} bytes", most_bytes));
  }
  if (request.has_header("Content-Encoding")) {
    throw ApiError(415, "expected a request that is not compressed");
  }
  const std::string type = request.get_header_value("Content-Type");
  if (type.starts_with("application/x-www-form-urlencoded") || request.is_multipart_form_data()) {
    nlohmann::json body = nlohmann::json::object();
    for (const auto& [name, value] : request.params) body[name] = value;
    for (const auto& [name, file] : request.files) body[name] = file.content;
    return body;
  }
  try {
    return parse_json(request.body, "the request");
  } catch (const Error& error) {
    throw ApiError(400, error.what());
  }
}

/// The key that a request shows, in itself or its header.
std::string key_of(const httplib::Request& request, const nlohmann::json& body) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string header = request.get_header_value("Authorization");
  if (header.starts_with(kBearer)) return header.substr(kBearer.size());
  if (!body.is_object()) return "";
  const auto field = body.find("api_key");
  return field != body.end() && field->is_string() ? field->get<std::string>() : "";
}

/// Another program at the same port is an error, not a partner.
void use_port_alone(socket_t socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

}  // namespace

class HttpServer::Implementation {
 public:
  explicit Implementation(const ServeOptions& options)
      : options_(options),
        keys_(read_keys(options.api_keys)),
        api_(options.model, options.translate,
             {static_cast<std::size_t>(options.most_waiting),
              static_cast<std::size_t>(options.most_lines)}) {
    set_limits();
    set_handlers();
    add_routes();
    listen();
  }

  int port() const { return port_; }
  void run(const std::function<bool()>& interrupted);

 private:
  using Work = std::function<std::string(const nlohmann::json& body)>;

  void set_limits();
  void set_handlers();
  void add_routes();
  void add(const char* path, const Work& work);
  void answer(httplib::Response& response, const std::function<std::string()>& work);
  void note(const httplib::Request& request, const httplib::Response& response);
  void listen();

  const ServeOptions options_;
  const std::set<std::string> keys_;
  TranslationApi api_;
  HttpMetrics metrics_;
  std::mutex log_mutex_;
  HttpListener server_;
  int port_ = 0;
};

void HttpServer::Implementation::set_limits() {
  server_.new_task_queue = [this] {
    return new httplib::ThreadPool(static_cast<std::size_t>(options_.connections));
  };
  const auto most_bytes = static_cast<std::size_t>(options_.most_bytes);
  server_.set_payload_max_length(most_bytes);
  // What is a little too long is read to its end, so that the refusal arrives.
  server_.set_limits({std::chrono::seconds(options_.timeout), 2 * most_bytes + (1 << 20)});
  server_.set_beginning([] { began = Clock::now(); });
  server_.set_tcp_nodelay(true);
  server_.set_socket_options(use_port_alone);
}

void HttpServer::Implementation::set_handlers() {
  server_.set_error_handler(
      httplib::Server::Handler([](const httplib::Request&, httplib::Response& response) {
        if (!response.body.empty()) return;
        response.set_content(error_text(fmt::format("status {}", response.status)), kJson);
      }));
  server_.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
    note(request, response);
  });
  if (options_.cors.empty()) return;
  server_.set_default_headers({{"Access-Control-Allow-Origin", options_.cors},
                               {"Access-Control-Allow-Headers", "Content-Type, Authorization"}});
  using Response = httplib::Server::HandlerResponse;
  server_.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    if (request.method != "OPTIONS") return Response::Unhandled;
    response.status = 204;
    return Response::Handled;
  });
}

void HttpServer::Implementation::add_routes() {
  add("/translate", [this](const nlohmann::json& body) { return json_text(api_.translate(body)); });
  add("/detect", [this](const nlohmann::json& body) { return json_text(api_.detect(body)); });
  add("/v1/translate", [this](const nlohmann::json& body) { return api_.translate_lines(body); });
  add("/v1/attention",
      [this](const nlohmann::json& body) { return json_text(api_.attention(body)); });
  server_.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; "
                        "script-src 'unsafe-inline'");
    response.set_content(std::string(page()), "text/html; charset=utf-8");
  });
  server_.Get("/languages", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(json_text(api_.languages()), kJson);
  });
  server_.Get("/v1/models", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(json_text(api_.list_models()), kJson);
  });
  server_.Get("/health", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"status":"ok"})", kJson);
  });
  server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(metrics_.text(api_), "text/plain; version=0.0.4");
  });
}

void HttpServer::Implementation::add(const char* path, const Work& work) {
  const auto handle = [this, work](const httplib::Request& request, httplib::Response& response) {
    answer(response, [&] {
      const nlohmann::json body = body_of(request, static_cast<std::size_t>(options_.most_bytes));
      if (!keys_.empty() && !keys_.contains(key_of(request, body))) {
        throw ApiError(403, "expected a known api_key, or the header Authorization: Bearer KEY");
      }
      return work(body);
    });
  };
  server_.Post(path, httplib::Server::Handler(handle));
}

void HttpServer::Implementation::answer(httplib::Response& response,
                                        const std::function<std::string()>& work) {
  std::string text;
  try {
    text = work();
  } catch (const ApiError& error) {
    response.status = error.status();
    text = error_text(error.what());
  } catch (const QueueFull& error) {
    response.status = 503;
    response.set_header("Retry-After", "1");
    text = error_text(error.what());
  } catch (const Error& error) {  // about the text: a line that the model can't take
    response.status = 400;
    text = error_text(error.what());
  } catch (const std::exception& error) {
    response.status = 500;
    text = error_text(error.what());
  }
  response.set_content(text, kJson);
}

/// A line of the log: one JSON object.
void HttpServer::Implementation::note(const httplib::Request& request,
                                      const httplib::Response& response) {
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  metrics_.add(response.status, seconds);
  if (options_.quiet) return;
  const std::string line = json_text({{"method", request.method},
                                      {"path", request.path},
                                      {"client", request.remote_addr},
                                      {"status", response.status},
                                      {"bytes", request.body.size()},
                                      {"seconds", seconds}});
  const std::lock_guard lock(log_mutex_);
  fmt::print(stderr, "{}\n", line);
}

void HttpServer::Implementation::listen() {
  port_ = options_.port;
  const bool is_free = port_ == 0 ? (port_ = server_.bind_to_any_port(options_.host)) > 0
                                  : server_.bind_to_port(options_.host, port_);
  if (!is_free) {
    fail("cannot listen at {}:{}; it is in use, or not this machine's", options_.host,
         options_.port);
  }
}

void HttpServer::Implementation::run(const std::function<bool()>& interrupted) {
  std::atomic<bool> has_ended = false;
  std::thread listener([&] {
    server_.listen_after_bind();
    has_ended = true;
  });
  while (!interrupted() && !has_ended) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  server_.stop();
  listener.join();
  if (!interrupted()) fail("could not go on listening at {}:{}", options_.host, port_);
}

HttpServer::HttpServer(const ServeOptions& options)
    : implementation_(std::make_unique<Implementation>(options)) {}
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return implementation_->port(); }
void HttpServer::run(const std::function<bool()>& interrupted) {
  implementation_->run(interrupted);
}

}  // namespace heed
