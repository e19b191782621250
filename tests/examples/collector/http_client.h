// A client that says exactly what a test wants said, over a socket of its own.

#ifndef FOOTFALL_TESTS_EXAMPLES_COLLECTOR_HTTP_CLIENT_H_
#define FOOTFALL_TESTS_EXAMPLES_COLLECTOR_HTTP_CLIENT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footfall {

struct HttpReply {
  int status = 0;  // 0: the connection ended before there was one
  std::map<std::string, std::string> headers;  // names in small letters
  std::string body;
};

using HttpHeaders = std::vector<std::string>;  // "Name: value"

// A connection that may carry one request after another.
class HttpConnection {
 public:
  explicit HttpConnection(uint16_t port);  // of 127.0.0.1
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  bool connected() const { return fd_ >= 0; }
  // False where the other side is gone.
  bool Send(absl::string_view bytes);
  HttpReply Receive(bool with_body = true);

  // With Host and, where there is a body, Content-Length; a header that is
  // given takes the place of these.
  HttpReply Ask(absl::string_view method, absl::string_view target,
                const HttpHeaders& headers = {}, absl::string_view body = "");

 private:
  bool Fill();
  int fd_ = -1;
  std::string received_;
};

// One request on a connection of its own.
HttpReply Get(uint16_t port, absl::string_view target,
              const HttpHeaders& headers = {});
HttpReply Post(uint16_t port, absl::string_view target,
               absl::string_view content_type, absl::string_view body);

// For the query of a URL.
std::string UrlEncode(absl::string_view text);

}  // namespace footfall

#endif  // FOOTFALL_TESTS_EXAMPLES_COLLECTOR_HTTP_CLIENT_H_
