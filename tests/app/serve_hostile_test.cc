#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zlib.h>

#include <chrono>
#include <thread>

#include "app/serve.h"
#include "util/descriptor.h"
#include "util/random.h"

namespace heed {
namespace {

/// A connection to the server.
Descriptor connect_to(int port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return socket;
}

/// Whether the other side takes them still.
bool send_bytes(const Descriptor& socket, const std::string& bytes) {
  return ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

/// All that comes until the other side ends.
std::string receive_all(const Descriptor& socket) {
  std::string text(1 << 16, '\0');
  std::size_t size = 0;
  for (ssize_t count = 1; count > 0 && size < text.size();
       size += static_cast<std::size_t>(std::max<ssize_t>(count, 0))) {
    count = ::recv(socket.get(), text.data() + size, text.size() - size, 0);
  }
  text.resize(size);
  return text;
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
    const Descriptor socket = connect_to(port_);
    send_bytes(socket, spoilt_request(random));
    ::shutdown(socket.get(), SHUT_WR);
    if (random.below(2) == 0) receive_all(socket);
    if (i % 20 != 0) continue;
    EXPECT_EQ(translate({{"q", "siebzehn"}})["translatedText"], translation) << i;
  }
  EXPECT_EQ(client().Get("/health")->status, 200);
}

TEST_F(ServeTest, PipelinedRequestsAreAnsweredInTurn) {
  start();
  const Descriptor socket = connect_to(port_);
  const std::string get = "GET /health HTTP/1.1\r\nHost: x\r\n";
  send_bytes(socket, get + "\r\n" + get + "\r\nPOST /translate HTTP/1.1\r\nHost: x\r\n\r\n" + get +
                         "Connection: close\r\n\r\n");
  const std::string answers = receive_all(socket);
  std::vector<std::string> statuses;
  for (std::size_t at = 0; (at = answers.find("HTTP/1.1 ", at)) != std::string::npos; ++at) {
    statuses.push_back(answers.substr(at + 9, 3));
  }
  EXPECT_EQ(statuses, (std::vector<std::string>{"200", "200", "400", "200"})) << answers;
}

TEST_F(ServeTest, WhoIsSlowIsCutOff) {
  start("--timeout 1 --connections 1");
  const auto begin = std::chrono::steady_clock::now();
  const Descriptor socket = connect_to(port_);
  for (bool is_open = send_bytes(socket, "POST /translate HTTP/1.1\r\nX: "); is_open;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    is_open = send_bytes(socket, "x");
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(20)) break;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(client().Get("/health")->status, 200);  // the only connection is free again
}

TEST_F(ServeTest, EndlessRequestsAreCutOff) {
  start("--most-bytes 1000");
  for (const std::string& more :
       {std::string(1000, 'x') + ": y\r\n", "3e8\r\n" + std::string(1000, '{') + "\r\n"}) {
    const Descriptor socket = connect_to(port_);
    send_bytes(socket, "POST /translate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n");
    if (more.front() != 'x') send_bytes(socket, "\r\n");
    std::size_t sent = 0;
    while (sent < 20'000 && send_bytes(socket, more)) ++sent;
    EXPECT_LT(sent, 20'000U) << more.substr(0, 10);
  }
  EXPECT_EQ(client().Get("/health")->status, 200);
}

TEST_F(ServeTest, LittleThatUnpacksToMuchIsRefused) {
  start();
  const std::string zeros(1 << 20, '0');
  std::string packed(compressBound(zeros.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(zeros.data()), zeros.size());
  packed.resize(size);
  const auto answer =
      client().Post("/translate", {{"Content-Encoding", "deflate"}}, packed, "application/json");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 415);
}

}  // namespace
}  // namespace heed
