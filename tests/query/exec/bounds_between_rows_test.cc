// The truth lies within the bounds of what is made of several values: ratios,
// shares, growth, ranks. As bounds_test.cc.

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/query/support/people.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using By = std::array<std::optional<std::string>, kDimensions>;

// People of each group at each step at which it has a value.
struct Groups {
  std::map<By, std::map<size_t, std::set<size_t>>> people;

  // Null where there is no value.
  const std::set<size_t>* At(const By& by, size_t step) const {
    const auto group = people.find(by);
    if (group == people.end()) return nullptr;
    const auto at = group->second.find(step);
    return at == group->second.end() ? nullptr : &at->second;
  }
};

Groups ReadGroups(const World& world, const Asked& asked, const Answer& daily) {
  Groups groups;
  for (size_t r = 0; r < daily.row_count(); ++r) {
    if (daily.Find("dau")->is_missing(r)) continue;
    const Row row = RowOf(asked, daily, r);
    groups.people[row.by][StepOf(daily, r)] =
        Truth(world, StepOf(daily, r), row);
  }
  return groups;
}

// All groups that name members in each dimension of BY.
std::vector<By> NamedGroups(const Asked& asked) {
  std::vector<By> groups(1);
  for (const size_t d : asked.split) {
    std::vector<By> more;
    for (const By& group : groups) {
      for (const std::string& member : kMembers[d]) {
        more.push_back(group);
        more.back()[d] = member;
      }
    }
    groups = std::move(more);
  }
  return groups;
}

struct Tally {
  size_t rows = 0;
  size_t exact = 0;
  size_t open = 0;

  void Add(const Column& column, size_t row) {
    ++rows;
    ++(column.kinds[row] == CellKind::kExact ? exact : open);
  }
};

void CheckGrowth(const Answer& answer, size_t row, const Groups& groups,
                 const By& by, Tally* tally) {
  const size_t step = StepOf(answer, row);
  const auto* now = groups.At(by, step);
  const auto* then = step == 0 ? nullptr : groups.At(by, step - 1);
  REQUIRE(now != nullptr);
  const bool missing = answer.Find("d")->is_missing(row);
  CHECK(missing == (then == nullptr));
  if (then == nullptr) return;
  const double more =
      static_cast<double>(now->size()) - static_cast<double>(then->size());
  CheckWithin(answer, "d", row, more);
  if (answer.Find("g")->is_missing(row) || then->empty()) return;
  CheckWithin(answer, "g", row, more / static_cast<double>(then->size()));
  tally->Add(*answer.Find("g"), row);
}

// Groups without a value of which some series tells take places, too.
void CheckRank(const World& world, const Asked& asked, const Answer& answer,
               size_t row, const Groups& groups, const By& by, Tally* tally,
               size_t* hidden) {
  const size_t step = StepOf(answer, row);
  const size_t own = groups.At(by, step)->size();
  double rank = 1;
  for (const auto& [other, steps] : groups.people) {
    const auto* people = groups.At(other, step);
    rank += people != nullptr && people->size() > own ? 1 : 0;
  }
  for (const By& other : NamedGroups(asked)) {
    if (groups.At(other, step) != nullptr) continue;
    Row group = asked.row;
    group.by = other;
    if (!IsNamed(world, group)) continue;
    if (Truth(world, step, group).size() <= own) continue;
    rank += 1;
    ++*hidden;
  }
  CheckWithin(answer, "r", row, rank);
  tally->Add(*answer.Find("r"), row);
}

// A share is a part of people: those of the group, of all whom some series that
// bears on the question tells of. `within`: the dimension of WITHIN.
void CheckShare(const World& world, const Asked& asked, const Answer& answer,
                absl::string_view name, size_t row, const Groups& groups,
                const By& by, std::optional<size_t> within, Tally* tally) {
  const Column& share = *answer.Find(name);
  if (share.is_missing(row)) return;
  CHECK(share.low[row] >= 0);
  CHECK(share.high[row] <= 1);
  CHECK(share.low[row] <= share.decimals[row]);
  CHECK(share.decimals[row] <= share.high[row]);
  // What is not split counts with what it exceeds its parts by.
  bool not_split = false;
  for (size_t d = 0; d < kDimensions; ++d) {
    not_split |= by[d].has_value() && by[d]->empty();
  }
  if (not_split) return;
  const size_t step = StepOf(answer, row);
  Row all = asked.row;
  if (within.has_value()) all.by[*within] = by[*within];
  const double total = static_cast<double>(Truth(world, step, all).size());
  if (total == 0) return;
  CheckWithin(answer, std::string(name), row,
              static_cast<double>(groups.At(by, step)->size()) / total);
  tally->Add(share, row);
}

TEST_CASE("shares, growth and ranks hold what is true", "[bounds]") {
  const uint32_t seed = 13;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Tally growth;
  Tally ranks;
  Tally shares;
  Tally shares_within;
  size_t hidden = 0;
  for (int round = 0; round < 900; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.by.empty()) continue;
    const std::string text = absl::StrCat(
        "SELECT dau, delta(dau, 1 day) AS d, growth(dau, 1 day) AS g, "
        "rank(dau) AS r, share(dau) AS s, share(dau WITHIN ",
        kNames[asked.split[0]], ") AS w DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    const Groups groups = ReadGroups(world, asked, *answer);
    for (size_t r = 0; r < answer->row_count(); ++r) {
      if (answer->Find("dau")->is_missing(r)) continue;
      const By by = RowOf(asked, *answer, r).by;
      CheckGrowth(*answer, r, groups, by, &growth);
      CheckRank(world, asked, *answer, r, groups, by, &ranks, &hidden);
      CheckShare(world, asked, *answer, "s", r, groups, by, std::nullopt,
                 &shares);
      CheckShare(world, asked, *answer, "w", r, groups, by, asked.split[0],
                 &shares_within);
    }
  }
  CHECK(hidden > 50);
  for (const Tally* tally : {&growth, &ranks, &shares, &shares_within}) {
    CHECK(tally->rows > 500);
    CHECK(tally->exact > 50);
    CHECK(tally->open > 50);
  }
}

TEST_CASE("sums made by arithmetic hold what is true", "[bounds]") {
  const uint32_t seed = 19;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Tally sums;
  Tally days;
  for (int round = 0; round < 900; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (absl::StrContains(asked.where, "platform") ||
        absl::StrContains(asked.by, "platform")) {
      continue;
    }
    const std::string text = absl::StrCat(
        "SELECT dau{platform = 'app'} + dau{platform = 'web'} AS x, "
        "dau{platform = 'app'} + lag(dau{platform = 'app'}, 1 day) AS y",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      Row row = RowOf(asked, *answer, r);
      const size_t step = StepOf(*answer, r);
      row.picks[1] = {"app"};
      std::set<size_t> app = Truth(world, step, row);
      if (!answer->Find("x")->is_missing(r)) {
        row.picks[1] = {"web"};
        std::set<size_t> both = Truth(world, step, row);
        both.insert(app.begin(), app.end());
        CheckWithin(*answer, "x", r, static_cast<double>(both.size()));
        sums.Add(*answer->Find("x"), r);
      }
      if (!answer->Find("y")->is_missing(r)) {
        row.picks[1] = {"app"};
        for (const size_t person : Truth(world, step - 1, row)) {
          app.insert(person);
        }
        CheckWithin(*answer, "y", r, static_cast<double>(app.size()));
        days.Add(*answer->Find("y"), r);
      }
    }
  }
  CHECK(sums.rows > 300);
  CHECK(sums.open > 50);
  CHECK(days.open > 50);
}

TEST_CASE("a ratio of a part to its whole holds what is true", "[bounds]") {
  const uint32_t seed = 17;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Tally ratios;
  for (int round = 0; round < 900; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    // The platform is for the braces alone.
    if (absl::StrContains(asked.where, "platform") ||
        absl::StrContains(asked.by, "platform")) {
      continue;
    }
    const std::string text = absl::StrCat(
        "SELECT dau{platform = 'app'} / dau AS x, dau", asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      if (answer->Find("x")->is_missing(r)) continue;
      Row row = RowOf(asked, *answer, r);
      const size_t whole = Truth(world, StepOf(*answer, r), row).size();
      row.picks[1] = {"app"};
      const size_t part = Truth(world, StepOf(*answer, r), row).size();
      if (whole == 0) continue;
      CheckWithin(*answer, "x", r,
                  static_cast<double>(part) / static_cast<double>(whole));
      ratios.Add(*answer->Find("x"), r);
    }
  }
  CHECK(ratios.rows > 300);
  CHECK(ratios.exact > 50);
  CHECK(ratios.open > 50);
}

}  // namespace
}  // namespace footfall
