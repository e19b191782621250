#include "tests/oracle/data_set.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/query.h"
#include "footfall/sample_batch.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

// The start of the step that holds a moment of the file.
const char* StartOfStep(Unit unit) {
  return unit == Unit::kWeek ? "date(?, '-6 days', 'weekday 1')" : "?";
}

// How to go through all steps of a unit. A calendar reaches farther than any
// range of the generator, so that the buckets at its ends, which may be cut,
// are never asked for.
struct Walk {
  const char* first;  // of the calendar, from the least d
  const char* next;
  const char* end;   // the calendar ends before it, from the greatest d
  const char* last;  // the last moment of the step
};

Walk WalkOf(Unit unit) {
  switch (unit) {
    case Unit::kMinute:
      return {"datetime($d, 'start of day', '-5 days')",
              "datetime(d, '+1 minute')",
              "datetime($d, 'start of day', '+6 days')",
              "(substr(d, 1, 17) || '59')"};
    case Unit::kWeek:
      return {"date($d, '-2100 days')", "date(d, '+7 days')",
              "date($d, '+2100 days')", "date(d, '+6 days')"};
    case Unit::kQuarter:
      return {"date($d, 'start of year', '-16 years')", "date(d, '+3 months')",
              "date($d, 'start of year', '+17 years')",
              "date(d, '+3 months', '-1 day')"};
    default:
      return {"date($d, 'start of year', '-3 years')", "date(d, '+1 day')",
              "date($d, 'start of year', '+4 years')", "d"};
  }
}

std::string Of(const char* pattern, const std::string& d) {
  return absl::StrReplaceAll(pattern, {{"$d", d}});
}

}  // namespace

void LoadFootfall(const DataSet& set, Database& database) {
  MetricSpec spec = set.spec;
  spec.late = 0;  // SQL does not know what is awaited
  const auto metric = database.Define(spec);
  CAPTURE(set.title, metric.status().ToString());
  REQUIRE(metric.ok());
  if (!set.import_statement.empty()) {
    const absl::Status status =
        Execute(database, set.import_statement, QueryOptions(), ExecuteHooks());
    CAPTURE(status.ToString());
    REQUIRE(status.ok());
    return;
  }
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(*metric);
  std::vector<absl::string_view> members;
  const std::vector<DataSet::Row>& written =
      set.written.empty() ? set.rows : set.written;
  for (const DataSet::Row& row : written) {
    members.assign(row.members.begin(), row.members.end());
    absl::CivilSecond at;
    std::string text = row.d;
    if (text.size() > 10) text[10] = 'T';
    if (!absl::ParseLenientCivilTime(text, &at)) FAIL("a date: " << text);
    const SampleValue value = set.decimal()
                                  ? SampleValue(std::get<double>(row.value))
                                  : SampleValue(std::get<int64_t>(row.value));
    rows.Add(absl::FromCivil(at, absl::UTCTimeZone()), members, value);
  }
  for (const Alias& alias : set.aliases) batch.AddAlias(alias);
  for (const Event& event : set.events) batch.AddEvent(event);
  const auto result = database.Write(batch, WriteOptions());
  CAPTURE(result.status().ToString());
  REQUIRE(result.ok());
  REQUIRE(result->samples == written.size());
}

void LoadSqlite(const DataSet& set, Sqlite& sqlite) {
  const std::string& name = set.spec.name;
  std::string columns;
  std::string marks;
  for (const Dimension& dimension : set.spec.dimensions) {
    absl::StrAppend(&columns, ", ", dimension.name);
    marks.append(", ?");
  }
  sqlite.Run(absl::StrCat("CREATE TABLE ", name, " (d", columns,
                          ", value, PRIMARY KEY (d", columns,
                          ")) WITHOUT ROWID"));
  size_t next = 0;
  sqlite.Insert(absl::StrCat("INSERT INTO ", name, " VALUES (",
                             StartOfStep(set.spec.period.unit), marks, ", ?)"),
                [&](SqlRow* row) {
                  if (next == set.rows.size()) return false;
                  const DataSet::Row& sample = set.rows[next++];
                  row->assign(1, sample.d);
                  row->insert(row->end(), sample.members.begin(),
                              sample.members.end());
                  row->push_back(sample.value);
                  return true;
                });

  if (!set.events.empty()) {
    sqlite.Run("CREATE TABLE event (member PRIMARY KEY, day)");
    size_t next_event = 0;
    sqlite.Insert("INSERT INTO event VALUES (?, ?)", [&](SqlRow* row) {
      if (next_event == set.events.size()) return false;
      const Event& event = set.events[next_event++];
      *row = {event.members[0].member, FormatDate(event.date)};
      return true;
    });
  }

  const Walk walk = WalkOf(set.spec.period.unit);
  std::string labels;
  for (size_t i = 0; i < set.buckets.size(); ++i) {
    absl::StrAppend(&labels, ", ", set.buckets[i].label, " AS b", i);
  }
  const auto edge = [&](const char* aggregate) {
    return absl::StrCat("(SELECT ", aggregate, "(d) FROM ", name, ")");
  };
  sqlite.Run(absl::StrCat(
      "CREATE TABLE ", name, "_cal AS WITH RECURSIVE steps(d) AS (SELECT ",
      Of(walk.first, edge("min")), " UNION ALL SELECT ", walk.next,
      " FROM steps WHERE ", walk.next, " < ", Of(walk.end, edge("max")),
      ") SELECT d, ", walk.last, " AS e, row_number() OVER (ORDER BY d) AS i",
      labels, " FROM steps"));
  sqlite.Run(absl::StrCat("CREATE UNIQUE INDEX ", name, "_cal_d ON ", name,
                          "_cal (d)"));
  for (size_t i = 0; i < set.buckets.size(); ++i) {
    const std::string bucket = absl::StrCat("b", i);
    sqlite.Run(absl::StrCat("CREATE TABLE ", name, "_", bucket,
                            " (t PRIMARY KEY, whole, d0, j) WITHOUT ROWID"));
    sqlite.Run(absl::StrCat(
        "INSERT INTO ", name, "_", bucket, " SELECT ", bucket,
        ", count(*), min(d), row_number() OVER (ORDER BY min(d)) FROM ", name,
        "_cal GROUP BY 1"));
  }
}

}  // namespace footfall::oracle
