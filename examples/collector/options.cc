#include "examples/collector/options.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace footfall::collector {

const absl::string_view kUsage =
    R"(Takes samples and questions over HTTP, and keeps them in a database.

  footfall_collector [OPTION...] DIR

  --listen HOST:PORT      where to listen (127.0.0.1:8428); port 0: any
  --host NAME             a name by which browsers may call the service, beside
                          localhost and addresses; may be given several times
  --script FILE           statements that are run at the start: DEFINE METRIC
  --durability power|process
                          what an acknowledged write survives (power)

Limits, with what they are unless given:

  --max-body MIB          of a request (8)
  --max-samples N         samples of a request (100000)
  --max-rows N            rows of an answer (100000)
  --question-memory MIB   of one question (128)
  --question-seconds N    of one question (10)
  --traffic-memory MIB    requests and answers together (128)
  --cache-memory MIB      of the database (256)
  --connections N         at once (256)
  --request-seconds N     for a client to send a request (30)
  --threads N             that answer questions (2)
  --grace-seconds N       for requests to end after SIGTERM (10)

  --help
)";

namespace {

absl::Status Misfit(absl::string_view option, absl::string_view found,
                    absl::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": found \"", found, "\"; expected ", right));
}

using Take = std::function<absl::Status(absl::string_view option,
                                        absl::string_view value)>;

// A whole number from 1 to `most`, times `unit`, for `place`.
template <typename Number>
Take Count(Number* place, uint64_t most, uint64_t unit = 1) {
  return [place, most, unit](absl::string_view option,
                             absl::string_view value) -> absl::Status {
    uint64_t count = 0;
    if (!absl::SimpleAtoi(value, &count) || count < 1 || count > most) {
      return Misfit(option, value,
                    absl::StrCat("a whole number from 1 to ", most));
    }
    *place = static_cast<Number>(count * unit);
    return absl::OkStatus();
  };
}
Take Seconds(absl::Duration* place) {
  return [place](absl::string_view option, absl::string_view value) {
    int64_t seconds = 0;
    const absl::Status status = Count(&seconds, 86'400)(option, value);
    if (status.ok()) *place = absl::Seconds(seconds);
    return status;
  };
}
Take Mebibytes(uint64_t* place) {
  return Count(place, 1 << 20, uint64_t{1} << 20);
}
Take Text(std::string* place) {
  return [place](absl::string_view, absl::string_view value) {
    *place = std::string(value);
    return absl::OkStatus();
  };
}

// "127.0.0.1:8428", "[::1]:8428", ":8428"
Take Address(Options* options) {
  return [options](absl::string_view option,
                   absl::string_view value) -> absl::Status {
    const size_t colon = value.rfind(':');
    uint32_t port = 0;
    if (colon == absl::string_view::npos ||
        !absl::SimpleAtoi(value.substr(colon + 1), &port) || port > 65'535) {
      return Misfit(option, value, "HOST:PORT, as in 127.0.0.1:8428");
    }
    absl::string_view host = value.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    if (host.empty()) {
      return Misfit(option, value,
                    "a host before the port; 0.0.0.0 is every address");
    }
    options->listen_host = std::string(host);
    options->listen_port = static_cast<uint16_t>(port);
    return absl::OkStatus();
  };
}

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::Span<char* const> words) {
  Options options;
  const absl::flat_hash_map<absl::string_view, Take> takes = {
      {"--listen", Address(&options)},
      {"--host",
       [&options](absl::string_view, absl::string_view value) {
         options.host_names.emplace_back(value);
         return absl::OkStatus();
       }},
      {"--script", Text(&options.script)},
      {"--durability",
       [&options](absl::string_view option, absl::string_view value) {
         if (value != "power" && value != "process") {
           return Misfit(option, value, "power or process");
         }
         options.durability = value == "power" ? Durability::kPowerLoss
                                               : Durability::kProcessCrash;
         return absl::OkStatus();
       }},
      {"--max-body", Mebibytes(&options.max_body_bytes)},
      {"--max-samples", Count(&options.max_batch_rows, 50'000'000)},
      {"--max-rows", Count(&options.max_answer_rows, 1'000'000'000)},
      {"--question-memory", Mebibytes(&options.question_bytes)},
      {"--question-seconds", Seconds(&options.question_time)},
      {"--traffic-memory", Mebibytes(&options.traffic_bytes)},
      {"--cache-memory", Mebibytes(&options.cache_bytes)},
      {"--connections", Count(&options.connections, 100'000)},
      {"--request-seconds", Seconds(&options.request_time)},
      {"--threads", Count(&options.threads, 256)},
      {"--grace-seconds", Seconds(&options.grace)},
  };
  for (size_t i = 0; i < words.size(); ++i) {
    const absl::string_view word = words[i];
    if (word == "--help") {
      options.help = true;
      return options;
    }
    if (word.empty() || word.front() != '-') {
      if (!options.database.empty()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "expected one DIR, found ", options.database, " and ", word));
      }
      options.database = std::string(word);
      continue;
    }
    const auto take = takes.find(word);
    if (take == takes.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no option ", word, "; --help lists them"));
    }
    if (++i == words.size()) {
      return absl::InvalidArgumentError(absl::StrCat(word, ": needs a value"));
    }
    if (const absl::Status status = take->second(word, words[i]);
        !status.ok()) {
      return status;
    }
  }
  if (options.database.empty()) {
    return absl::InvalidArgumentError("DIR, the database, is required");
  }
  return options;
}

}  // namespace footfall::collector
