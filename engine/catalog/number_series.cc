#include "engine/catalog/number_series.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"

namespace footfall::engine {
namespace {

constexpr size_t kRowsAtATime = 4096;

// Maps local member numbers to the catalog's, per dimension.
using LocalMembers = std::vector<std::vector<MemberId>>;

LocalMembers FindMembers(const MetricState& state,
                         absl::Span<const MemberColumn> columns) {
  LocalMembers local(columns.size());
  std::vector<absl::string_view> names;
  for (size_t d = 0; d < columns.size(); ++d) {
    names.clear();
    for (const std::string& name : columns[d].names()) {
      names.push_back(name);
    }
    local[d].resize(names.size());
    state.dictionaries[d]->FindAll(names, absl::MakeSpan(local[d]));
  }
  return local;
}

// Whether one of the numbers is known and not below `first`.
bool AnyFrom(uint32_t first, absl::Span<const uint32_t> numbers) {
  return std::any_of(numbers.begin(), numbers.end(), [first](uint32_t number) {
    return number != kUnknownId && number >= first;
  });
}

size_t FindRows(const MetricState& state,
                absl::Span<const MemberColumn> columns,
                const LocalMembers& local, absl::Span<SeriesId> out) {
  std::vector<MemberId> buffer(columns.size() * kRowsAtATime);
  std::array<absl::Span<const MemberId>, kMaxDimensions> tuples;
  size_t unknown = 0;
  for (size_t begin = 0; begin < out.size(); begin += kRowsAtATime) {
    const size_t count = std::min(kRowsAtATime, out.size() - begin);
    for (size_t d = 0; d < columns.size(); ++d) {
      MemberId* const members = buffer.data() + d * kRowsAtATime;
      const uint32_t* const rows = columns[d].rows().data() + begin;
      const MemberId* const numbers = local[d].data();
      for (size_t i = 0; i < count; ++i) {
        members[i] = numbers[rows[i]];
      }
      tuples[d] = absl::MakeConstSpan(members, count);
    }
    unknown +=
        state.series->Find(absl::MakeConstSpan(tuples.data(), columns.size()),
                           out.subspan(begin, count));
  }
  return unknown;
}

}  // namespace

size_t FindSeries(const MetricState& state,
                  absl::Span<const MemberColumn> columns,
                  absl::Span<SeriesId> out) {
  return FindRows(state, columns, FindMembers(state, columns), out);
}

absl::StatusOr<SeriesPlan> PlanSeries(const MetricState& state,
                                      absl::Span<const MemberColumn> columns,
                                      absl::Span<const RowKind> kinds,
                                      absl::Span<SeriesId> out) {
  const size_t dimensions = columns.size();
  SeriesPlan plan;
  plan.first_members.resize(dimensions);
  plan.members.resize(dimensions);
  plan.tuples.resize(dimensions);
  LocalMembers local;
  size_t unknown = 0;
  bool came_between = true;
  while (came_between) {
    plan.first_series = state.series->count();
    for (size_t d = 0; d < dimensions; ++d) {
      plan.first_members[d] = state.dictionaries[d]->count();
    }
    local = FindMembers(state, columns);
    unknown = FindRows(state, columns, local, out);
    // Found beyond the counts: a commit has brought it meanwhile.
    came_between = AnyFrom(plan.first_series, out);
    for (size_t d = 0; d < dimensions; ++d) {
      came_between |= AnyFrom(plan.first_members[d], local[d]);
    }
  }
  if (unknown == 0) return plan;
  std::vector<size_t> rows;  // that need a new series
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] == kUnknownId &&
        (kinds.empty() || kinds[i] != RowKind::kDelete)) {
      rows.push_back(i);
    }
  }
  if (rows.empty()) return plan;
  // Each row could bring a series, and each local name a member.
  if (uint64_t{plan.first_series} + rows.size() >= kMaxNumbers) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "metric ", state.metric->spec.name, " has ", plan.first_series,
        " series; a metric can have ", kMaxNumbers));
  }
  for (size_t d = 0; d < dimensions; ++d) {
    if (uint64_t{plan.first_members[d]} + columns[d].names().size() >=
        kMaxNumbers) {
      return absl::ResourceExhaustedError(
          absl::StrCat("dimension ", state.dictionaries[d]->name(), " has ",
                       plan.first_members[d], " members; a dimension can have ",
                       kMaxNumbers));
    }
  }
  for (size_t d = 0; d < dimensions; ++d) {
    MemberId next = plan.first_members[d];
    for (const size_t row : rows) {
      const uint32_t number = columns[d].rows()[row];
      MemberId& member = local[d][number];
      if (member != kUnknownId) continue;
      member = next++;
      plan.members[d].push_back(columns[d].names()[number]);
    }
  }

  // Distinct tuples, in the order of their members.
  const auto member = [&](size_t row, size_t d) {
    return local[d][columns[d].rows()[row]];
  };
  const auto compare = [&](size_t a, size_t b) {
    for (size_t d = 0; d < dimensions; ++d) {
      const MemberId x = member(a, d);
      const MemberId y = member(b, d);
      if (x != y) return x < y ? -1 : 1;
    }
    return 0;
  };
  const auto less = [&](size_t a, size_t b) { return compare(a, b) < 0; };
  if (!std::is_sorted(rows.begin(), rows.end(), less)) {
    std::sort(rows.begin(), rows.end(), less);
  }
  std::vector<size_t> firsts;  // of each new series, a row
  for (const size_t row : rows) {
    if (firsts.empty() || compare(firsts.back(), row) != 0) {
      for (size_t d = 0; d < dimensions; ++d) {
        plan.tuples[d].push_back(member(row, d));
      }
      firsts.push_back(row);
    }
    out[row] = plan.first_series + static_cast<SeriesId>(firsts.size() - 1);
  }
  plan.series_count = firsts.size();
  // Rows that delete from what the others bring.
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] != kUnknownId) continue;
    const auto found = std::lower_bound(firsts.begin(), firsts.end(), i, less);
    if (found != firsts.end() && compare(*found, i) == 0) {
      out[i] =
          plan.first_series + static_cast<SeriesId>(found - firsts.begin());
    }
  }
  return plan;
}

bool StillHolds(const SeriesPlan& plan, const MetricState& state) {
  for (size_t d = 0; d < plan.first_members.size(); ++d) {
    if (state.dictionaries[d]->count() != plan.first_members[d]) return false;
  }
  return state.series->count() == plan.first_series;
}

}  // namespace footfall::engine
