#include "query/plan/additivity.h"

#include <string>
#include <vector>

#include "footfall/query.h"
#include "query/plan/bind.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

// Metrics named for their rule over time.
FakeSnapshot Rules() {
  FakeSnapshot snapshot;
  for (const auto& [name, rule] :
       std::vector<std::pair<std::string, Additivity>>{
           {"adds", Additivity::kAdds},
           {"users", Additivity::kOverlaps},
           {"level", Additivity::kLevel}}) {
    MetricSpec spec;
    spec.name = name;
    spec.over_time = rule;
    spec.unit = name == "users" ? "users" : "";
    snapshot.Define(spec);
  }
  return snapshot;
}

TEST_CASE("arithmetic on metrics has a rule over time", "[plan]") {
  struct Case {
    std::string expr;
    Additivity rule;
  };
  const auto c = GENERATE(values<Case>({
      {"adds", Additivity::kAdds},
      {"users", Additivity::kOverlaps},
      {"level", Additivity::kLevel},
      {"-users", Additivity::kOverlaps},
      {"adds + users", Additivity::kOverlaps},
      {"users - level", Additivity::kLevel},
      {"2 * adds", Additivity::kAdds},
      {"adds + 1", Additivity::kAdds},
      {"level * adds", Additivity::kAdds},  // price times sold is revenue
      {"users * level", Additivity::kOverlaps},
      {"adds * adds", Additivity::kLevel},
      {"adds / 2", Additivity::kAdds},
      {"adds / users", Additivity::kLevel},  // a ratio has no sum
      {"adds / level", Additivity::kAdds},
      {"1 / adds", Additivity::kLevel},
  }));
  INFO(c.expr);
  const FakeSnapshot snapshot = Rules();
  const auto script = Parse("SELECT avg(" + c.expr + ")");
  REQUIRE(script.ok());
  const auto plan = Bind(snapshot, std::get<Select>((*script)[0].node), "", {},
                         absl::InfiniteFuture());
  REQUIRE(plan.ok());
  CHECK(RuleOverTime(*plan, plan->leaves[0].steps) == c.rule);
}

TEST_CASE("a sum over time that would be false is refused", "[plan]") {
  struct Case {
    std::string text;
    bool refused;
  };
  const auto c = GENERATE(values<Case>({
      {"SELECT sum(adds)", false},
      {"SELECT sum(adds) EVERY month", false},
      {"SELECT sum(users)", true},
      {"SELECT sum(users) DURING 2025-02-08", false},  // one step
      {"SELECT sum(users) DURING 2025-02-08..2025-02-09", true},
      {"SELECT sum(users) DURING 2025-02-08..", true},
      {"SELECT sum(users) EVERY day", false},
      {"SELECT sum(users) EVERY 2 days", true},
      {"SELECT sum(users) DURING 2025-02-08 EVERY month", true},
      {"SELECT user_days(users) EVERY month", false},
      {"SELECT bounds(sum(users)) EVERY month", false},
      {"SELECT avg(users), sum(users) EVERY month", true},
      {"SELECT avg(users) EVERY month HAVING sum(users) > 1", true},
      {"SELECT avg(users) EVERY month ORDER BY sum(users)", true},
      {"SELECT sum(adds + users) EVERY month", true},
      {"SELECT sum(adds) / sum(users) EVERY month", true},
      {"SELECT sum(level)", true},
      {"SELECT sum(level * adds)", false},
      {"SELECT user_days(adds)", true},
      {"SELECT user_days(level)", true},
  }));
  INFO(c.text);
  const FakeSnapshot snapshot = Rules();
  const auto answer = footfall::Query(snapshot, c.text, {});
  CHECK(answer.ok() != c.refused);
  if (c.refused) CHECK(absl::IsInvalidArgument(answer.status()));
}

TEST_CASE("the refusal of a sum of users gives a statement to paste",
          "[plan]") {
  const FakeSnapshot snapshot = Rules();
  const auto answer = footfall::Query(
      snapshot, "SELECT sum(users) AS n DURING 2025 EVERY month LIMIT 3", {});
  const std::string message(answer.status().message());
  CHECK(message.find("sum(users) over a month would be user-days, not users") !=
        std::string::npos);
  const std::string paste =
      "SELECT avg(users) AS n DURING 2025 EVERY month LIMIT 3";
  CHECK(message.find(paste) != std::string::npos);
  CHECK(footfall::Query(snapshot, paste, {}).ok());
}

}  // namespace
}  // namespace footfall::query
