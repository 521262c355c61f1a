#pragma once

#include <httplib.h>
#include <poll.h>
#include <cstddef>
#include <utility>

#include <array>
#include <chrono>
#include <functional>
#include <string>

namespace heed {

/// How much of a client's is taken.
struct ConnectionLimits {
  std::chrono::milliseconds time{10'000};  ///< To send a request, or to take an answer: in all.
  std::size_t bytes = 2 << 20;             ///< Of a request with its head.
};

/// A client's connection, of which requests are read one after the other. What httplib has of its
/// own waits anew for each byte, takes any number of headers, and forgets what follows a request.
class HttpConnection : public httplib::Stream {
 public:
  /// Closes the socket at its end.
  HttpConnection(socket_t socket, const ConnectionLimits& limits)
      : socket_(socket), limits_(limits) {}
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Waits for a request to begin; its limits begin with it. False if none comes within `idle`, or
  /// when `ends` says so.
  bool wait_for_request(std::chrono::milliseconds idle, const std::function<bool()>& ends);

  /// Whether a limit was met, or the client is gone.
  bool has_failed() const { return has_failed_; }

  bool is_readable() const override { return begin_ < end_ || is_ready(POLLIN, {}); }
  bool is_writable() const override { return is_ready(POLLOUT, limits_.time); }
  ssize_t read(char* bytes, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool is_ready(short event, std::chrono::milliseconds time) const;
  bool is_ready_until(short event, Clock::time_point end);
  bool fill();

  const socket_t socket_;
  const ConnectionLimits limits_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0, end_ = 0;  ///< Of what is in the buffer.
  std::size_t bytes_ = 0;            ///< Of the request that were read.
  Clock::time_point read_end_{}, write_end_{};
  bool writes_ = false;
  bool has_failed_ = false;
};

/// httplib's server on such connections.
class HttpListener : public httplib::Server {
 public:
  void set_limits(const ConnectionLimits& limits) { limits_ = limits; }
  /// Called where a request begins, by the thread that answers it.
  void set_beginning(std::function<void()> note) { note_beginning_ = std::move(note); }

 private:
  bool process_and_close_socket(socket_t socket) override;

  ConnectionLimits limits_;
  std::function<void()> note_beginning_ = [] {};
};

}  // namespace heed
