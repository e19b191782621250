// The truth lies within the bounds. People are made up and samples counted
// from them (support/people.h); then the engine is asked, and its answer
// compared with a count of the people themselves. A second test compares with
// combine.h's definition written down as it stands there.

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/query/support/people.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

TEST_CASE("the true number of users lies within the bounds", "[bounds]") {
  const uint32_t seed = 20250208;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t rows = 0;
  size_t exact = 0;
  size_t open = 0;
  for (int round = 0; round < 400; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    for (int question = 0; question < 4; ++question) {
      const Asked asked = MakeQuestion(&random);
      const std::string text =
          absl::StrCat("SELECT dau", asked.where, asked.by);
      const auto answer = Query(world.snapshot, text, {});
      // A member that no series has is refused by its name.
      if (absl::IsNotFound(answer.status())) continue;
      INFO("round " << round << ": " << text << "\n" << Describe(world));
      REQUIRE(answer.status() == absl::OkStatus());
      const Column& values = *answer->Find("dau");
      const Column& times = *answer->Find("time");
      for (size_t r = 0; r < answer->row_count(); ++r) {
        const size_t step = static_cast<size_t>(absl::CivilDay(times.start(r)) -
                                                absl::CivilDay(2022, 1, 8));
        const int64_t truth = static_cast<int64_t>(
            Truth(world, step, RowOf(asked, *answer, r)).size());
        INFO("row " << r << ", step " << step << ", truth " << truth
                    << ", value " << values.integers[r] << " ["
                    << values.low_integers[r] << ", " << values.high_integers[r]
                    << "]");
        CHECK(values.low_integers[r] <= truth);
        CHECK(truth <= values.high_integers[r]);
        CHECK(values.low_integers[r] <= values.integers[r]);
        CHECK(values.integers[r] <= values.high_integers[r]);
        ++rows;
        if (values.kinds[r] == CellKind::kExact) {
          CHECK(values.integers[r] == truth);
          ++exact;
        } else {
          ++open;
        }
      }
    }
  }
  // The worlds are of all kinds.
  CHECK(rows > 3000);
  CHECK(exact > 500);
  CHECK(open > 500);
}

TEST_CASE("bounds over time hold what is true of the steps", "[bounds]") {
  const uint32_t seed = 7;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t rows = 0;
  for (int round = 0; round < 300; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    const std::string text = absl::StrCat(
        "SELECT avg(dau), max(dau), min(dau), median(dau), user_days(dau), "
        "bounds(sum(dau)) AS users DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    // The same at each step tells at which steps there is a value.
    const auto daily = Query(
        world.snapshot, absl::StrCat("SELECT dau", asked.where, asked.by), {});
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    REQUIRE(daily.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const Row row = RowOf(asked, *answer, r);
      std::vector<double> truths;
      std::set<size_t> all;
      for (size_t d = 0; d < daily->row_count(); ++d) {
        if (RowOf(asked, *daily, d).by != row.by) continue;
        const size_t step =
            static_cast<size_t>(absl::CivilDay(daily->Find("time")->start(d)) -
                                absl::CivilDay(2022, 1, 8));
        const std::set<size_t> people = Truth(world, step, row);
        truths.push_back(static_cast<double>(people.size()));
        all.insert(people.begin(), people.end());
      }
      REQUIRE(!truths.empty());
      std::sort(truths.begin(), truths.end());
      double sum = 0;
      for (const double truth : truths) sum += truth;
      const size_t n = truths.size();
      const auto check = [&](const std::string& name, double truth) {
        const Column& column = *answer->Find(name);
        INFO("row " << r << ", " << name << ", truth " << truth << " in ["
                    << column.low[r] << ", " << column.high[r] << "]");
        CHECK(column.low[r] <= truth + 1e-9);
        CHECK(truth <= column.high[r] + 1e-9);
        if (column.kinds[r] == CellKind::kExact) {
          CHECK((column.type == ColumnType::kDecimal
                     ? column.decimals[r]
                     : static_cast<double>(column.integers[r])) ==
                Approx(truth));
        }
      };
      check("avg(dau)", sum / static_cast<double>(n));
      check("max(dau)", truths.back());
      check("min(dau)", truths.front());
      check("median(dau)", (truths[(n - 1) / 2] + truths[n / 2]) / 2);
      check("user_days(dau)", sum);
      CHECK(answer->Find("users_low")->integers[r] <=
            static_cast<int64_t>(all.size()));
      if (!answer->Find("users_high")->is_missing(r)) {
        CHECK(answer->Find("users_high")->integers[r] >=
              static_cast<int64_t>(all.size()));
      }
      ++rows;
    }
  }
  CHECK(rows > 400);
}

TEST_CASE("places, runs and inner buckets hold what is true", "[bounds]") {
  const uint32_t seed = 11;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t rows = 0;
  size_t in_doubt = 0;
  for (int round = 0; round < 400; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.by.empty()) continue;
    const size_t places = 1 + random() % 3;
    const size_t level = random() % 6;
    const std::string text = absl::StrCat(
        "SELECT count_in_top(dau, ", places, ") AS top, streak(dau > ", level,
        ") AS run, max(avg(dau) EVERY 2 days) AS best, "
        "avg(min(dau) EVERY 2 days) AS mean DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    const auto daily = Query(
        world.snapshot, absl::StrCat("SELECT dau", asked.where, asked.by), {});
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    REQUIRE(daily.status() == absl::OkStatus());
    // Users of each group that has a value at the step.
    using By = std::array<std::optional<std::string>, kDimensions>;
    std::map<By, std::map<size_t, double>> truths;
    for (size_t d = 0; d < daily->row_count(); ++d) {
      const Row row = RowOf(asked, *daily, d);
      const size_t step = StepOf(*daily, d);
      truths[row.by][step] =
          static_cast<double>(Truth(world, step, row).size());
    }
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const auto& own = truths[RowOf(asked, *answer, r).by];
      double top = 0;
      double run = 0;
      double longest = 0;
      double best = 0;
      double sum_of_least = 0;
      double buckets = 0;
      for (size_t first = 0; first < kSteps; first += 2) {
        std::vector<double> bucket;
        for (size_t step = first; step < first + 2; ++step) {
          const auto at = own.find(step);
          if (at == own.end()) {
            run = 0;
            continue;
          }
          bucket.push_back(at->second);
          run = at->second > static_cast<double>(level) ? run + 1 : 0;
          longest = std::max(longest, run);
          size_t larger = 0;
          for (const auto& [by, steps] : truths) {
            const auto other = steps.find(step);
            larger += other != steps.end() && other->second > at->second;
          }
          top += larger < places ? 1 : 0;
        }
        if (bucket.empty()) continue;
        double sum = 0;
        for (const double value : bucket) sum += value;
        best = std::max(best, sum / static_cast<double>(bucket.size()));
        sum_of_least += *std::min_element(bucket.begin(), bucket.end());
        ++buckets;
      }
      CheckWithin(*answer, "top", r, top);
      CheckWithin(*answer, "run", r, longest);
      CheckWithin(*answer, "best", r, best);
      CheckWithin(*answer, "mean", r, sum_of_least / buckets);
      in_doubt += answer->Find("top")->kinds[r] != CellKind::kExact;
      ++rows;
    }
  }
  CHECK(rows > 400);
  CHECK(in_doubt > 50);
}

TEST_CASE("what members come to ACROSS a dimension holds what is true",
          "[bounds]") {
  const uint32_t seed = 12;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr size_t kPlatform = 1;
  size_t rows = 0;
  size_t wholes = 0;
  size_t hidden = 0;
  for (int round = 0; round < 600; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    const auto& split = asked.split;
    if (std::find(split.begin(), split.end(), kPlatform) != split.end()) {
      continue;
    }
    const std::string f = " ACROSS platform)";
    const std::string text =
        absl::StrCat("SELECT avg(dau", f, " AS a, min(dau", f, " AS l, max(dau",
                     f, " AS h, median(dau", f, " AS m, count(dau", f,
                     " AS n, sum(dau", f, " AS s", asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    // The members are the rows of BY platform.
    Asked members = asked;
    members.split.push_back(kPlatform);
    members.by = asked.by.empty() ? " BY platform"
                                  : absl::StrCat(asked.by, ", platform");
    const auto daily =
        Query(world.snapshot,
              absl::StrCat("SELECT dau", members.where, members.by), {});
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    REQUIRE(daily.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      Row row = RowOf(asked, *answer, r);
      const size_t step = StepOf(*answer, r);
      std::vector<double> truths;
      double sum = 0;
      for (size_t d = 0; d < daily->row_count(); ++d) {
        const Row member = RowOf(members, *daily, d);
        if (StepOf(*daily, d) != step || member.by[kPlatform]->empty()) {
          continue;
        }
        row.by[kPlatform] = member.by[kPlatform];
        if (member.by != row.by) continue;
        truths.push_back(static_cast<double>(Truth(world, step, row).size()));
        sum += truths.back();
      }
      const size_t n = truths.size();
      CheckWithin(*answer, "n", r, static_cast<double>(n));
      // The sum over what ADDS is the whole's where there is one.
      const bool adds = kRules[static_cast<size_t>(round) % 5][kPlatform] ==
                        Additivity::kAdds;
      if (n == 0) {
        CHECK(answer->Find("a")->is_missing(r));
        for (const std::string& platform : kMembers[kPlatform]) {
          row.by[kPlatform] = platform;
          sum += static_cast<double>(Truth(world, step, row).size());
        }
        if (!adds) CheckWithin(*answer, "s", r, sum);
        ++wholes;
        continue;
      }
      std::sort(truths.begin(), truths.end());
      CheckWithin(*answer, "a", r, sum / static_cast<double>(n));
      CheckWithin(*answer, "l", r, truths.front());
      CheckWithin(*answer, "h", r, truths.back());
      // Members without a value of which some series tells are more of them.
      for (const std::string& platform : kMembers[kPlatform]) {
        row.by[kPlatform] = platform;
        if (!IsNamed(world, row)) continue;
        const double most = static_cast<double>(Truth(world, step, row).size());
        CHECK(answer->Find("h")->high[r] >= most);
        hidden += most > truths.back() ? 1 : 0;
      }
      CheckWithin(*answer, "m", r, (truths[(n - 1) / 2] + truths[n / 2]) / 2);
      if (!adds) CheckWithin(*answer, "s", r, sum);
      ++rows;
    }
  }
  CHECK(rows > 400);
  CHECK(wholes > 50);
  CHECK(hidden > 10);
}

// ---- combine.h's definition, as it stands there, for one step.

struct Bounds {
  int64_t value = 0;
  int64_t low = 0;
  int64_t high = 0;
};

bool IsPartOf(const Box& a, const Box& b) {
  if (a == b) return false;
  for (size_t d = 0; d < kDimensions; ++d) {
    if (a[d] != b[d] && !b[d].empty()) return false;
  }
  return true;
}

// Sets without crossing: only then is the low a plain sum.
Bounds Combined(const std::map<Box, int64_t>& set,
                const std::array<Additivity, kDimensions>& rules) {
  Bounds all;
  std::map<Box, int64_t> combinations;
  for (const auto& [box, value] : set) {
    bool maximal = true;
    std::map<Box, int64_t> parts;
    for (const auto& [other, other_value] : set) {
      if (IsPartOf(box, other)) maximal = false;
      if (IsPartOf(other, box)) parts[other] = other_value;
    }
    if (!maximal) continue;
    Bounds cell = {value, value, value};
    const Bounds below = Combined(parts, rules);
    if (!parts.empty() && below.low > value) {
      cell = {below.low, below.low, value + below.high};
    }
    all.value += cell.value;
    all.high += cell.high;
    Box combination;
    for (size_t d = 0; d < kDimensions; ++d) {
      if (rules[d] == kOverlaps) combination[d] = box[d];
    }
    combinations[combination] += cell.low;
  }
  for (const auto& [combination, low] : combinations) {
    all.low = std::max(all.low, low);
  }
  return all;
}

TEST_CASE("wholes and parts combine as defined, contradictions too",
          "[bounds]") {
  const uint32_t seed = 42;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto pick = [&random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  size_t contradictions = 0;
  for (int round = 0; round < 300; ++round) {
    // One ADDS dimension at most: no crossing.
    const auto& rules = kRules[static_cast<size_t>(round) % 2];
    FakeSnapshot snapshot;
    MetricSpec spec;
    spec.name = "dau";
    spec.over_time = kOverlaps;
    for (size_t d = 0; d < kDimensions; ++d) {
      spec.dimensions.push_back({kNames[d], rules[d]});
    }
    const auto metric = snapshot.Define(spec);
    std::map<int64_t, std::map<Box, int64_t>> samples;
    for (size_t n = 1 + pick(30); n > 0; --n) {
      Box box;
      for (size_t d = 0; d < kDimensions; ++d) {
        const size_t m = pick(kMembers[d].size() + 1);
        if (m > 0) box[d] = kMembers[d][m - 1];
      }
      // Steps on both sides of an era's edge.
      const int64_t step = 256 * 74 - 3 + static_cast<int64_t>(pick(6));
      samples[step][box] = static_cast<int64_t>(pick(1000));
    }
    for (const auto& [step, boxes] : samples) {
      for (const auto& [box, value] : boxes) {
        snapshot.Put(*metric, step, {box.begin(), box.end()}, value);
      }
    }
    const auto answer = Query(snapshot, "SELECT dau", {});
    REQUIRE(answer.status() == absl::OkStatus());
    REQUIRE(answer->row_count() == samples.size());
    const Column& values = *answer->Find("dau");
    size_t r = 0;
    for (const auto& [step, boxes] : samples) {
      const Bounds wanted = Combined(boxes, rules);
      INFO("round " << round << ", step " << step);
      CHECK(values.integers[r] == wanted.value);
      CHECK(values.low_integers[r] == wanted.low);
      CHECK(values.high_integers[r] == wanted.high);
      ++r;
    }
    for (const std::string& note : answer->notes) {
      contradictions +=
          note.find("parts come to more") != std::string::npos ? 1 : 0;
    }
  }
  CHECK(contradictions > 50);
}

}  // namespace
}  // namespace footfall
