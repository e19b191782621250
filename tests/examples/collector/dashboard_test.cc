// The requests of the example dashboard, as Grafana's Infinity data source
// sends them.

#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "tests/examples/collector/collector_process.h"
#include "tests/examples/collector/http_client.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using nlohmann::json;

// Calls `take` with every request that stands anywhere in a dashboard.
void EachRequest(const json& part,
                 const std::function<void(const json&)>& take) {
  if (part.is_object() && part.contains("url_options")) take(part);
  if (!part.is_structured()) return;
  for (const json& inner : part) EachRequest(inner, take);
}

std::string Filled(const std::string& text) {
  return absl::StrReplaceAll(text, {{"${collector}", ""},
                                    {"${app}", "DeepSeek"},
                                    {"${__from}", "1735689600000"},
                                    {"${__to}", "1740787200000"}});
}

TEST_CASE("each request of the dashboard is answered with what it draws") {
  const TemporaryFolder folder;
  CollectorProcess process(
      {"--script", "examples/data/load.footfall", folder.File("db")});
  INFO(process.said());
  REQUIRE(process.port() != 0);
  const json dashboard = json::parse(ReadFile(absl::StrCat(
      FOOTFALL_SOURCE_DIR, "/examples/collector/grafana/dashboard.json")));
  int count = 0;
  EachRequest(dashboard, [&](const json& request) {
    ++count;
    CHECK(request["url_options"]["method"] == "GET");
    std::string target = Filled(request["url"]);
    for (const json& parameter : request["url_options"]["params"]) {
      const std::string key = parameter["key"];
      const std::string value = parameter["value"];
      absl::StrAppend(&target, absl::StrContains(target, '?') ? "&" : "?",
                      UrlEncode(key), "=", UrlEncode(Filled(value)));
    }
    INFO(target);
    const HttpReply reply = Get(process.port(), target);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    REQUIRE(request["root_selector"] == "rows");
    const json rows = json::parse(reply.body)["rows"];
    REQUIRE(!rows.empty());
    for (const json& column : request["columns"]) {
      const std::string selector = column["selector"];
      INFO(selector);
      bool found = false;
      for (const json& row : rows) {
        REQUIRE(row.contains(selector));
        const json& cell = row[selector];
        found = found || !cell.is_null();
        if (column["type"] == "timestamp_epoch") {
          CHECK(cell.is_number_integer());
          CHECK(cell > 1'600'000'000'000);
        } else if (column["type"] == "number") {
          CHECK((cell.is_null() || cell.is_number()));
        }
      }
      CHECK(found);
    }
  });
  CHECK(count == 5);
}

}  // namespace
}  // namespace footfall
