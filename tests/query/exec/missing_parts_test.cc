// What is awaited: by the definition of query/exec/missing_parts.h, and with
// people, where samples of a set are taken away and the truth is counted from
// all of them.

#include "query/exec/missing_parts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

// Step by step, as the definition has it.
std::vector<bool> LackingSteps(const std::vector<bool>& present, size_t n) {
  const size_t count = present.size();
  std::vector<bool> lacks(count);
  for (size_t s = 0; s < count; ++s) {
    if (present[s]) continue;
    size_t last = s;
    while (last > 0 && !present[last]) --last;
    size_t next = s;
    while (next < count && !present[next]) ++next;
    bool regular = present[last] && last + 1 >= n;
    for (size_t i = 0; regular && i < n; ++i) regular = present[last - i];
    if (!regular) continue;
    const bool gap =
        next < count &&
        next - last - 1 <= static_cast<size_t>(query::kLongestGap) * n;
    lacks[s] = gap || s - last <= n;
  }
  return lacks;
}

TEST_CASE("lacking steps are those of the definition", "[late]") {
  std::mt19937 random(5);
  const auto pick = [&random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  size_t lacking = 0;
  for (int round = 0; round < 3000; ++round) {
    const size_t count = 1 + pick(300);
    const size_t n = 1 + pick(9);
    std::vector<bool> present(count);
    // Stretches with and without samples.
    bool is_there = pick(2) == 0;
    for (size_t s = 0; s < count; is_there = !is_there) {
      for (size_t more = 1 + pick(pick(3) == 0 ? 60 : 12);
           more > 0 && s < count; --more) {
        present[s++] = is_there;
      }
    }
    std::vector<uint64_t> bits((count + 63) / 64);
    for (size_t s = 0; s < count; ++s) {
      if (present[s]) bits[s / 64] |= uint64_t{1} << (s % 64);
    }
    std::vector<bool> found(count);
    for (const query::Lack& lack :
         query::FindLacks(bits, count, static_cast<int64_t>(n))) {
      REQUIRE(lack.begin < lack.end);
      REQUIRE(lack.end <= count);
      for (size_t s = lack.begin; s < lack.end; ++s) {
        REQUIRE(!found[s]);
        found[s] = true;
      }
    }
    const std::vector<bool> wanted = LackingSteps(present, n);
    INFO("round " << round << ", LATE " << n);
    CHECK(found == wanted);
    lacking +=
        static_cast<size_t>(std::count(wanted.begin(), wanted.end(), true));
  }
  CHECK(lacking > 10000);
}

constexpr int64_t kFirstDay = 19940;  // since 1970; an era ends on day 28
constexpr size_t kDays = 70;
constexpr size_t kApps = 3;
constexpr size_t kPlatforms = 3;

using People = std::set<size_t>;

// Who used which app on which platform, and which samples came.
struct World {
  FakeSnapshot snapshot;
  // [days][apps][platforms]
  std::vector<std::vector<std::vector<People>>> people;
  std::vector<std::vector<std::vector<bool>>> came;

  People Of(size_t day, size_t app, size_t platform) const {  // SIZE_MAX: all
    People all;
    for (size_t a = 0; a < kApps; ++a) {
      for (size_t p = 0; p < kPlatforms; ++p) {
        if ((app != SIZE_MAX && app != a) ||
            (platform != SIZE_MAX && platform != p)) {
          continue;
        }
        all.insert(people[day][a][p].begin(), people[day][a][p].end());
      }
    }
    return all;
  }
};

// Each series has a sample on all days but for stretches of 1 to 10 days that
// begin at least ten days behind the one before: awaited, all of them.
void FillWorld(World* world, std::mt19937* random) {
  const auto pick = [random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(*random);
  };
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app", Additivity::kOverlaps},
                     {"platform", Additivity::kOverlaps}};
  const auto metric = world->snapshot.Define(spec);
  const std::vector<std::vector<People>> nobody(
      kApps, std::vector<People>(kPlatforms));
  world->people.assign(kDays, nobody);
  world->came.assign(kDays, std::vector<std::vector<bool>>(
                                kApps, std::vector<bool>(kPlatforms, true)));
  for (size_t a = 0; a < kApps; ++a) {
    for (size_t p = 0; p < kPlatforms; ++p) {
      // At least 16 a day: fewer may be nobody by chance.
      const size_t users = 16 + pick(20);
      for (size_t day = 0; day < kDays; ++day) {
        People& here = world->people[day][a][p];
        while (here.size() < users) here.insert(pick(90));
      }
      for (size_t day = 10 + pick(15); day < kDays; day += 10 + pick(30)) {
        // At the end nothing follows: late, for seven days.
        const size_t most = day + 10 < kDays ? 10 : 7;
        for (size_t left = 1 + pick(most); left > 0 && day < kDays; --left) {
          world->came[day++][a][p] = false;
        }
      }
    }
  }
  for (size_t day = 0; day < kDays; ++day) {
    for (size_t a = 0; a < kApps; ++a) {
      for (size_t p = 0; p < kPlatforms; ++p) {
        if (!world->came[day][a][p]) continue;
        world->snapshot.Put(
            *metric, kFirstDay + static_cast<int64_t>(day),
            {absl::StrCat("a", a), absl::StrCat("p", p)},
            static_cast<int64_t>(world->people[day][a][p].size()));
      }
    }
  }
}

size_t NumberOf(const Answer& answer, const char* column, size_t row) {
  const Column* by = answer.Find(column);
  if (by == nullptr) return SIZE_MAX;
  const std::string text(by->text(row));
  return static_cast<size_t>(text.at(1) - '0');
}

double ValueOf(const Column& column, size_t row) {
  return column.type == ColumnType::kDecimal
             ? column.decimals[row]
             : static_cast<double>(column.integers[row]);
}

// Whether `truth` lies within the bounds of a row; an exact value is it.
void CheckHolds(const Column& column, size_t row, double truth) {
  INFO("row " << row << ", truth " << truth << " in [" << column.low[row]
              << ", " << column.high[row] << "], value "
              << ValueOf(column, row));
  CHECK(column.low[row] <= truth + 1e-9);
  CHECK(truth <= column.high[row] + 1e-9);
  if (column.kinds[row] == CellKind::kExact) {
    CHECK(ValueOf(column, row) == Approx(truth));
  }
}

TEST_CASE("the truth lies within the bounds of what lacks samples", "[late]") {
  std::mt19937 random(11);
  size_t open = 0;
  size_t rows = 0;
  for (int round = 0; round < 60; ++round) {
    World world;
    FillWorld(&world, &random);
    // What is summed ACROSS counts whoever is in two members twice.
    for (const std::string by : {"", " BY app", " BY platform"}) {
      std::string text = "SELECT dau";
      if (by != " BY app") text += ", sum(dau ACROSS app) AS apps";
      if (by != " BY platform")
        text += ", sum(dau ACROSS platform) AS platforms";
      const auto answer = Query(world.snapshot, text + by, {});
      INFO("round " << round << ": " << text << by);
      REQUIRE(answer.status() == absl::OkStatus());
      const Column& values = *answer->Find("dau");
      for (size_t r = 0; r < answer->row_count(); ++r) {
        const size_t day =
            static_cast<size_t>(absl::CivilDay(answer->Find("time")->start(r)) -
                                absl::CivilDay() - kFirstDay);
        const size_t app = NumberOf(*answer, "app", r);
        const size_t platform = NumberOf(*answer, "platform", r);
        CheckHolds(values, r,
                   static_cast<double>(world.Of(day, app, platform).size()));
        double apps = 0;
        for (size_t a = 0; a < kApps; ++a) {
          apps += static_cast<double>(world.Of(day, a, platform).size());
        }
        double platforms = 0;
        for (size_t p = 0; p < kPlatforms; ++p) {
          platforms += static_cast<double>(world.Of(day, app, p).size());
        }
        if (by != " BY app") CheckHolds(*answer->Find("apps"), r, apps);
        if (by != " BY platform") {
          CheckHolds(*answer->Find("platforms"), r, platforms);
        }
        bool lacks = false;
        for (size_t a = 0; a < kApps; ++a) {
          for (size_t p = 0; p < kPlatforms; ++p) {
            lacks |= (app == SIZE_MAX || app == a) &&
                     (platform == SIZE_MAX || platform == p) &&
                     !world.came[day][a][p];
          }
        }
        CHECK(std::isinf(values.high[r]) == lacks);
        open += std::isinf(values.high[r]) ? 1 : 0;
        ++rows;
      }
    }
  }
  CHECK(open > 2000);
  CHECK(rows > 20000);
}

TEST_CASE("what lacks samples does so in any range", "[late]") {
  std::mt19937 random(12);
  size_t inexact = 0;
  for (int round = 0; round < 40; ++round) {
    World world;
    FillWorld(&world, &random);
    const auto all = Query(world.snapshot, "SELECT dau BY app", {});
    REQUIRE(all.status() == absl::OkStatus());
    std::map<std::pair<size_t, std::string>, CellKind> kinds;
    for (size_t r = 0; r < all->row_count(); ++r) {
      kinds[{NumberOf(*all, "app", r), absl::FormatCivilTime(absl::CivilDay(
                                           all->Find("time")->start(r)))}] =
          all->Find("dau")->kinds[r];
    }
    for (int question = 0; question < 10; ++question) {
      const absl::CivilDay from =
          absl::CivilDay() + kFirstDay +
          std::uniform_int_distribution<int64_t>(0, kDays - 1)(random);
      const std::string text =
          absl::StrCat("SELECT dau DURING ", absl::FormatCivilTime(from), "..",
                       absl::FormatCivilTime(from + question), " BY app");
      const auto answer = Query(world.snapshot, text, {});
      INFO("round " << round << ": " << text);
      REQUIRE(answer.status() == absl::OkStatus());
      for (size_t r = 0; r < answer->row_count(); ++r) {
        const CellKind kind = answer->Find("dau")->kinds[r];
        CHECK(kind == kinds.at({NumberOf(*answer, "app", r),
                                absl::FormatCivilTime(absl::CivilDay(
                                    answer->Find("time")->start(r)))}));
        inexact += kind == CellKind::kRange || kind == CellKind::kLower ? 1 : 0;
      }
    }
  }
  CHECK(inexact > 300);
}

TEST_CASE("shares and ranks hold the truth where groups lack samples",
          "[late]") {
  std::mt19937 random(13);
  size_t rows = 0;
  for (int round = 0; round < 60; ++round) {
    World world;
    FillWorld(&world, &random);
    const std::string text =
        "SELECT share(dau) AS share, rank(dau) AS place WHERE app = 'a0' BY "
        "platform";
    const auto answer = Query(world.snapshot, text, {});
    INFO("round " << round << ": " << text);
    REQUIRE(answer.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const size_t day =
          static_cast<size_t>(absl::CivilDay(answer->Find("time")->start(r)) -
                              absl::CivilDay() - kFirstDay);
      const size_t platform = NumberOf(*answer, "platform", r);
      const double own = static_cast<double>(world.Of(day, 0, platform).size());
      const Column& share = *answer->Find("share");
      const double whole =
          static_cast<double>(world.Of(day, 0, SIZE_MAX).size());
      size_t above = 0;
      for (size_t p = 0; p < kPlatforms; ++p) {
        above += static_cast<double>(world.Of(day, 0, p).size()) > own ? 1 : 0;
      }
      CHECK(share.low[r] <= own / whole + 1e-9);
      CHECK(own / whole <= share.high[r] + 1e-9);
      CHECK(share.low[r] >= 0);
      CHECK(share.high[r] <= 1);
      const Column& place = *answer->Find("place");
      CHECK(place.low[r] <= static_cast<double>(1 + above));
      CHECK(static_cast<double>(1 + above) <= place.high[r]);
      ++rows;
    }
  }
  CHECK(rows > 5000);
}

// Series are looked at in rounds of 256 and more: the first lacks a day, and so
// do others in later rounds, each another one.
TEST_CASE("what lacks samples is found among many series", "[late]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app", Additivity::kAdds}};
  const auto metric = snapshot.Define(spec);
  const std::map<int, int64_t> lacking = {
      {0, 20}, {255, 21}, {256, 22}, {700, 23}, {1999, 24}};
  for (int app = 0; app < 2000; ++app) {
    const auto lacks = lacking.find(app);
    for (int64_t day = 0; day < 40; ++day) {
      if (lacks != lacking.end() && lacks->second == day) continue;
      snapshot.Put(*metric, kFirstDay + day, {absl::StrCat("a", app)},
                   int64_t{20});
    }
  }
  const auto answer = Query(snapshot, "SELECT dau", {});
  REQUIRE(answer.status() == absl::OkStatus());
  REQUIRE(answer->row_count() == 40);
  for (size_t day = 0; day < 40; ++day) {
    INFO("day " << day);
    CHECK((answer->Find("dau")->kinds[day] == CellKind::kLower) ==
          (day >= 20 && day <= 24));
  }
  REQUIRE(!answer->notes.empty());
  CHECK_THAT(answer->notes[0], ContainsSubstring("app 'a0' at 2024-08-25") &&
                                   ContainsSubstring("and more"));
}

// Combining keeps which steps each series has, where there is room: then only
// what lies around the steps is read once more.
TEST_CASE("what lacks samples does not depend on what combining kept",
          "[late]") {
  std::mt19937 random(14);
  const auto pick = [&random](int64_t n) {
    return std::uniform_int_distribution<int64_t>(0, n - 1)(random);
  };
  size_t lacking = 0;
  size_t named = 0;
  for (int round = 0; round < 60; ++round) {
    World world;
    FillWorld(&world, &random);
    const auto metric = world.snapshot.FindMetric("dau");
    // Wholes, which parts that lack samples may lie in.
    for (int64_t day = 0; day < static_cast<int64_t>(kDays); ++day) {
      if (pick(4) == 0) continue;
      world.snapshot.Put(*metric, kFirstDay + day, {"a0", ""}, int64_t{200});
    }
    const QueryOptions options;
    query::Run run(world.snapshot, options, "");
    const auto rows = query::FindSeries(world.snapshot.Series(metric->id),
                                        std::vector<query::MemberSet>(2), false,
                                        options, query::AnyRoom);
    REQUIRE(rows.status() == absl::OkStatus());
    query::SetList sets;
    for (const size_t every : {size_t{1}, size_t{2}, size_t{3}}) {
      for (uint32_t row = 0; row < rows->size(); ++row) {
        if (row % every == 0) sets.Append(row);
      }
      sets.Close();
    }
    const query::LaneSteps lane_steps;
    query::CombineRequest request;
    request.metric = metric.get();
    request.rows = &*rows;
    request.sets = &sets;
    request.lane_steps = &lane_steps;
    request.counted_sets = sets.size();
    const int64_t days = static_cast<int64_t>(kDays);
    for (const StepRange steps :
         {StepRange{0, days}, StepRange{pick(20), 30 + pick(40)},
          StepRange{-10, 20 + pick(70)}, StepRange{30 + pick(30), days + 9}}) {
      request.steps = {kFirstDay + steps.begin, kFirstDay + steps.end};
      std::vector<query::MissingParts> found;
      for (const bool keep : {true, false}) {
        request.keep_presence = keep;
        const auto combined = query::CombineSets(run, request);
        REQUIRE(combined.status() == absl::OkStatus());
        REQUIRE(combined->series_present.empty() != keep);
        query::MissingRequest missing;
        missing.metric = metric.get();
        missing.rows = &*rows;
        missing.sets = &sets;
        missing.combined = &*combined;
        missing.lane_steps = &lane_steps;
        const std::vector<size_t> wanted = {0, 1, 2};
        missing.wanted = wanted;
        missing.whole_groups = {false, true, false};
        auto parts = query::FindMissingParts(run, missing);
        REQUIRE(parts.status() == absl::OkStatus());
        found.push_back(*std::move(parts));
      }
      INFO("round " << round << ", days " << steps.begin << " to "
                    << steps.end);
      CHECK(found[0].lacks == found[1].lacks);
      const auto first = found[0].series.named();
      const auto second = found[1].series.named();
      REQUIRE(first.size() == second.size());
      for (size_t i = 0; i < first.size(); ++i) {
        CHECK(first[i].members == second[i].members);
        CHECK(first[i].steps == second[i].steps);
        CHECK(first[i].late == second[i].late);
      }
      lacking += found[0].lacks[0].empty() ? 0 : 1;
      named += first.size();
    }
  }
  CHECK(lacking > 150);
  CHECK(named > 500);
}

}  // namespace
}  // namespace footfall
