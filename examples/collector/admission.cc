#include "examples/collector/admission.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace footfall::collector {
namespace {

// "127.0.0.1:8428" without the port; "[::1]:8428" without the brackets, too.
std::string HostOf(absl::string_view authority) {
  if (absl::ConsumePrefix(&authority, "[")) {
    return std::string(authority.substr(0, authority.find(']')));
  }
  return std::string(authority.substr(0, authority.find(':')));
}

bool IsAddress(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

absl::Status CheckOrigin(const Request& request,
                         absl::Span<const std::string> names) {
  const absl::string_view authority = request.Header("Host");
  const std::string host = HostOf(authority);
  const bool known =
      IsAddress(host) || absl::EqualsIgnoreCase(host, "localhost") ||
      std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return absl::EqualsIgnoreCase(name, host);
      });
  if (!known) {
    return absl::PermissionDeniedError(
        absl::StrCat("Host: found \"", authority,
                     "\"; localhost, an address, or a name "
                     "that was given by --host would be right"));
  }
  const absl::string_view origin = request.Header("Origin");
  if (!origin.empty() && origin != absl::StrCat("http://", authority) &&
      origin != absl::StrCat("https://", authority)) {
    return absl::PermissionDeniedError(
        absl::StrCat("a page of ", origin, " may not use this service"));
  }
  const absl::string_view site = request.Header("Sec-Fetch-Site");
  const bool follows_link = request.Header("Sec-Fetch-Mode") == "navigate" &&
                            !absl::StartsWith(request.path, "/v1/");
  if ((site == "cross-site" || site == "same-site") && !follows_link) {
    return absl::PermissionDeniedError(
        "a page of another site may not use this service");
  }
  return absl::OkStatus();
}

void AddSecurityHeaders(Response* response) {
  response->headers.insert(
      response->headers.end(),
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"},
       {"X-Content-Type-Options", "nosniff"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Cross-Origin-Opener-Policy", "same-origin"},
       {"Referrer-Policy", "no-referrer"},
       {"Cache-Control", "no-store"}});
}

}  // namespace footfall::collector
