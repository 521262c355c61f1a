#include "app/http_connection.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstddef>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace heed {

namespace {

constexpr std::chrono::milliseconds kIdle{5000};  // between two requests
constexpr std::chrono::milliseconds kLook{20};    // for the server's end
constexpr std::size_t kRequests = 1000;           // of a connection

using GetName = int (*)(int, sockaddr*, socklen_t*);

void address_of(socket_t socket, GetName get_name, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (get_name(socket, any, &size) != 0) return;
  if (::getnameinfo(any, size, host, sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  ip = host;
  port = std::atoi(service);
}

/// What httplib would do with a request's head, and shall not.
void restrict(httplib::Request& request) {
  request.ranges.clear();  // answers are whole
  const auto encoding = request.headers.find("Content-Encoding");
  if (encoding != request.headers.end()) encoding->second = "refused";  // a little unpacks to much
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
    request.set_header("Content-Length", "0");  // else it reads until the connection ends
  }
}

}  // namespace

/// What the client still sends must not make the system throw away an answer on its way.
HttpConnection::~HttpConnection() {
  ::shutdown(socket_, SHUT_WR);
  const auto end = Clock::now() + std::min(limits_.time, std::chrono::milliseconds(200));
  std::size_t left = limits_.bytes;
  while (writes_ && left > 0 && is_ready_until(POLLIN, end)) {
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count <= 0) break;
    left -= std::min(left, static_cast<std::size_t>(count));
  }
  ::close(socket_);
}

bool HttpConnection::wait_for_request(std::chrono::milliseconds idle,
                                      const std::function<bool()>& ends) {
  const Clock::time_point end = Clock::now() + idle;
  while (begin_ == end_ && !is_ready(POLLIN, kLook)) {
    if (ends() || Clock::now() > end) return false;
  }
  bytes_ = 0;
  writes_ = false;
  read_end_ = Clock::now() + limits_.time;
  return true;
}

bool HttpConnection::is_ready(short event, std::chrono::milliseconds time) const {
  pollfd descriptor{socket_, event, 0};
  int ready = 0;
  do {
    ready = ::poll(&descriptor, 1, static_cast<int>(time.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool HttpConnection::is_ready_until(short event, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return left.count() > 0 && is_ready(event, left);
}

bool HttpConnection::fill() {
  begin_ = end_ = 0;
  if (bytes_ >= limits_.bytes || !is_ready_until(POLLIN, read_end_)) {
    has_failed_ = true;
    return false;
  }
  const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
  has_failed_ = count <= 0;
  end_ = has_failed_ ? 0 : static_cast<std::size_t>(count);
  return !has_failed_;
}

ssize_t HttpConnection::read(char* bytes, std::size_t size) {
  if (begin_ == end_ && !fill()) return -1;
  const std::size_t count = std::min(size, end_ - begin_);
  std::memcpy(bytes, buffer_.data() + begin_, count);
  begin_ += count;
  bytes_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t HttpConnection::write(const char* bytes, std::size_t size) {
  if (!writes_) write_end_ = Clock::now() + limits_.time;
  writes_ = true;
  if (!is_ready_until(POLLOUT, write_end_)) {
    has_failed_ = true;
    return -1;
  }
  const ssize_t count = ::send(socket_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0) has_failed_ = true;
  return count;
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  address_of(socket_, ::getpeername, ip, port);
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  address_of(socket_, ::getsockname, ip, port);
}

bool HttpListener::process_and_close_socket(socket_t socket) {
  HttpConnection connection(socket, limits_);
  const auto has_stopped = [this] { return svr_sock_ == INVALID_SOCKET; };
  for (std::size_t left = kRequests; left > 0; --left) {
    if (!connection.wait_for_request(left == kRequests ? limits_.time : kIdle, has_stopped)) break;
    note_beginning_();
    bool is_closed = false;
    const bool goes_on =
        process_request(connection, left == 1 || has_stopped(), is_closed, restrict);
    if (!goes_on || is_closed || connection.has_failed()) break;
  }
  return true;
}

}  // namespace heed
