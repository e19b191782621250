// The socket that a service listens on.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_LISTEN_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_LISTEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace footfall::collector {

// A TCP socket bound to the first address of `host` that takes it; the caller
// closes it. INVALID_ARGUMENT where `host` is unknown, UNAVAILABLE where the
// port is taken or not allowed.
absl::StatusOr<int> Listen(const std::string& host, uint16_t port);

// The port that it got.
uint16_t PortOf(int socket);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_LISTEN_H_
