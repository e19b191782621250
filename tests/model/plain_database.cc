#include "tests/model/plain_database.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footfall::testing {
namespace {

std::string Describe(const Members& members) {
  return absl::StrCat("(", absl::StrJoin(members, ", "), ")");
}

absl::Status Broken(absl::string_view promise) {
  return absl::InternalError(absl::StrCat("slab: ", promise));
}

// What a slab promises, whatever it holds.
absl::Status CheckSlab(const Slab& slab, const std::set<SeriesId>& asked,
                       StepRange steps) {
  const size_t count = slab.series.size();
  if (slab.step_count < 1) return Broken("no steps");
  if (slab.words != (slab.step_count + 63) / 64) return Broken("words");
  if (slab.values.size() != count * slab.step_count) return Broken("values");
  if (slab.present.size() != count * slab.words) return Broken("present");
  if (slab.first_step < steps.begin ||
      slab.first_step + int64_t{slab.step_count} > steps.end) {
    return Broken("steps outside of what was asked");
  }
  for (size_t row = 0; row < count; ++row) {
    if (row > 0 && slab.series[row] <= slab.series[row - 1]) {
      return Broken("series do not ascend");
    }
    if (asked.count(slab.series[row]) == 0) {
      return Broken("a series that was not asked for");
    }
    bool any = false;
    for (uint32_t bit = 0; bit < slab.words * 64; ++bit) {
      const bool present =
          slab.present[row * slab.words + bit / 64] >> (bit % 64) & 1;
      any |= present;
      if (present && bit >= slab.step_count) return Broken("bits past the end");
      if (!present && bit < slab.step_count &&
          slab.values[row * slab.step_count + bit] != 0) {
        return Broken("an absent value is not 0");
      }
    }
    if (!any) return Broken("a series without a sample");
  }
  return absl::OkStatus();
}

std::vector<std::string> KeyOf(const Event& event) {
  std::vector<std::string> key = {event.kind, event.name,
                                  FormatDate(event.date)};
  for (const DimensionMember& member : event.members) {
    key.push_back(absl::StrCat(member.dimension, "=", member.member));
  }
  return key;
}

std::pair<std::string, std::string> ValueOf(const Alias& alias) {
  return {alias.new_name,
          alias.from.has_value() ? FormatDate(*alias.from) : ""};
}

template <typename Map>
std::optional<std::string> MapDifference(absl::string_view what,
                                         const Map& expected,
                                         const Map& found) {
  const auto same = std::mismatch(expected.begin(), expected.end(),
                                  found.begin(), found.end());
  if (same.first == expected.end() && same.second == found.end()) {
    return std::nullopt;
  }
  return absl::StrCat(what, ": expected ", expected.size(), ", found ",
                      found.size(), "; the first ",
                      std::distance(expected.begin(), same.first),
                      " are the same");
}

}  // namespace

void Apply(const EventChange& change, PlainEvents* events) {
  const Event& event = change.event;
  const std::vector<std::string> key = KeyOf(event);
  if (!change.removes) {
    (*events)[key] = {event.note, event.source};
    return;
  }
  std::erase_if(*events, [&key](const auto& entry) {
    return std::equal(key.begin(), key.begin() + 3, entry.first.begin());
  });
}

void Apply(const AliasChange& change, PlainAliases* aliases) {
  const std::pair key(change.alias.dimension, change.alias.old_name);
  if (change.removes) {
    aliases->erase(key);
  } else {
    (*aliases)[key] = ValueOf(change.alias);
  }
}

Members MembersOf(const Snapshot& snapshot, const Metric& metric,
                  SeriesId series) {
  const SeriesTable& table = snapshot.Series(metric.id);
  Members members;
  for (size_t i = 0; i < metric.spec.dimensions.size(); ++i) {
    MemberId member = 0;
    table.ReadMembers(i, series, absl::MakeSpan(&member, 1));
    const absl::string_view name =
        snapshot.MemberName(metric.spec.dimensions[i].name, member);
    members.emplace_back(name);
  }
  return members;
}

absl::Status ReadNames(const Snapshot& snapshot, PlainDatabase* database) {
  const Event* before = nullptr;
  for (const auto& event : snapshot.Events()) {
    if (before != nullptr && CompareEvents(*before, *event) >= 0) {
      return absl::InternalError("events: out of order");
    }
    before = event.get();
    database->events[KeyOf(*event)] = {event->note, event->source};
  }
  for (const auto& alias : snapshot.Aliases()) {
    const std::pair key(alias->dimension, alias->old_name);
    if (!database->aliases.empty() &&
        !(database->aliases.rbegin()->first < key)) {
      return absl::InternalError("aliases: out of order");
    }
    database->aliases[key] = ValueOf(*alias);
    // Both names are members, where there is a metric to have them.
    if (snapshot.MemberCount(alias->dimension) == 0) continue;
    for (const std::string& name : {alias->old_name, alias->new_name}) {
      if (!snapshot.FindMember(alias->dimension, name).has_value()) {
        return absl::InternalError(absl::StrCat("aliases: ", alias->dimension,
                                                " has no member ", name));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PlainMetric> ReadSome(const Snapshot& snapshot,
                                     const Metric& metric,
                                     absl::Span<const SeriesId> series,
                                     StepRange steps) {
  PlainMetric samples;
  const std::set<SeriesId> asked(series.begin(), series.end());
  const std::unique_ptr<SlabCursor> cursor =
      snapshot.Scan({metric.id, series, steps});
  while (true) {
    const absl::StatusOr<bool> moved = cursor->Next();
    if (!moved.ok()) return moved.status();
    if (!*moved) return samples;
    const Slab& slab = cursor->slab();
    absl::Status status = CheckSlab(slab, asked, steps);
    if (!status.ok()) return status;
    for (size_t row = 0; row < slab.series.size(); ++row) {
      Steps& values = samples[MembersOf(snapshot, metric, slab.series[row])];
      for (uint32_t i = 0; i < slab.step_count; ++i) {
        if ((slab.present[row * slab.words + i / 64] >> (i % 64) & 1) == 0) {
          continue;
        }
        const bool added = values
                               .emplace(slab.first_step + i,
                                        slab.values[row * slab.step_count + i])
                               .second;
        if (!added) return Broken("a sample comes twice");
      }
    }
  }
}

absl::StatusOr<PlainDatabase> ReadAll(const Snapshot& snapshot) {
  PlainDatabase database;
  for (const std::shared_ptr<const Metric>& metric : snapshot.Metrics()) {
    std::vector<SeriesId> all(snapshot.Series(metric->id).count());
    std::iota(all.begin(), all.end(), SeriesId{0});
    absl::StatusOr<PlainMetric> samples =
        ReadSome(snapshot, *metric, all, metric->grid.Limits());
    if (!samples.ok()) return samples.status();
    database.metrics[metric->spec.name] = *std::move(samples);
    database.declared[metric->spec.name] = metric->spec;
  }
  const absl::Status names = ReadNames(snapshot, &database);
  if (!names.ok()) return names;
  return database;
}

int64_t StepOf(const StepOfMetric& steps, const std::string& name) {
  const auto found = steps.find(name);
  return found == steps.end() ? kNoStep : found->second;
}

std::optional<std::string> Difference(const PlainMetric& expected,
                                      const PlainMetric& found,
                                      int64_t may_lack) {
  for (const auto& [members, steps] : expected) {
    const auto series = found.find(members);
    for (const auto& [step, value] : steps) {
      const bool there =
          series != found.end() && series->second.count(step) > 0;
      if (!there && step < may_lack) continue;
      if (!there || series->second.at(step) != value) {
        return absl::StrCat(
            Describe(members), " at step ", step, ": expected ", value,
            ", found ",
            there ? absl::StrCat(series->second.at(step)) : "nothing");
      }
    }
  }
  for (const auto& [members, steps] : found) {
    const auto series = expected.find(members);
    for (const auto& [step, value] : steps) {
      if (series == expected.end() || series->second.count(step) == 0) {
        return absl::StrCat(Describe(members), " at step ", step,
                            ": expected nothing, found ", value);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> Difference(const PlainDatabase& expected,
                                      const PlainDatabase& found,
                                      const StepOfMetric& may_lack) {
  for (const auto& [name, samples] : expected.metrics) {
    const auto metric = found.metrics.find(name);
    if (metric == found.metrics.end()) return absl::StrCat(name, " is missing");
    if (auto difference =
            Difference(samples, metric->second, StepOf(may_lack, name))) {
      return absl::StrCat(name, *difference);
    }
  }
  for (const auto& [name, samples] : found.metrics) {
    if (expected.metrics.count(name) == 0) {
      return absl::StrCat(name, " is there");
    }
  }
  for (const auto& [name, spec] : expected.declared) {
    const auto declared = found.declared.find(name);
    if (declared == found.declared.end() || !(declared->second == spec)) {
      return absl::StrCat(name, " is declared otherwise");
    }
  }
  if (auto events = MapDifference("events", expected.events, found.events)) {
    return events;
  }
  return MapDifference("aliases", expected.aliases, found.aliases);
}

}  // namespace footfall::testing
