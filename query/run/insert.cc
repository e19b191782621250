#include "query/run/insert.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/hash_table.h"
#include "query/lang/diagnostic.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

// The value as an int64; nullopt where it is none. 1e8 is one.
std::optional<int64_t> WholeValue(const Number& number) {
  if (const int64_t* whole = std::get_if<int64_t>(&number.value)) {
    return *whole;
  }
  const double decimal = std::get<double>(number.value);
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (decimal != std::floor(decimal) || decimal < -kEnd || decimal >= kEnd) {
    return std::nullopt;
  }
  return static_cast<int64_t>(decimal);
}

class RowReader {
 public:
  RowReader(std::shared_ptr<const Metric> metric, absl::string_view text)
      : metric_(std::move(metric)),
        text_(text),
        counts_people_(metric_->spec.CountsUsers()) {}

  // `places` [dimensions of the statement]: index into the metric's.
  absl::Status Add(const Insert::Row& row, const std::vector<size_t>& places,
                   SampleRows* rows) {
    const Date& date = std::get<Date>(row.time);
    const absl::StatusOr<int64_t> step = metric_->grid.StepNamed(date);
    if (!step.ok()) {
      return Refuse(Refusal::kRowTime, text_, row.parts.at(0),
                    {step.status().message()});
    }
    std::vector<absl::string_view> members(metric_->spec.dimensions.size());
    for (size_t i = 0; i < places.size(); ++i) {
      members[places[i]] = std::get<std::string>(row.members[i]);
    }
    FOOTFALL_RETURN_IF_ERROR(CheckSame(row, date, *step, members));
    const Number& number = std::get<Number>(row.value);
    FOOTFALL_RETURN_IF_ERROR(CheckSign(row, number));
    if (metric_->spec.value_type == ValueType::kInteger) {
      const std::optional<int64_t> value = WholeValue(number);
      if (!value.has_value()) {
        return Refuse(Refusal::kRowInteger, text_, row.parts.at(1),
                      {metric_->spec.name});
      }
      rows->AddStep(*step, members, *value);
    } else if (const double* decimal = std::get_if<double>(&number.value)) {
      rows->AddStep(*step, members, *decimal);
    } else {
      rows->AddStep(*step, members,
                    static_cast<double>(std::get<int64_t>(number.value)));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckSign(const Insert::Row& row, const Number& number) {
    const bool negative =
        std::visit([](auto v) { return v < 0; }, number.value);
    if (!negative || !counts_people_) return absl::OkStatus();
    return Refuse(Refusal::kRowNegative, text_, row.parts.at(1),
                  {metric_->spec.name});
  }

  // Two dates that name one step: which of them should stand there?
  absl::Status CheckSame(const Insert::Row& row, const Date& date, int64_t step,
                         const std::vector<absl::string_view>& members) {
    std::string key = absl::StrCat(step);
    for (const absl::string_view member : members) {
      absl::StrAppend(&key, ":", member.size(), ":", member);
    }
    const auto [it, added] = dates_.emplace(std::move(key), date);
    if (added || it->second == date) return absl::OkStatus();
    return Refuse(
        Refusal::kRowSameStep, text_, row.parts.at(0),
        {FormatDate(it->second), FormatDate(date),
         FormatPeriod(metric_->spec.period), metric_->grid.Format(step)});
  }

  std::shared_ptr<const Metric> metric_;
  absl::string_view text_;
  bool counts_people_;
  FlatHashMap<std::string, Date> dates_;  // by sample
};

}  // namespace

absl::StatusOr<WriteResult> RunInsert(Database& database, const Insert& insert,
                                      absl::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            LookUpUsableMetric(*snapshot, insert.metric, text));
  std::vector<size_t> places;
  for (const Name& name : insert.dimensions) {
    FOOTFALL_ASSIGN_OR_RETURN(const size_t place,
                              LookUpDimension(*metric, name, text));
    for (const size_t other : places) {
      if (other != place) continue;
      return Refuse(Refusal::kColumnTwice, text, name.source, {name.name});
    }
    places.push_back(place);
  }
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(metric);
  RowReader reader(metric, text);
  for (const Insert::Row& row : insert.rows) {
    FOOTFALL_RETURN_IF_ERROR(reader.Add(row, places, &rows));
  }
  absl::StatusOr<WriteResult> written = database.Write(batch, WriteOptions());
  if (!written.ok()) {
    return Diagnostic(written.status().code(), text, insert.metric.source,
                      written.status().message(), "");
  }
  return written;
}

}  // namespace footfall::query
