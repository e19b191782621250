// Which requests are answered at all: what a browser sends on behalf of another
// site's page is not.
//
// A service that is bound to loopback is still reached by every page that its
// user looks at. Such a page must neither read nor write:
//
//   its name made to point here   the Host header is then a name that is not
//   (DNS rebinding)               ours: addresses and localhost cannot be
//                                 pointed elsewhere
//   a request from its script     carries Origin, or Sec-Fetch-Site, of another
//                                 site
//   a form that posts             cannot send the content types that samples
//                                 have; a script that does must ask first
//                                 (OPTIONS), and gets no permission

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_ADMISSION_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_ADMISSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "examples/collector/http.h"

namespace footfall::collector {

// PERMISSION_DENIED says what was found. `names`: beside localhost and
// addresses.
absl::Status CheckOrigin(const Request& request,
                         absl::Span<const std::string> names);

// For every response: no other site may show it or use it, and the page runs
// what comes from this service alone.
void AddSecurityHeaders(Response* response);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_ADMISSION_H_
