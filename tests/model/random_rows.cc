#include "tests/model/random_rows.h"

#include <limits>
#include <optional>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"

namespace footfall::testing {
namespace {

int64_t RandomInteger(Random* random) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  switch ((*random)() % 8) {
    case 0:
      return static_cast<int64_t>((*random)());
    case 1:
      return std::vector<int64_t>{kMin, kMax, 0, -1}[(*random)() % 4];
    case 2:
      return -static_cast<int64_t>((*random)() % 1'000'000);
    default:
      return 1'000'000 + static_cast<int64_t>((*random)() % 10'000);
  }
}

double RandomDecimal(Random* random) {
  switch ((*random)() % 6) {
    case 0:
      return std::vector<double>{
          0.0, -0.0, std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN(),
          std::numeric_limits<double>::denorm_min()}[(*random)() % 5];
    case 1:
      return absl::bit_cast<double>((*random)());
    default:
      return static_cast<double>((*random)() % 100'000) / 100;
  }
}

// Some of them again and again: what was forever between comes back.
Period RandomKeep(const Period& period, Random* random) {
  const auto up_to = [random](uint64_t n) {
    return static_cast<int32_t>(1 + (*random)() % n);
  };
  switch (period.unit) {
    case Unit::kDay:
      return std::vector<Period>{{Unit::kDay, 30},
                                 {Unit::kDay, up_to(400)},
                                 {Unit::kWeek, 20},
                                 {Unit::kMonth, 6}}[(*random)() % 4];
    case Unit::kMonth:
      return std::vector<Period>{{Unit::kMonth, 12},
                                 {Unit::kDay, up_to(900)},
                                 {Unit::kYear, 3}}[(*random)() % 3];
    default:
      return std::vector<Period>{{Unit::kHour, 1},
                                 {Unit::kHour, up_to(20)},
                                 {Unit::kDay, 1}}[(*random)() % 3];
  }
}

}  // namespace

std::string OtherName(const MetricSpec& spec) {
  return absl::StrCat(spec.name, "_renamed");
}

MetricChanges RandomChanges(const MetricSpec& spec, Random* random) {
  const auto one_in = [random](uint64_t n) { return (*random)() % n == 0; };
  const auto rule = [random] {
    return static_cast<Additivity>((*random)() % 3);
  };
  MetricChanges changes;
  if (one_in(3)) {
    changes.unit = std::vector<std::string>{"", "users"}[(*random)() % 2];
  }
  if (one_in(3)) changes.over_time = rule();
  if (!spec.dimensions.empty() && one_in(3)) {
    changes.rules = {
        {spec.dimensions[(*random)() % spec.dimensions.size()].name, rule()}};
  }
  if (one_in(4)) changes.late = static_cast<int32_t>((*random)() % 9);
  if (one_in(3)) {
    changes.keep = std::optional<Period>();
  } else if (!one_in(3)) {
    changes.keep = std::optional<Period>(RandomKeep(spec.period, random));
  }
  return changes;
}

std::vector<MetricSpec> RandomSpecs() {
  std::vector<MetricSpec> specs(4);
  specs[0].name = "mentions";
  specs[0].dimensions = {{"app", Additivity::kAdds},
                         {"channel", Additivity::kAdds}};
  specs[1].name = "price";
  specs[1].value_type = ValueType::kDecimal;
  specs[1].period = {Unit::kMonth, 1};
  specs[1].dimensions = {{"app", Additivity::kLevel}};
  specs[1].over_time = Additivity::kLevel;
  specs[2].name = "active";
  specs[2].period = {Unit::kMinute, 5};
  specs[2].zone = "Asia/Shanghai";
  specs[2].dimensions = {{"app", Additivity::kAdds},
                         {"region", Additivity::kAdds},
                         {"channel", Additivity::kAdds}};
  specs[3].name = "total";
  specs[3].period = {Unit::kSecond, 1};
  return specs;
}

int64_t RandomStep(const MetricSpec& spec, Random* random) {
  // Around a month before 1970, today, and the edges of eras between.
  const int64_t base = spec.period.unit == Unit::kMonth ? 600 : int64_t{20'000};
  switch ((*random)() % 10) {
    case 0:
      return -static_cast<int64_t>((*random)() % 300);
    case 1:
      return 256 * static_cast<int64_t>((*random)() % 5) +
             static_cast<int64_t>((*random)() % 3) - 1;
    case 2:
      return base + static_cast<int64_t>((*random)() % 3000);
    default:
      return base + static_cast<int64_t>((*random)() % 60);
  }
}

Row RandomRow(const MetricSpec& spec, Random* random) {
  Row row;
  row.step = RandomStep(spec, random);
  for (size_t i = 0; i < spec.dimensions.size(); ++i) {
    // The first dimension has enough members for several bands.
    const uint64_t count = i == 0 ? 120 : 3;
    const uint64_t member = (*random)() % count;
    row.members.push_back(
        member == 0 ? "" : absl::StrCat(spec.dimensions[i].name, "-", member));
  }
  row.bits = spec.value_type == ValueType::kInteger
                 ? RandomInteger(random)
                 : absl::bit_cast<int64_t>(RandomDecimal(random));
  return row;
}

std::vector<absl::string_view> Views(const Members& members) {
  return std::vector<absl::string_view>(members.begin(), members.end());
}

void AddRow(const Row& row, SampleRows* rows) {
  if (row.deletes) {
    rows->Delete(row.step, Views(row.members));
  } else if (rows->metric()->spec.value_type == ValueType::kInteger) {
    rows->AddStep(row.step, Views(row.members), row.bits);
  } else {
    rows->AddStep(row.step, Views(row.members),
                  absl::bit_cast<double>(row.bits));
  }
}

void Apply(const Row& row, PlainMetric* samples) {
  if (!row.deletes) {
    (*samples)[row.members][row.step] = row.bits;
    return;
  }
  const auto series = samples->find(row.members);
  if (series == samples->end()) return;
  series->second.erase(row.step);
  if (series->second.empty()) samples->erase(series);
}

EventChange RandomEventChange(Random* random) {
  const auto pick = [random](std::vector<std::string> texts) {
    return texts[(*random)() % texts.size()];
  };
  EventChange change;
  change.removes = (*random)() % 4 == 0;
  Event& event = change.event;
  event.kind = pick({"release", "outage"});
  event.name = pick({"V2", "V3", "R1"});
  event.date = *ParseDate(
      pick({"2024-12-26", "2025-01", "2025-01-01", "2025-01-20T13:05Z"}));
  if (change.removes) return change;
  if ((*random)() % 2 == 0) event.members = {{"app", pick({"A", "B"})}};
  if ((*random)() % 4 == 0) event.members.push_back({"region", "cn"});
  event.note = pick({"", "a note", "another note"});
  event.source = pick({"", "the newspaper"});
  return change;
}

AliasChange RandomAliasChange(Random* random) {
  const std::vector<MetricSpec> specs = RandomSpecs();
  AliasChange change;
  change.removes = (*random)() % 4 == 0;
  Alias& alias = change.alias;
  alias.dimension = specs[0].dimensions[0].name;
  alias.old_name = absl::StrCat("name ", (*random)() % 5);
  do {
    alias.new_name = absl::StrCat("name ", (*random)() % 5);
  } while (alias.new_name == alias.old_name);
  if ((*random)() % 2 == 0) alias.from = *ParseDate("2025-01-20");
  return change;
}

void AddChange(const EventChange& change, SampleBatch* batch) {
  const Event& event = change.event;
  if (change.removes) {
    batch->RemoveEvent(event.kind, event.name, event.date);
  } else {
    batch->AddEvent(event);
  }
}

void AddChange(const AliasChange& change, SampleBatch* batch) {
  const Alias& alias = change.alias;
  if (change.removes) {
    batch->RemoveAlias(alias.dimension, alias.old_name);
  } else {
    batch->AddAlias(alias);
  }
}

bool ClosesCircle(const AliasChange& change, const PlainAliases& aliases) {
  if (change.removes) return false;
  std::string name = change.alias.new_name;
  while (name != change.alias.old_name) {
    const auto next = aliases.find({change.alias.dimension, name});
    if (next == aliases.end()) return false;
    name = next->second.first;
  }
  return true;
}

}  // namespace footfall::testing
