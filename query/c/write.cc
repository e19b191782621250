#include "query/c/write.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/footfall.h"
#include "query/c/database.h"
#include "query/c/error.h"
#include "query/lang/status_macros.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

// Beyond them no calendar of ours goes, and arithmetic with them is safe.
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00
constexpr int64_t kEndSecond = 253'402'300'800;    // 10000-01-01T00:00

absl::Status InRow(size_t row, absl::string_view metric,
                   const absl::Status& status) {
  return Prefixed(absl::StrCat("metric ", metric, ", row ", row, ": "), status);
}

// "metric dau: ..": what is wrong with the arrays of a table.
absl::Status WrongTable(const footfall_rows& table, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("metric ", table.metric, ": ", what));
}

absl::StatusOr<std::vector<int64_t>> StepsOf(const footfall_rows& table,
                                             const Grid& grid) {
  const bool civil = table.civil != nullptr;
  const int64_t* const seconds = civil ? table.civil : table.instants;
  StepsOfSeconds steps_of(grid, civil);
  std::vector<int64_t> steps(table.count);
  for (size_t row = 0; row < table.count; ++row) {
    const absl::StatusOr<int64_t> step = steps_of.At(seconds[row]);
    if (!step.ok()) return InRow(row, table.metric, step.status());
    steps[row] = *step;
  }
  return steps;
}

// The dimensions of a table in their metric's order.
struct TableMembers {
  std::vector<SampleColumns::Members> columns;
  std::vector<std::vector<absl::string_view>> names;  // behind them
  std::vector<uint32_t> not_split;
};

absl::StatusOr<TableMembers> MembersOf(const footfall_rows& table,
                                       const MetricSpec& spec) {
  const absl::Span<const footfall_members> given(table.members,
                                                 table.member_count);
  TableMembers out;
  out.not_split.resize(table.count);
  size_t used = 0;
  for (const Dimension& dimension : spec.dimensions) {
    std::vector<absl::string_view> names = {""};
    absl::Span<const uint32_t> codes = out.not_split;
    for (const footfall_members& one : given) {
      if (one.dimension != dimension.name) continue;
      ++used;
      names.assign(one.names, one.names + one.name_count);
      codes = absl::MakeConstSpan(one.codes, table.count);
      break;
    }
    out.names.push_back(std::move(names));
    out.columns.push_back({out.names.back(), codes});
  }
  if (used == given.size()) return out;
  return WrongTable(
      table, absl::StrCat("members are given of a dimension twice, or of one "
                          "that it does not have; its dimensions are ",
                          DimensionNames(spec)));
}

absl::Status AddTable(const Database& database, const footfall_rows& table,
                      SampleBatch* batch) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            MetricForC(database, table.metric));
  SampleRows& rows = batch->RowsOf(metric);
  if (table.count == 0) return absl::OkStatus();
  if ((table.instants == nullptr) == (table.civil == nullptr)) {
    return WrongTable(table, "one of instants and civil is required");
  }
  if ((table.integers == nullptr) == (table.decimals == nullptr)) {
    return WrongTable(table, "one of integers and decimals is required");
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<int64_t> steps,
                            StepsOf(table, metric->grid));
  FOOTFALL_ASSIGN_OR_RETURN(const TableMembers members,
                            MembersOf(table, metric->spec));
  SampleColumns columns;
  columns.steps = steps;
  if (table.integers != nullptr) {
    columns.integers = absl::MakeConstSpan(table.integers, table.count);
  } else {
    columns.decimals = absl::MakeConstSpan(table.decimals, table.count);
  }
  columns.members = members.columns;
  const absl::Status added = rows.AddColumns(columns);
  if (added.ok()) return added;
  return Prefixed(absl::StrCat("metric ", table.metric, ": "), added);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Metric>> MetricForC(
    const Database& database, const std::string& name) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  const Source whole = {0, static_cast<uint32_t>(name.size())};
  return LookUpUsableMetric(*snapshot, Name{name, whole}, name);
}

std::string DimensionNames(const MetricSpec& spec) {
  return absl::StrJoin(spec.dimensions, ", ",
                       [](std::string* out, const Dimension& dimension) {
                         out->append(dimension.name);
                       });
}

absl::StatusOr<int64_t> StepsOfSeconds::At(int64_t seconds) {
  if (any_ && seconds == last_seconds_) return last_step_;
  if (seconds < kFirstSecond || seconds >= kEndSecond) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the time is ", seconds,
        " s from 1970-01-01; the years 1 to 9999 are taken, in seconds"));
  }
  any_ = true;
  last_seconds_ = seconds;
  last_step_ = civil_ ? grid_.StepAt(absl::CivilSecond(1970, 1, 1) + seconds)
                      : grid_.StepAt(absl::FromUnixSeconds(seconds));
  return last_step_;
}

absl::Status WriteForC(Database& database, const SampleBatch& batch,
                       unsigned flags, uint64_t* samples) {
  if ((flags & ~unsigned{FOOTFALL_WRITE_UNSYNCED}) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("flags ", flags, " of a write hold unknown ones"));
  }
  WriteOptions options;
  if ((flags & FOOTFALL_WRITE_UNSYNCED) != 0) {
    options.durability = Durability::kProcessCrash;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult result,
                            database.Write(batch, options));
  if (samples != nullptr) *samples = result.samples;
  return absl::OkStatus();
}

}  // namespace footfall::query

int footfall_write(footfall_database* database, const footfall_rows* tables,
                   size_t table_count, unsigned flags, uint64_t* samples,
                   footfall_error** error) {
  return footfall::query::InC(error, [&]() -> absl::Status {
    footfall::SampleBatch batch;
    for (size_t i = 0; i < table_count; ++i) {
      FOOTFALL_RETURN_IF_ERROR(
          footfall::query::AddTable(*database->shared, tables[i], &batch));
    }
    return footfall::query::WriteForC(*database->shared, batch, flags, samples);
  });
}
