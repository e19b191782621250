// Every route of the collector, as a client sees it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/examples/collector/collector_process.h"
#include "tests/examples/collector/http_client.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using nlohmann::json;

constexpr char kLines[] = "application/x-ndjson";

// A collector on an empty database with the metrics of CollectorScript().
class Collector {
 public:
  explicit Collector(std::vector<std::string> options = {}) {
    WriteFile(folder_.File("metrics.footfall"), CollectorScript());
    options.insert(options.end(),
                   {"--script", folder_.File("metrics.footfall"),
                    "--durability", "process", folder_.File("db")});
    process_ = std::make_unique<CollectorProcess>(options);
    INFO(process_->said());
    REQUIRE(process_->port() != 0);
  }
  uint16_t port() const { return process_->port(); }

  HttpReply PostLines(const std::string& body) const {
    return Post(port(), "/v1/samples", kLines, body);
  }
  HttpReply Ask(const std::string& question,
                const std::string& more = "") const {
    return Get(port(), absl::StrCat("/v1/query?q=", UrlEncode(question), more));
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<CollectorProcess> process_;
};

json Error(const HttpReply& reply) {
  INFO(reply.body);
  const json body = json::parse(reply.body, nullptr, false);
  REQUIRE(body.contains("error"));
  return body["error"];
}

TEST_CASE("samples come as JSON lines and as CSV and are answered") {
  const Collector collector;
  const HttpReply lines = collector.PostLines(
      R"({"metric":"dau","time":1738972800000,"app":"A","platform":"app","region":"cn","value":30})"
      "\r\n\n"
      R"({"metric":"dau","time":"2025-02-08","app":"A","platform":"web","region":null,"value":20})"
      "\n"
      R"({"metric":"price","time":"2025-02-08","app":"A","value":1.5})");
  INFO(lines.body);
  REQUIRE(lines.status == 200);
  CHECK(lines.headers.at("content-type") == "application/json");
  CHECK(json::parse(lines.body)["rows"] == 3);
  CHECK(json::parse(lines.body)["samples"] == 3);

  const HttpReply csv = Post(
      collector.port(), "/v1/samples?metric=dau", "text/csv; charset=utf-8",
      "time,app,platform,value\n"
      "2025-02-09,\"A\",app,31\r\n"
      "1739059200000,A,app,32\n"  // the same day: the later row wins
      "\n"
      "2025-02-09,\"B, \"\"two\nlines\"\"\",web,7");
  INFO(csv.body);
  // A member holds no line end.
  CHECK(csv.status == 400);
  CHECK(Error(csv)["line"] == 5);
  CHECK(Error(csv)["column"] == "app");

  const HttpReply again =
      Post(collector.port(), "/v1/samples?metric=dau", "text/csv",
           "time,app,platform,value\n2025-02-09,\"A\",app,31\r\n"
           "1739059200000,A,app,32\n\n2025-02-09,\"B, \"\"two\"\"\",web,7");
  INFO(again.body);
  REQUIRE(again.status == 200);
  CHECK(json::parse(again.body)["rows"] == 3);
  CHECK(json::parse(again.body)["samples"] == 2);
  CHECK(json::parse(again.body)["replaced"] == 1);

  const HttpReply answer = collector.Ask(
      "SELECT dau WHERE app = $app DURING 2025-02-08 EVERY day", "&app=A");
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const json body = json::parse(answer.body);
  // Some of the 20 of the web are among the 30 of the app.
  CHECK(body["rows"] ==
        json::parse(R"([{"time": 1738972800000, "dau": 50, "dau_kind": "upper",
            "dau_present": 1, "dau_expected": 1, "partial": false,
            "time_text": "2025-02-08", "time_end": 1739059200000,
            "dau_low": 30, "dau_high": 50}])"));
  CHECK(body["columns"][1] ==
        json::parse(R"({"name": "dau", "role": "value", "type": "integer",
            "unit": "users", "kind": "dau_kind", "low": "dau_low",
            "high": "dau_high", "present": "dau_present",
            "expected": "dau_expected"})"));
  CHECK(collector
            .Ask("SELECT dau WHERE app = 'B, \"two\"' DURING 2025-02-09",
                 "&format=csv")
            .body ==
        "time,dau,dau_kind,dau_present,dau_expected,partial\n"
        "2025-02-09,7,exact,1,1,false\n");
}

TEST_CASE("times below a day are instants, in and out") {
  const Collector collector;
  REQUIRE(
      collector
          .PostLines(
              R"({"metric":"clicks","time":1738972859999,"app":"A","value":1}
{"metric":"clicks","time":"2025-02-08T08:01+08:00","app":"A","value":2})")
          .status == 200);
  const json rows =
      json::parse(collector
                      .Ask("SELECT clicks DURING $from..$to",
                           "&from:ms=1738972800000&to:ms=1738972919999")
                      .body)["rows"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["time"] == 1738972800000);
  CHECK(rows[0]["clicks"] == 1);
  CHECK(rows[1]["time"] == 1738972860000);
  CHECK(rows[1]["time_end"] == 1738972920000);
  CHECK(rows[1]["clicks"] == 2);
}

TEST_CASE("one bad row refuses the request, which changes nothing") {
  const Collector collector;
  struct Case {
    std::string row;
    std::string column;
    std::string message;  // part of it
  };
  const std::string good =
      R"({"metric":"dau","time":"2025-02-08","app":"A","value":1})";
  for (const Case& one : std::vector<Case>{
           {"{", "", "no JSON at byte"},
           {"[1]", "", "an array"},
           {"5", "", "a value without a name"},
           {R"({"a":1e999})", "", "no JSON at byte"},
           {R"({"metric":"dau","app":{"a":1}})", "app", "an object"},
           {R"({"metric":"dau","time":1,"time":2})", "time", "twice"},
           {R"({"metric":"dau","value":true})", "value", "true"},
           {R"({"time":1,"value":2})", "metric", "found nothing"},
           {R"({"metric":"dou","time":1,"value":2})", "metric",
            "found \"dou\"; one of clicks, dau, price would be right"},
           {R"({"metric":"dau","time":1})", "value", "missing is not zero"},
           {R"({"metric":"dau","value":1})", "time", "found nothing"},
           {R"({"metric":"dau","time":"soon","value":1})", "time",
            "found \"soon\""},
           {R"({"metric":"dau","time":"2025-02","value":1})", "time",
            "one day would be right"},
           {R"({"metric":"dau","time":99999999999999999,"value":1})", "time",
            "years 1 to 9999"},
           {R"({"metric":"dau","time":1,"value":1.5})", "value",
            "whole number"},
           {R"({"metric":"dau","time":1,"value":"1"})", "value", "found \"1\""},
           {R"({"metric":"dau","time":1,"value":-1})", "value", "0 or more"},
           {R"({"metric":"dau","time":1,"value":18446744073709551615})",
            "value", "63 bits"},
           {R"({"metric":"dau","time":1,"value":1,"plattform":"web"})",
            "plattform", "app, platform, region"},
           {R"({"metric":"dau","time":1,"value":1,"app":5})", "app", "a text"},
           {"{\"metric\":\"dau\",\"time\":1,\"value\":1,\"app\":\"a\\u0001\"}",
            "app", "control"},
       }) {
    INFO(one.row);
    const HttpReply reply =
        collector.PostLines(absl::StrCat(good, "\n", one.row, "\n", good));
    CHECK(reply.status == 400);
    const json error = Error(reply);
    CHECK(error["line"] == 2);
    CHECK(error.value("column", "") == one.column);
    CHECK_THAT(error["message"].get<std::string>(),
               ContainsSubstring("line 2") && ContainsSubstring(one.message) &&
                   ContainsSubstring("would be right"));
  }
  for (const auto& [body, message] :
       std::vector<std::pair<std::string, std::string>>{
           {"", "a header such as time,app,value"},
           {"time,value,time\n", "the column twice"},
           {"time,value\n1,2,3\n", "line 2: found 3 fields; 2"},
           {"time,value\n\"1,2\n", "line 2: found a quote that is not closed"},
           {"time,value\n\"1\"x,2\n", "text beside a quoted field"},
           {"time,value\n2025-02-08,\n", "column value: found nothing"},
           {"time,value\n2025-02-08,1e400\n", "found \"1e400\""},
           {"time,value\n2025-02-08,nan\n", "found \"nan\""},
       }) {
    INFO(body);
    const HttpReply reply =
        Post(collector.port(), "/v1/samples?metric=price", "text/csv", body);
    CHECK(reply.status == 400);
    CHECK_THAT(Error(reply)["message"].get<std::string>(),
               ContainsSubstring(message));
  }
  CHECK(json::parse(collector.Ask("SHOW SERIES dau").body)["rows"].empty());
}

TEST_CASE("a question that is refused says so with code and caret") {
  const Collector collector;
  const HttpReply reply = collector.Ask("SELECT dua");
  CHECK(reply.status == 400);
  const json error = Error(reply);
  CHECK(error["code"] == "NOT_FOUND");
  CHECK(error["refusal"] == "UnknownMetric");
  CHECK_THAT(error["text"].get<std::string>(),
             ContainsSubstring("SELECT dua\n         ^^^"));
  for (const char* target :
       {"/v1/query", "/v1/query?q=", "/v1/query?q=SHOW+METRICS&q=SHOW+METRICS",
        "/v1/query?q=SHOW+METRICS&format=xml", "/v1/query?q=SHOW+METRICS&Na=1",
        "/v1/query?q=SHOW+METRICS&n:number=x",
        "/v1/query?q=SHOW+METRICS&d:date=x",
        "/v1/query?q=SHOW+METRICS&d:ms=99999999999999999",
        "/v1/query?q=SHOW+METRICS&d:blob=1",
        "/v1/query?q=SHOW+METRICS&a=1&a:number=1", "/v1/query?q=%FF"}) {
    INFO(target);
    CHECK(Get(collector.port(), target).status == 400);
  }
}

TEST_CASE("a parameter that the question lacks is refused") {
  const Collector collector;
  const auto ask = [&](const char* question, const char* parameters) {
    INFO(question);
    const HttpReply reply = collector.Ask(question, parameters);
    CHECK(reply.status == 400);
    CHECK_THAT(Error(reply)["message"].get<std::string>(),
               ContainsSubstring("the question has no $app,"));
  };
  ask("SHOW METRICS", "&app=A");
  ask("SELECT dau WHERE app = $apps", "&apps=B&app=A");
}

TEST_CASE("the reading door writes nothing, whatever a parameter holds") {
  const Collector collector;
  REQUIRE(collector
              .PostLines(
                  R"({"metric":"dau","time":"2025-02-08","app":"A","value":1})")
              .status == 200);
  for (const char* statement :
       {"DROP METRIC dau", "DELETE FROM dau DURING 2025-02-08", "COMPACT",
        "INSERT INTO dau (TIME, VALUE) VALUES (2025-02-08, 5)",
        "ALTER METRIC dau SET UNIT 'x'",
        "IMPORT '/etc/passwd' INTO dau (TIME a, VALUE b)",
        "EXPORT (SELECT dau) TO '/tmp/footfall_collector_test.csv'",
        "SHOW METRICS; DROP METRIC dau"}) {
    INFO(statement);
    CHECK(collector.Ask(statement).status == 400);
  }
  for (const char* text : {"A'; DROP METRIC dau; --", "A' OR app = 'B", "$b",
                           "A\n\";", "' BY app"}) {
    INFO(text);
    const HttpReply reply =
        collector.Ask("SELECT dau WHERE app = $app", "&app=" + UrlEncode(text));
    CHECK(reply.status == 400);
    CHECK(Error(reply)["refusal"] != "");
  }
  // A zero byte ends no text.
  CHECK(collector.Ask("SELECT dau WHERE app = $app", "&app=A%00B").status ==
        400);
  CHECK(json::parse(collector.Ask("SELECT dau").body)["rows"][0]["dau"] == 1);
}

TEST_CASE("health and metrics") {
  const Collector collector;
  const HttpReply health = Get(collector.port(), "/healthz");
  CHECK(health.status == 200);
  CHECK(json::parse(health.body)["takes_writes"] == true);
  const HttpReply metrics = Get(collector.port(), "/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.headers.at("content-type") ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK_THAT(metrics.body, ContainsSubstring("footfall_takes_writes 1"));
  CHECK(absl::EndsWith(metrics.body, "# EOF\n"));
  const HttpReply head =
      HttpConnection(collector.port()).Ask("HEAD", "/healthz");
  CHECK(head.status == 200);
  CHECK(Get(collector.port(), "/nowhere").status == 404);
  const HttpReply wrong =
      HttpConnection(collector.port()).Ask("DELETE", "/v1/samples");
  CHECK(wrong.status == 405);
  CHECK(wrong.headers.at("allow") == "POST");
  CHECK(HttpConnection(collector.port()).Ask("POST", "/v1/query").status ==
        405);
}

TEST_CASE("what is beyond a limit is refused") {
  const Collector collector({"--max-body", "1", "--max-samples", "10",
                             "--max-rows", "5", "--traffic-memory", "1"});
  const std::string row =
      R"({"metric":"dau","time":"2025-02-08","app":"A","value":1})"
      "\n";
  SECTION("a body that says how large it is") {
    CHECK(collector.PostLines(std::string(size_t{5} << 20, ' ')).status == 413);
    // Who asks before sending is told at once.
    HttpConnection connection(collector.port());
    connection.Send(
        "POST /v1/samples HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: text/csv\r\nContent-Length: 99999999999\r\n"
        "Expect: 100-continue\r\n\r\n");
    CHECK(connection.Receive().status == 413);
  }
  SECTION("a body that does not") {
    HttpConnection connection(collector.port());
    connection.Send(
        "POST /v1/samples HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk(size_t{1} << 16, ' ');
    for (int i = 0; i < 20; ++i) {
      connection.Send(absl::StrCat("10000\r\n", chunk, "\r\n"));
    }
    connection.Send("0\r\n\r\n");
    CHECK(connection.Receive().status == 413);
  }
  SECTION("samples") {
    std::string rows;
    for (int i = 0; i < 11; ++i) rows += row;
    const HttpReply reply = collector.PostLines(rows);
    CHECK(reply.status == 413);
    CHECK_THAT(Error(reply)["message"].get<std::string>(),
               ContainsSubstring("line 11") && ContainsSubstring("10 samples"));
  }
  SECTION("memory of what is under way") {
    // A body whose last byte is awaited holds nearly all of it. It is the one
    // that is refused where another comes before it is there: then once more.
    const std::string part((size_t{1} << 20) - 1000, ' ');
    const std::string other(2000, ' ');
    std::unique_ptr<HttpConnection> holder;
    HttpReply reply;
    for (int turn = 0; reply.status != 503; ++turn) {
      if (turn % 100 == 0) {
        holder = std::make_unique<HttpConnection>(collector.port());
        holder->Send(absl::StrCat(
            "POST /v1/samples HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/x-ndjson\r\nContent-Length: ",
            part.size() + 1, "\r\n\r\n", part));
      }
      reply = collector.PostLines(other);
      REQUIRE((reply.status == 200 || reply.status == 503));
    }
    CHECK(reply.headers.at("retry-after") == "1");
    holder->Send("\n");
    CHECK(holder->Receive().status == 200);
    CHECK(collector.PostLines(row).status == 200);
  }
  SECTION("rows of an answer") {
    for (int day = 10; day < 20; ++day) {
      REQUIRE(collector
                  .PostLines(absl::StrCat(R"({"metric":"dau","time":"2025-02-)",
                                          day, R"(","app":"A","value":1})"))
                  .status == 200);
    }
    const HttpReply reply = collector.Ask("SELECT dau");
    CHECK(reply.status == 503);
    CHECK(Error(reply)["code"] == "RESOURCE_EXHAUSTED");
    CHECK(collector.Ask("SELECT dau LIMIT 5").status == 200);
  }
}

TEST_CASE("a page of another site neither reads nor writes") {
  const Collector collector({"--host", "metrics.example"});
  const auto get = [&](const HttpHeaders& headers,
                       const std::string& path = "/v1/query?q=SHOW+METRICS") {
    return Get(collector.port(), path, headers).status;
  };
  // Its name made to point here.
  CHECK(get({"Host: evil.example"}) == 403);
  CHECK(get({"Host: 127.0.0.1.evil.example"}) == 403);
  CHECK(get({"Host: localhost.evil.example:8428"}) == 403);
  CHECK(get({"Host:"}) == 403);
  CHECK(get({"Host: evil.example"}, "/") == 403);
  CHECK(get({"Host: localhost:8428"}) == 200);
  CHECK(get({"Host: [::1]:8428"}) == 200);
  CHECK(get({"Host: 192.168.1.5"}) == 200);
  CHECK(get({"Host: Metrics.Example:80"}) == 200);
  // Its script, its picture, its frame.
  CHECK(get({"Host: localhost", "Origin: http://evil.example"}) == 403);
  CHECK(get({"Host: localhost", "Origin: null"}) == 403);
  CHECK(get({"Host: localhost:1", "Origin: http://localhost:2"}) == 403);
  CHECK(get({"Host: localhost:1", "Origin: http://localhost:1"}) == 200);
  CHECK(get({"Host: localhost", "Sec-Fetch-Site: cross-site"}) == 403);
  CHECK(get({"Host: localhost", "Sec-Fetch-Site: same-origin"}) == 200);
  // A link to the page may be followed; one to an answer may not.
  CHECK(get({"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, "/") ==
        200);
  CHECK(get({"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}) == 403);
  // Its form, and its script without asking.
  const std::string row =
      R"({"metric":"dau","time":"2025-02-08","app":"A","value":1})";
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", ""}) {
    CHECK(Post(collector.port(), "/v1/samples", type, row).status == 415);
  }
  const HttpReply preflight =
      HttpConnection(collector.port())
          .Ask("OPTIONS", "/v1/samples",
               {"Origin: http://evil.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type"});
  CHECK(preflight.status == 403);
  CHECK(preflight.headers.count("access-control-allow-origin") == 0);
  CHECK(HttpConnection(collector.port())
            .Ask("POST", "/v1/samples",
                 {"Content-Type: application/x-ndjson",
                  "Origin: http://evil.example"},
                 row)
            .status == 403);
  CHECK(json::parse(collector.Ask("SHOW SERIES dau").body)["rows"].empty());
}

TEST_CASE("the page asks nobody else for anything") {
  const Collector collector;
  for (const char* path :
       {"/", "/app.css", "/app.js", "/chart.js", "/favicon.svg", "/uplot.css",
        "/uplot.js", "/words.js"}) {
    INFO(path);
    const HttpReply reply = Get(collector.port(), path);
    CHECK(reply.status == 200);
    const std::string& policy = reply.headers.at("content-security-policy");
    CHECK(absl::StartsWith(policy, "default-src 'none'; script-src 'self'; "));
    CHECK(!absl::StrContains(policy, "unsafe"));
    CHECK(!absl::StrContains(policy, "http"));
    CHECK(reply.headers.at("x-content-type-options") == "nosniff");
    // Names of namespaces are no references.
    std::string text = reply.body;
    for (const char* known :
         {"http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"}) {
      for (size_t at; (at = text.find(known)) != std::string::npos;) {
        text.erase(at, std::string(known).size());
      }
    }
    CHECK(!absl::StrContains(text, "http:"));
    CHECK(!absl::StrContains(text, "https:"));
    CHECK(!absl::StrContains(text, "url(//"));
  }
}

TEST_CASE("an option that is wrong is named") {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"--listen", "127.0.0.1", "db"},
      {"--listen", ":80", "db"},
      {"--max-body", "0", "db"},
      {"--durability", "hope", "db"},
      {"--nothing", "db"},
      {"one", "two"},
      {"db", "--threads"}};
  for (const std::vector<std::string>& arguments : wrong) {
    CollectorProcess process(arguments);
    CHECK(process.port() == 0);
    CHECK(process.Wait() == 2);
    CHECK_THAT(process.said(), StartsWith("footfall_collector: "));
  }
}

}  // namespace
}  // namespace footfall
