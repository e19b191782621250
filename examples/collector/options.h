// The command line of the collector.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_OPTIONS_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/store.h"

namespace footfall::collector {

extern const absl::string_view kUsage;

struct Options {
  std::string database;  // its folder
  std::string script;    // statements that are run at the start
  std::string listen_host = "127.0.0.1";
  uint16_t listen_port = 8428;  // 0: any that is free
  // Names by which browsers may call the service; `localhost` and addresses
  // always may.
  std::vector<std::string> host_names;
  Durability durability = Durability::kPowerLoss;

  // Limits. What is beyond them is refused and changes nothing.
  uint64_t max_body_bytes = uint64_t{8} << 20;  // of a request
  uint64_t max_batch_rows = 100'000;            // samples of a request
  uint64_t max_answer_rows = 100'000;
  uint64_t question_bytes = uint64_t{128} << 20;  // of memory, each
  absl::Duration question_time = absl::Seconds(10);
  uint64_t traffic_bytes = uint64_t{128} << 20;  // bodies and answers, all
  uint64_t cache_bytes = uint64_t{256} << 20;    // of the database
  uint64_t connections = 256;
  absl::Duration request_time = absl::Seconds(30);  // to send a request
  int threads = 2;                                  // that answer questions
  absl::Duration grace = absl::Seconds(10);         // at a shutdown

  bool help = false;
};

// INVALID_ARGUMENT names the option, what was found and what would be right.
absl::StatusOr<Options> ParseOptions(absl::Span<char* const> words);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_OPTIONS_H_
