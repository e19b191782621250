#include "tests/examples/collector/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace footfall {

HttpConnection::HttpConnection(uint16_t port) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience = {120, 0};  // a test shall fail, not hang
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  // A body goes out behind its headers without waiting for their receipt.
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) close(fd_);
}

bool HttpConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpConnection::Fill() {
  char bytes[65536];
  const ssize_t size = recv(fd_, bytes, sizeof(bytes), 0);
  if (size <= 0) return false;
  received_.append(bytes, static_cast<size_t>(size));
  return true;
}

HttpReply HttpConnection::Receive(bool with_body) {
  HttpReply reply;
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return {};
  }
  const std::string head = received_.substr(0, end);
  received_.erase(0, end + 4);
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const size_t colon = line.find(": ");
    if (absl::StartsWith(line, "HTTP/1.1 ")) {
      reply.status = std::atoi(std::string(line.substr(9, 3)).c_str());
    } else if (colon != absl::string_view::npos) {
      reply.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
          std::string(line.substr(colon + 2));
    }
  }
  if (!with_body) return reply;
  const auto length = reply.headers.find("content-length");
  const size_t size = length == reply.headers.end()
                          ? 0
                          : std::strtoull(length->second.c_str(), nullptr, 10);
  while (received_.size() < size) {
    if (!Fill()) return {};
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

HttpReply HttpConnection::Ask(absl::string_view method,
                              absl::string_view target,
                              const HttpHeaders& headers,
                              absl::string_view body) {
  std::string head = absl::StrCat(method, " ", target, " HTTP/1.1\r\n");
  const auto given = [&headers](absl::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [name](const std::string& header) {
                         return absl::StartsWithIgnoreCase(header, name);
                       });
  };
  if (!given("Host:")) absl::StrAppend(&head, "Host: 127.0.0.1\r\n");
  if (!body.empty() && !given("Content-Length:")) {
    absl::StrAppend(&head, "Content-Length: ", body.size(), "\r\n");
  }
  for (const std::string& header : headers) {
    absl::StrAppend(&head, header, "\r\n");
  }
  Send(absl::StrCat(head, "\r\n"));
  Send(body);  // where the reply came before all was sent, it is still read
  return Receive(method != "HEAD");
}

HttpReply Get(uint16_t port, absl::string_view target,
              const HttpHeaders& headers) {
  return HttpConnection(port).Ask("GET", target, headers);
}

HttpReply Post(uint16_t port, absl::string_view target,
               absl::string_view content_type, absl::string_view body) {
  return HttpConnection(port).Ask(
      "POST", target, {absl::StrCat("Content-Type: ", content_type)}, body);
}

std::string UrlEncode(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
        c == '_' || c == '.') {
      out.push_back(c);
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace footfall
