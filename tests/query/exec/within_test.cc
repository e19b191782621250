// Groups beside groups: f(x WITHIN ..), top_share() and contribution() are what
// they are said to be, and hold what is true. As bounds_test.cc.

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/query/support/people.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using By = std::array<std::optional<std::string>, kDimensions>;

double NumberAt(const Answer& answer, const std::string& name, size_t row) {
  const Column& column = *answer.Find(name);
  return column.type == ColumnType::kDecimal
             ? column.decimals[row]
             : static_cast<double>(column.integers[row]);
}

bool IsSplit(const By& by) {
  return std::none_of(by.begin(), by.end(), [](const auto& member) {
    return member.has_value() && member->empty();
  });
}

// All groups that name members in each dimension of BY.
std::vector<Row> NamedRows(const Asked& asked) {
  std::vector<Row> rows = {asked.row};
  for (const size_t d : asked.split) {
    std::vector<Row> more;
    for (const Row& row : rows) {
      for (const std::string& member : kMembers[d]) {
        more.push_back(row);
        more.back().by[d] = member;
      }
    }
    rows = std::move(more);
  }
  return rows;
}

// The rows of one step.
struct Step {
  std::vector<size_t> rows;    // that have a value
  std::vector<size_t> split;   // of which are split
  std::vector<double> truths;  // of those
  std::vector<double> hidden;  // people of groups that are not among them
};

std::map<size_t, Step> StepsOf(const World& world, const Asked& asked,
                               const Answer& answer) {
  std::map<size_t, Step> steps;
  std::map<size_t, std::set<By>> seen;
  for (size_t r = 0; r < answer.row_count(); ++r) {
    if (answer.Find("dau")->is_missing(r)) continue;
    const size_t at = StepOf(answer, r);
    Step& step = steps[at];
    const Row row = RowOf(asked, answer, r);
    step.rows.push_back(r);
    seen[at].insert(row.by);
    if (!IsSplit(row.by)) continue;
    step.split.push_back(r);
    step.truths.push_back(static_cast<double>(Truth(world, at, row).size()));
  }
  for (auto& [at, step] : steps) {
    for (const Row& row : NamedRows(asked)) {
      if (seen[at].count(row.by) > 0 || !IsNamed(world, row)) continue;
      const size_t people = Truth(world, at, row).size();
      if (people > 0) step.hidden.push_back(static_cast<double>(people));
    }
  }
  return steps;
}

struct Tally {
  size_t rows = 0;
  size_t exact = 0;
  size_t open = 0;
  void Add(const Answer& answer, const std::string& name, size_t row) {
    ++rows;
    ++(answer.Find(name)->kinds[row] == CellKind::kExact ? exact : open);
  }
};

double MeanOf(const std::vector<double>& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

TEST_CASE("functions of groups hold what is true", "[bounds]") {
  const uint32_t seed = 31;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::map<std::string, Tally> tallies;
  size_t hidden = 0;
  for (int round = 0; round < 900; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.by.empty()) continue;
    const std::string text = absl::StrCat(
        "SELECT dau, share(dau) AS s, sum(dau WITHIN ALL) AS t, dau / sum(dau "
        "WITHIN ALL) AS q, min(dau WITHIN ALL) AS least, max(dau WITHIN ALL) "
        "AS most, avg(dau WITHIN ALL) AS mean, count(dau > 2 WITHIN ALL) AS "
        "large, count(dau WITHIN ALL) AS all_of, top_share(dau) AS top "
        "DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    for (const auto& [at, step] : StepsOf(world, asked, *answer)) {
      const double everybody =
          static_cast<double>(Truth(world, at, asked.row).size());
      hidden += step.hidden.size();
      const auto larger = [](const std::vector<double>& numbers) {
        return static_cast<double>(
            std::count_if(numbers.begin(), numbers.end(),
                          [](double number) { return number > 2; }));
      };
      std::vector<double> with_hidden = step.truths;
      with_hidden.insert(with_hidden.end(), step.hidden.begin(),
                         step.hidden.end());
      for (const size_t r : step.rows) {
        CheckWithin(*answer, "t", r, everybody);
        tallies["t"].Add(*answer, "t", r);
        const bool same =
            NumberAt(*answer, "t", r) == NumberAt(*answer, "t", step.rows[0]);
        CHECK(same);
        if (step.truths.empty()) {
          CHECK(answer->Find("mean")->is_missing(r));
          continue;
        }
        const auto check = [&](const std::string& name, double truth,
                               double truth_with_hidden) {
          CheckWithin(*answer, name, r, truth);
          CheckWithin(*answer, name, r, truth_with_hidden);
          tallies[name].Add(*answer, name, r);
        };
        const auto [least, most] =
            std::minmax_element(step.truths.begin(), step.truths.end());
        const auto [least_of_all, most_of_all] =
            std::minmax_element(with_hidden.begin(), with_hidden.end());
        check("least", *least, *least_of_all);
        check("most", *most, *most_of_all);
        check("mean", MeanOf(step.truths), MeanOf(with_hidden));
        check("large", larger(step.truths), larger(with_hidden));
        check("all_of", static_cast<double>(step.truths.size()),
              static_cast<double>(with_hidden.size()));
      }
      for (size_t i = 0; i < step.split.size(); ++i) {
        const size_t r = step.split[i];
        if (answer->Find("s")->is_missing(r)) continue;
        CHECK(NumberAt(*answer, "s", r) == NumberAt(*answer, "q", r));
        if (everybody == 0 || step.split.size() < step.rows.size()) continue;
        double above = 0;
        for (const double truth : step.truths) {
          if (truth >= step.truths[i]) above += truth;
        }
        CheckWithin(*answer, "top", r, above / everybody);
        tallies["top"].Add(*answer, "top", r);
      }
    }
  }
  CHECK(hidden > 50);
  for (const auto& [name, tally] : tallies) {
    INFO(name);
    CHECK(tally.rows > 200);
    CHECK(tally.exact > 50);
    CHECK(tally.open > 50);
  }
}

// Numbers by step, of a column of a statement without BY.
std::map<size_t, double> ByStep(const Snapshot& snapshot,
                                const std::string& text) {
  std::map<size_t, double> found;
  const auto answer = Query(snapshot, text, {});
  INFO(text);
  REQUIRE(answer.status() == absl::OkStatus());
  for (size_t r = 0; r < answer->row_count(); ++r) {
    if (answer->Find("x")->is_missing(r)) continue;
    found[StepOf(*answer, r)] = NumberAt(*answer, "x", r);
  }
  return found;
}

TEST_CASE("a sum of all groups is the statement without BY", "[bounds]") {
  const uint32_t seed = 37;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t sums = 0;
  size_t parts = 0;
  for (int round = 0; round < 2000; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.by.empty()) continue;
    const std::string text = absl::StrCat(
        "SELECT dau, sum(dau WITHIN ALL) AS t, contribution(dau, 1 day) AS c "
        "DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    const auto total =
        ByStep(world.snapshot,
               absl::StrCat("SELECT dau AS x DURING 2022-01-08..2022-01-11",
                            asked.where));
    const auto growth = ByStep(
        world.snapshot,
        absl::StrCat(
            "SELECT growth(dau, 1 day) AS x DURING 2022-01-08..2022-01-11",
            asked.where));
    // Of wholes that are split in different ways the total is told otherwise.
    std::set<size_t> whole;
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const size_t at = StepOf(*answer, r);
      if (IsSplit(RowOf(asked, *answer, r).by)) continue;
      whole.insert(at);
      whole.insert(at + 1);
    }
    std::map<size_t, double> contributions;
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const size_t at = StepOf(*answer, r);
      if (whole.count(at) > 0) continue;
      if (!answer->Find("t")->is_missing(r)) {
        ++sums;
        REQUIRE(total.count(at) == 1);
        CHECK(NumberAt(*answer, "t", r) == total.at(at));
      }
      if (answer->Find("c")->is_missing(r)) continue;
      contributions[at] += NumberAt(*answer, "c", r);
    }
    for (const auto& [at, sum] : contributions) {
      ++parts;
      REQUIRE(growth.count(at) == 1);
      CHECK(sum == Approx(growth.at(at)).margin(1e-9));
    }
  }
  CHECK(sums > 500);
  CHECK(parts > 100);
}

TEST_CASE("contributions hold what is true", "[bounds]") {
  const uint32_t seed = 41;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Tally tally;
  for (int round = 0; round < 900; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.by.empty()) continue;
    const std::string text = absl::StrCat(
        "SELECT contribution(dau, 1 day) AS c, dau, lag(dau, 1 "
        "day) AS l DURING 2022-01-08..2022-01-11",
        asked.where, asked.by);
    const auto answer = Query(world.snapshot, text, {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << text << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    for (size_t r = 0; r < answer->row_count(); ++r) {
      if (answer->Find("c")->is_missing(r)) continue;
      const Row row = RowOf(asked, *answer, r);
      const size_t at = StepOf(*answer, r);
      const double then =
          static_cast<double>(Truth(world, at - 1, asked.row).size());
      if (!IsSplit(row.by) || then == 0) continue;
      CheckWithin(*answer, "c", r,
                  (static_cast<double>(Truth(world, at, row).size()) -
                   static_cast<double>(Truth(world, at - 1, row).size())) /
                      then);
      tally.Add(*answer, "c", r);
    }
  }
  CHECK(tally.rows > 500);
  CHECK(tally.exact > 50);
  CHECK(tally.open > 50);
}

TEST_CASE("a rank within a member is that of a statement of it alone",
          "[bounds]") {
  const uint32_t seed = 43;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t ranks = 0;
  for (int round = 0; round < 400; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const size_t of = static_cast<size_t>(round) % kDimensions;
    const std::string by =
        absl::StrCat(kNames[of], ", ", kNames[(of + 1) % kDimensions]);
    const auto answer = Query(
        world.snapshot,
        absl::StrCat("SELECT dau, rank(dau WITHIN ", kNames[of],
                     ") AS r, max(dau WITHIN ", kNames[of],
                     ") AS m, sum(dau WITHIN ", kNames[of], ") AS t BY ", by),
        {});
    INFO("round " << round << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    std::map<std::string, Answer> alone;
    for (const std::string& member : kMembers[of]) {
      const auto one = Query(
          world.snapshot,
          absl::StrCat("SELECT dau, rank(dau) AS r, max(dau WITHIN ALL) AS m, "
                       "sum(dau WITHIN ALL) AS t WHERE ",
                       kNames[of], " = '", member, "' BY ", by),
          {});
      if (absl::IsNotFound(one.status())) continue;
      REQUIRE(one.status() == absl::OkStatus());
      alone.emplace(member, *one);
    }
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const auto one = alone.find(std::string(answer->columns[0].text(r)));
      if (one == alone.end()) continue;
      const Answer& other = one->second;
      for (size_t s = 0; s < other.row_count(); ++s) {
        if (other.columns[1].text(s) != answer->columns[1].text(r) ||
            StepOf(other, s) != StepOf(*answer, r)) {
          continue;
        }
        ++ranks;
        for (const std::string name : {"r", "m", "t"}) {
          INFO(name << " of row " << r);
          CHECK(NumberAt(*answer, name, r) == NumberAt(other, name, s));
          // Exact alone is no claim that WITHIN must make, but not the other
          // way round.
          CHECK(
              (answer->Find(name)->low[r] <= other.Find(name)->high[s] + 1e-9));
          CHECK(
              (other.Find(name)->low[s] <= answer->Find(name)->high[r] + 1e-9));
        }
      }
    }
  }
  CHECK(ranks > 500);
}

TEST_CASE("a total is the statement without BY", "[bounds]") {
  const uint32_t seed = 47;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  size_t totals = 0;
  for (int round = 0; round < 600; ++round) {
    World world = MakeWorld(kRules[static_cast<size_t>(round) % 5], &random);
    const Asked asked = MakeQuestion(&random);
    if (asked.split.size() != 1) continue;
    const std::string select =
        absl::StrCat("SELECT dau, share(dau) AS s", asked.where, asked.by);
    const auto answer =
        Query(world.snapshot, absl::StrCat(select, " TOTAL 'all'"), {});
    if (absl::IsNotFound(answer.status())) continue;
    INFO("round " << round << ": " << select << "\n" << Describe(world));
    REQUIRE(answer.status() == absl::OkStatus());
    const auto rows = Query(world.snapshot, select, {});
    const auto total =
        Query(world.snapshot, absl::StrCat("SELECT dau", asked.where), {});
    REQUIRE(rows.status() == absl::OkStatus());
    REQUIRE(total.status() == absl::OkStatus());
    // Its rows stand behind those that are there without it.
    const size_t first = rows->row_count();
    REQUIRE(answer->row_count() == first + total->row_count());
    for (size_t r = 0; r < total->row_count(); ++r) {
      ++totals;
      CHECK(answer->columns[0].text(first + r) == "all");
      const Column& of_all = *answer->Find("dau");
      const Column& alone = *total->Find("dau");
      CHECK(of_all.integers[first + r] == alone.integers[r]);
      CHECK(of_all.low_integers[first + r] == alone.low_integers[r]);
      CHECK(of_all.high_integers[first + r] == alone.high_integers[r]);
      const Column& share = *answer->Find("s");
      const bool one =
          share.is_missing(first + r) || share.decimals[first + r] == 1;
      CHECK(one);
    }
  }
  CHECK(totals > 200);
}

}  // namespace
}  // namespace footfall
