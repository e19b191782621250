#include "tests/model/plain_database.h"

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

}  // namespace

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
    database[metric->spec.name] = *std::move(samples);
  }
  return database;
}

std::optional<std::string> Difference(const PlainMetric& expected,
                                      const PlainMetric& found) {
  for (const auto& [members, steps] : expected) {
    const auto series = found.find(members);
    for (const auto& [step, value] : steps) {
      const bool there =
          series != found.end() && series->second.count(step) > 0;
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
                                      const PlainDatabase& found) {
  for (const auto& [name, samples] : expected) {
    const auto metric = found.find(name);
    if (metric == found.end()) return absl::StrCat(name, " is missing");
    if (auto difference = Difference(samples, metric->second)) {
      return absl::StrCat(name, *difference);
    }
  }
  for (const auto& [name, samples] : found) {
    if (expected.count(name) == 0) return absl::StrCat(name, " is there");
  }
  return std::nullopt;
}

}  // namespace footfall::testing
