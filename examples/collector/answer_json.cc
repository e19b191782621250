#include "examples/collector/answer_json.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace footfall::collector {
namespace {

using nlohmann::json;

// Milliseconds of a date as answers print it; nullopt where it is none.
std::optional<absl::Time> TimeOf(absl::string_view text) {
  const absl::StatusOr<Date> date = ParseDate(text);
  if (!date.ok()) return std::nullopt;
  return absl::FromCivil(date->start,
                         absl::FixedTimeZone(date->utc_offset_s.value_or(0)));
}

// Where a stretch that begins at `begin` ends.
absl::Time EndOf(absl::Time begin, const Period& period) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const int count = period.count;
  switch (period.unit) {
    case Unit::kSecond:
      return begin + absl::Seconds(count);
    case Unit::kMinute:
      return begin + absl::Minutes(count);
    case Unit::kHour:
      return begin + absl::Hours(count);
    case Unit::kDay:
      return absl::FromCivil(absl::ToCivilDay(begin, utc) + count, utc);
    case Unit::kWeek:
      return absl::FromCivil(absl::ToCivilDay(begin, utc) + 7 * count, utc);
    case Unit::kMonth:
      return absl::FromCivil(absl::ToCivilMonth(begin, utc) + count, utc);
    case Unit::kQuarter:
      return absl::FromCivil(absl::ToCivilMonth(begin, utc) + 3 * count, utc);
    case Unit::kYear:  // of any month
      return absl::FromCivil(absl::ToCivilMonth(begin, utc) + 12 * count, utc);
  }
  return begin;
}

absl::string_view RoleName(Column::Role role) {
  switch (role) {
    case Column::Role::kMember:
      return "member";
    case Column::Role::kTime:
      return "time";
    case Column::Role::kOffset:
      return "offset";
    case Column::Role::kValue:
      return "value";
    case Column::Role::kLow:
      return "low";
    case Column::Role::kHigh:
      return "high";
    case Column::Role::kKind:
      return "kind";
    case Column::Role::kPresent:
      return "present";
    case Column::Role::kExpected:
      return "expected";
    case Column::Role::kPartial:
      return "partial";
    case Column::Role::kPlain:
      return "plain";
  }
  return "plain";
}

absl::string_view TypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "integer";
    case ColumnType::kDecimal:
      return "decimal";
    case ColumnType::kText:
      return "text";
    case ColumnType::kBoolean:
      return "boolean";
  }
  return "text";
}

// Puts columns behind those of an answer, and says what each is.
class Widener {
 public:
  Widener(Answer answer, const std::optional<Period>& period)
      : answer_(std::move(answer)), period_(period) {}

  std::string Json() {
    const size_t count = answer_.columns.size();
    json value;  // the one at hand
    for (size_t i = 0; i < count; ++i) {
      json column = Describe(answer_.columns[i]);
      const Column::Role role = answer_.columns[i].role;
      // The time of an event has no role of its own.
      if (role == Column::Role::kTime || answer_.columns[i].name == "time") {
        AddTimes(i, &column);
      } else if (role == Column::Role::kValue) {
        AddBounds(i, &column);
      }
      columns_.push_back(std::move(column));
    }
    json text = {{"columns", std::move(columns_)}, {"notes", answer_.notes}};
    std::string out = text.dump(-1, ' ', false, json::error_handler_t::replace);
    out.pop_back();  // the rows are written without a tree of them
    absl::StrAppend(&out, ",\"rows\":", FormatJson(answer_), "}\n");
    return out;
  }

 private:
  static json Describe(const Column& column) {
    json out = {{"name", column.name},
                {"role", std::string(RoleName(column.role))},
                {"type", std::string(TypeName(column.type))}};
    if (!column.unit.empty()) out["unit"] = column.unit;
    if (column.ratio) out["ratio"] = true;
    return out;
  }

  // Under a name that is free; returns the name.
  std::string Add(std::string name, Column column) {
    while (answer_.Find(name) != nullptr) name.push_back('_');
    column.name = name;
    answer_.columns.push_back(std::move(column));
    return name;
  }

  void AddTimes(size_t index, json* described) {
    Column begin;
    begin.type = ColumnType::kInteger;
    Column end = begin;
    for (size_t row = 0; row < answer_.row_count(); ++row) {
      const Column& time = answer_.columns[index];
      std::optional<absl::Time> at;
      if (!time.is_missing(row)) at = TimeOf(time.text(row));
      begin.missing.push_back(!at.has_value());
      begin.integers.push_back(at.has_value() ? absl::ToUnixMillis(*at) : 0);
      end.missing.push_back(!at.has_value());
      end.integers.push_back(at.has_value() && period_.has_value()
                                 ? absl::ToUnixMillis(EndOf(*at, *period_))
                                 : 0);
    }
    Column text = std::exchange(answer_.columns[index], std::move(begin));
    answer_.columns[index].name = text.name;
    answer_.columns[index].role = text.role;
    (*described)["type"] = "time";
    (*described)["text"] = Add("time_text", std::move(text));
    if (period_.has_value()) {
      (*described)["end"] = Add("time_end", std::move(end));
    }
  }

  void AddBounds(size_t index, json* described) {
    for (const bool high : {false, true}) {
      const Column& value = answer_.columns[index];
      Column bound;
      bound.type = value.type;
      for (size_t row = 0; row < answer_.row_count(); ++row) {
        AppendBound(value, row, high, &bound);
      }
      const absl::string_view end = high ? "high" : "low";
      (*described)[std::string(end)] =
          Add(absl::StrCat(value.name, "_", end), std::move(bound));
    }
    // What the answer itself has beside it.
    for (size_t i = index + 1; i < answer_.columns.size(); ++i) {
      const Column& column = answer_.columns[i];
      if (column.role != Column::Role::kKind &&
          column.role != Column::Role::kPresent &&
          column.role != Column::Role::kExpected) {
        break;
      }
      (*described)[std::string(RoleName(column.role))] = column.name;
    }
  }

  static void AppendBound(const Column& value, size_t row, bool high,
                          Column* out) {
    const std::vector<double>& ends = high ? value.high : value.low;
    bool missing = value.is_missing(row);
    switch (value.type) {
      case ColumnType::kInteger:
        missing = missing || !std::isfinite(ends[row]);
        out->integers.push_back(
            missing ? 0
                    : (high ? value.high_integers : value.low_integers)[row]);
        break;
      case ColumnType::kDecimal:
        missing = missing || !std::isfinite(ends[row]);
        out->decimals.push_back(missing ? 0 : ends[row]);
        break;
      case ColumnType::kText: {
        const auto& texts = high ? value.high_texts : value.low_texts;
        missing = missing || row >= texts.size() || texts[row].empty();
        out->texts.push_back(missing ? "" : texts[row]);
        break;
      }
      case ColumnType::kBoolean:
        missing = true;
        out->integers.push_back(0);
        break;
    }
    out->missing.push_back(missing);
  }

  Answer answer_;
  const std::optional<Period> period_;
  json columns_ = json::array();
};

}  // namespace

std::string AnswerJson(Answer answer, const std::optional<Period>& period) {
  return Widener(std::move(answer), period).Json();
}

}  // namespace footfall::collector
