// People who are made up, the samples that count them, and the truth about
// both: what bounds are tested against.
//
// They use apps on platforms in regions; some series are not split, some are
// missing.

#ifndef FOOTFALL_TESTS_QUERY_SUPPORT_PEOPLE_H_
#define FOOTFALL_TESTS_QUERY_SUPPORT_PEOPLE_H_

#include <algorithm>
#include <array>
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
#include "tests/support/catch.h"

namespace footfall {

constexpr size_t kDimensions = 3;
constexpr int64_t kSteps = 4;
constexpr int64_t kFirst = 19000;                  // 2022-01-08
using Box = std::array<std::string, kDimensions>;  // "" is all members
using Deed = Box;                                  // all members named
using Person = std::set<Deed>;                     // of one day

inline const std::array<std::string, kDimensions> kNames = {"app", "platform",
                                                            "region"};
inline const std::array<std::vector<std::string>, kDimensions> kMembers = {
    {{"A", "B"}, {"app", "web"}, {"cn", "in", "us"}}};

inline bool Covers(const Box& box, const Deed& deed) {
  for (size_t d = 0; d < kDimensions; ++d) {
    if (!box[d].empty() && box[d] != deed[d]) return false;
  }
  return true;
}

struct World {
  FakeSnapshot snapshot;
  std::vector<std::vector<Person>> people;      // [steps]
  std::vector<std::map<Box, int64_t>> samples;  // [steps]
};

// Rules of the three dimensions: each person has one member of an ADDS
// dimension for good.
inline World MakeWorld(const std::array<Additivity, kDimensions>& rules,
                       std::mt19937* random) {
  const auto pick = [random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(*random);
  };
  World world;
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  for (size_t d = 0; d < kDimensions; ++d) {
    spec.dimensions.push_back({kNames[d], rules[d]});
  }
  const auto metric = world.snapshot.Define(spec);
  std::vector<Box> boxes;
  // Which boxes are published at all: sparse or dense, by the flip of a coin.
  const size_t one_in = 1 + pick(4);
  for (int a = -1; a < 2; ++a) {
    for (int p = -1; p < 2; ++p) {
      for (int r = -1; r < 3; ++r) {
        const Box box = {a < 0 ? "" : kMembers[0][static_cast<size_t>(a)],
                         p < 0 ? "" : kMembers[1][static_cast<size_t>(p)],
                         r < 0 ? "" : kMembers[2][static_cast<size_t>(r)]};
        if (pick(one_in) == 0) boxes.push_back(box);
      }
    }
  }
  const size_t count = 1 + pick(12);
  std::vector<Deed> homes;
  for (size_t i = 0; i < count; ++i) {
    homes.push_back(
        {kMembers[0][pick(2)], kMembers[1][pick(2)], kMembers[2][pick(3)]});
  }
  for (int64_t step = 0; step < kSteps; ++step) {
    std::vector<Person> people(count);
    for (size_t i = 0; i < count; ++i) {
      for (size_t n = pick(4); n > 0; --n) {
        Deed deed;
        for (size_t d = 0; d < kDimensions; ++d) {
          deed[d] = rules[d] == Additivity::kAdds
                        ? homes[i][d]
                        : kMembers[d][pick(kMembers[d].size())];
        }
        people[i].insert(deed);
      }
    }
    std::map<Box, int64_t> samples;
    for (const Box& box : boxes) {
      if (pick(5) == 0) continue;  // missing this time
      int64_t users = 0;
      for (const Person& person : people) {
        users +=
            std::any_of(person.begin(), person.end(),
                        [&](const Deed& deed) { return Covers(box, deed); });
      }
      samples[box] = users;
      world.snapshot.Put(*metric, kFirst + step, {box.begin(), box.end()},
                         users);
    }
    world.people.push_back(people);
    world.samples.push_back(samples);
  }
  return world;
}

// What a row of the answer speaks of: members allowed by conditions, and those
// of the group ("" there: what is not split).
struct Row {
  std::array<std::optional<std::set<std::string>>, kDimensions> picks;
  std::array<std::optional<std::string>, kDimensions> by;
};

// Whether a series may tell of the row, in whole or in part: members picked,
// or not split.
inline bool Bears(const Row& row, const Box& box) {
  for (size_t d = 0; d < kDimensions; ++d) {
    if (row.by[d].has_value() && row.by[d]->empty() && !box[d].empty()) {
      return false;
    }
    if (box[d].empty()) continue;
    if (row.by[d].has_value() && box[d] != *row.by[d]) return false;
    if (row.picks[d].has_value() && row.picks[d]->count(box[d]) == 0) {
      return false;
    }
  }
  return true;
}

inline bool Fits(const Row& row, const Deed& deed) {
  for (size_t d = 0; d < kDimensions; ++d) {
    if (row.by[d].has_value() && !row.by[d]->empty() && deed[d] != *row.by[d]) {
      return false;
    }
    if (row.picks[d].has_value() && row.picks[d]->count(deed[d]) == 0) {
      return false;
    }
  }
  return true;
}

// People of the row whom some published series counts.
inline std::set<size_t> Truth(const World& world, size_t step, const Row& row) {
  std::set<size_t> found;
  for (size_t i = 0; i < world.people[step].size(); ++i) {
    for (const Deed& deed : world.people[step][i]) {
      if (!Fits(row, deed)) continue;
      for (const auto& [box, value] : world.samples[step]) {
        if (Bears(row, box) && Covers(box, deed)) found.insert(i);
      }
    }
  }
  return found;
}

// Whether some series, of any step, names the row's members.
inline bool IsNamed(const World& world, const Row& row) {
  for (const auto& samples : world.samples) {
    for (const auto& [box, value] : samples) {
      bool names = Bears(row, box);
      for (size_t d = 0; d < kDimensions; ++d) {
        names = names && (!row.by[d].has_value() || box[d] == *row.by[d]);
      }
      if (names) return true;
    }
  }
  return false;
}

struct Asked {
  std::string where;
  std::string by;
  Row row;  // picks
  std::vector<size_t> split;
};

inline Asked MakeQuestion(std::mt19937* random) {
  const auto pick = [random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(*random);
  };
  Asked asked;
  std::vector<std::string> conditions;
  std::vector<std::string> by;
  for (size_t d = 0; d < kDimensions; ++d) {
    switch (pick(5)) {
      case 0: {
        const std::string& member = kMembers[d][pick(kMembers[d].size())];
        conditions.push_back(absl::StrCat(kNames[d], " = '", member, "'"));
        asked.row.picks[d] = {member};
        break;
      }
      case 1:
        conditions.push_back(absl::StrCat(kNames[d], " IN ('", kMembers[d][0],
                                          "', '", kMembers[d][1], "')"));
        asked.row.picks[d] = {kMembers[d][0], kMembers[d][1]};
        break;
      case 2:
      case 3:
        by.push_back(kNames[d]);
        asked.split.push_back(d);
        break;
      default:
        break;
    }
  }
  if (!conditions.empty()) {
    asked.where = absl::StrCat(" WHERE ", absl::StrJoin(conditions, " AND "));
  }
  if (!by.empty()) asked.by = absl::StrCat(" BY ", absl::StrJoin(by, ", "));
  return asked;
}

inline Row RowOf(const Asked& asked, const Answer& answer, size_t r) {
  Row row = asked.row;
  for (size_t i = 0; i < asked.split.size(); ++i) {
    row.by[asked.split[i]] = std::string(answer.columns[i].text(r));
  }
  return row;
}

inline std::string Describe(const World& world) {
  std::string text;
  for (size_t step = 0; step < world.samples.size(); ++step) {
    absl::StrAppend(&text, "step ", step, "\n");
    for (const auto& [box, value] : world.samples[step]) {
      absl::StrAppend(&text, "  (", absl::StrJoin(box, ","), ") = ", value,
                      "\n");
    }
    for (const Person& person : world.people[step]) {
      absl::StrAppend(&text, "  person");
      for (const Deed& deed : person) {
        absl::StrAppend(&text, " ", absl::StrJoin(deed, "/"));
      }
      absl::StrAppend(&text, "\n");
    }
  }
  return text;
}

constexpr Additivity kAdds = Additivity::kAdds;
constexpr Additivity kOverlaps = Additivity::kOverlaps;
inline const std::array<std::array<Additivity, kDimensions>, 5> kRules = {{
    {kOverlaps, kOverlaps, kAdds},      // the usual: users
    {kOverlaps, kOverlaps, kOverlaps},  // regions that people travel between
    {kAdds, kOverlaps, kAdds},
    {kAdds, kAdds, kAdds},
    {kOverlaps, kAdds, kAdds},
}};

inline size_t StepOf(const Answer& answer, size_t row) {
  return static_cast<size_t>(absl::CivilDay(answer.Find("time")->start(row)) -
                             absl::CivilDay(2022, 1, 8));
}

// Of a value that is an integer or a decimal.
inline void CheckWithin(const Answer& answer, const std::string& name,
                        size_t row, double truth) {
  const Column& column = *answer.Find(name);
  INFO("row " << row << ", " << name << ", truth " << truth << " in ["
              << column.low[row] << ", " << column.high[row] << "]");
  REQUIRE_FALSE(column.is_missing(row));
  CHECK(column.low[row] <= truth + 1e-9);
  CHECK(truth <= column.high[row] + 1e-9);
  if (column.kinds[row] == CellKind::kExact) {
    CHECK((column.type == ColumnType::kDecimal
               ? column.decimals[row]
               : static_cast<double>(column.integers[row])) == Approx(truth));
  }
}

}  // namespace footfall

#endif  // FOOTFALL_TESTS_QUERY_SUPPORT_PEOPLE_H_
