// What stands in the stored databases: every change that was made to them, in
// order. The program that wrote them (write_database.cc) and the test that asks
// them (database_test.cc) both go by it. Nothing here is ever changed: bytes
// that earlier releases wrote say the same.
//
// It compiles with every release since the first that could write: it uses the
// public headers alone, and of them what was there then.

#ifndef FOOTFALL_TESTS_COMPAT_DATABASE_HISTORY_H_
#define FOOTFALL_TESTS_COMPAT_DATABASE_HISTORY_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/casts.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"

namespace footfall::testing {

struct HistoryRow {
  int64_t step;
  std::vector<std::string> members;
  std::optional<int64_t> value;  // or a double's bits; none: removed
};

struct Change {
  enum class Kind : uint8_t {
    kLoad,     // rows through a BulkLoader, as IMPORT does
    kWrite,    // rows as one batch
    kForget,   // Database::Delete() of one series: rows are its first and last
    kDrop,     // the metric
    kUpkeep,   // folds and seals what is due
    kCompact,  // folds and seals everything, as IMPORT does at its end
    kReopen,   // closes the database, so that its log goes into tables
  };
  Kind kind;
  std::string metric = {};
  std::vector<HistoryRow> rows = {};
};

// The same on every machine: SplitMix64's finish, of G. Steele et al., "Fast
// Splittable Pseudorandom Number Generators", OOPSLA 2014.
inline uint64_t Noise(uint64_t a, int64_t b) {
  uint64_t z = a * 0x9E3779B97F4A7C15 + static_cast<uint64_t>(b);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}
inline int64_t NoiseBelow(uint64_t a, int64_t b, uint64_t limit) {
  return static_cast<int64_t>(Noise(a, b) % limit);
}
inline int64_t DoubleBits(double value) {
  return absl::bit_cast<int64_t>(value);
}

inline std::vector<MetricSpec> HistoryMetrics() {
  using enum Additivity;
  using enum ValueType;
  return {
      {"users",
       kInteger,
       {Unit::kDay},
       "Asia/Shanghai",
       {{"app", kOverlaps}, {"region", kAdds}},
       kOverlaps,
       "users"},
      {"ledger",
       kInteger,
       {Unit::kDay},
       "UTC",
       {{"account", kAdds}},
       kAdds,
       ""},
      {"price",
       kDecimal,
       {Unit::kDay},
       "UTC",
       {{"product", kLevel}},
       kLevel,
       "EUR"},
      {"visits",
       kInteger,
       {Unit::kHour},
       "Europe/Berlin",
       {{"site", kAdds}},
       kAdds,
       ""},
      {"load", kInteger, {Unit::kMinute}, "UTC", {}, kAdds, ""},
      {"pulse", kInteger, {Unit::kSecond}, "UTC", {{"site", kAdds}}, kAdds, ""},
      {"users_monthly",
       kInteger,
       {Unit::kMonth},
       "UTC",
       {{"app", kOverlaps}},
       kOverlaps,
       ""},
      {"dropped", kInteger, {Unit::kWeek}, "UTC", {{"app", kAdds}}, kAdds, ""},
  };
}

// Two years of days from 2022-01-08 on, eras 74 to 77 of 256 steps.
inline constexpr int64_t kFirstDay = 19000;
inline constexpr int64_t kLastDay = 19729;
inline constexpr int kUserSeries = 72;  // more than the 64 of a band
// 2023-03-01T00Z, in hours; Berlin changes its clocks on 2023-03-26.
inline constexpr int64_t kFirstHour = 466008;

inline std::vector<std::string> UserMembers(int series) {
  return {absl::StrCat("app ", series / 2), series % 2 == 0 ? "cn" : "海外"};
}

// A sample of `users`; none on days on which the series has none.
inline std::optional<int64_t> UsersAt(int series, int64_t day) {
  const uint64_t seed = static_cast<uint64_t>(series);
  const int64_t since = day - kFirstDay;
  switch (series % 8) {
    case 0:
    case 1:
    case 2:  // weeks, of small, middling and large apps
      return (series % 8 + 1) * 10000 + (day % 7) * 10 * series +
             NoiseBelow(seed, day, uint64_t{20} << (2 * (series % 8)));
    case 3:  // grows by a little a day, from much
      return 5'000'000'000 + since * 1000 + NoiseBelow(seed, day, 4);
    case 4:  // with gaps, short and long
      if (NoiseBelow(seed, day, 3) == 0 || (since > 200 && since < 330)) {
        return std::nullopt;
      }
      return 900 + NoiseBelow(seed + 1, day, 200);
    case 5:  // short
      if (since < series * 9 || since >= series * 10) return std::nullopt;
      return 40 + NoiseBelow(seed, day, 100);
    case 6:
      return 7 * series;
    default:
      return 0;
  }
}

inline void AddUsers(int64_t first, int64_t last,
                     std::vector<HistoryRow>* rows) {
  for (int series = 0; series < kUserSeries; ++series) {
    for (int64_t day = first; day <= last; ++day) {
      if (const auto value = UsersAt(series, day); value.has_value()) {
        rows->push_back({day, UserMembers(series), value});
      }
    }
  }
}

inline std::vector<HistoryRow> LedgerRows() {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  std::vector<HistoryRow> rows;
  for (int64_t day = kFirstDay; day < kFirstDay + 300; ++day) {
    rows.push_back({day, {"debts"}, -4000 - NoiseBelow(1, day, 900)});
    rows.push_back({day, {"both"}, NoiseBelow(2, day, 61) - 30});
    rows.push_back({day, {"falls"}, -(day - kFirstDay) * 100'000});
    rows.push_back({day, {"fixed"}, -12});
    if (day % 6 == 0) {
      rows.push_back({day, {"bits"}, static_cast<int64_t>(Noise(3, day))});
    }
    if (day % 50 == 0) {
      rows.push_back({day, {"edges"}, day % 100 == 0 ? kMax : kMin});
    }
  }
  return rows;
}

inline std::vector<HistoryRow> PriceRows() {
  std::vector<HistoryRow> rows;
  const auto add = [&rows](int64_t day, std::string product, double value) {
    rows.push_back({day, {std::move(product)}, DoubleBits(value)});
  };
  for (int64_t day = kFirstDay; day < kFirstDay + 400; ++day) {
    const int64_t noise = NoiseBelow(4, day, 2000);
    const auto over = [](int64_t dividend, double divisor) {
      return static_cast<double>(dividend) / divisor;
    };
    add(day, "cents", over(30'000 + noise, 100));
    add(day, "falls", over((kFirstDay - day) * 1'000'000 + noise % 5, 1000));
    add(day, "fixed", 9.99);
    if (day % 5 == 0) add(day, "thirds", over(noise, 3));
    if (day % 40 == 0)
      add(day, "tiny and huge", day % 80 == 0 ? 1e-300 : 1e300);
    if (day % 7 == 0) add(day, "nothing", day % 2 == 0 ? -0.0 : 0.0);
  }
  return rows;
}

inline std::vector<HistoryRow> VisitRows(int64_t first, int64_t last) {
  std::vector<HistoryRow> rows;
  for (int64_t hour = first; hour <= last; ++hour) {
    for (int site = 0; site < 20; ++site) {  // more than the 16 of a band
      const uint64_t seed = 100 + static_cast<uint64_t>(site);
      // Most are seen now and then; site 0 has no name.
      if (site > 2 && NoiseBelow(seed, hour, 40) != 0) continue;
      rows.push_back(
          {hour,
           {site == 0 ? "" : absl::StrCat("site ", site)},
           site * 1000 + (hour % 24) * 8 + NoiseBelow(seed + 1, hour, 30)});
    }
  }
  return rows;
}

inline std::vector<HistoryRow> LoadRows() {
  std::vector<HistoryRow> rows;
  for (int64_t minute = kFirstHour * 60; minute < kFirstHour * 60 + 3000;
       ++minute) {
    if (minute % 500 < 20) continue;
    rows.push_back({minute, {}, 50 + NoiseBelow(5, minute, 15)});
  }
  return rows;
}

inline std::vector<HistoryRow> PulseRows() {
  std::vector<HistoryRow> rows;
  for (int64_t second = kFirstHour * 3600; second < kFirstHour * 3600 + 6000;
       ++second) {
    rows.push_back({second, {"site 1"}, 1});
    if (second % 3 == 0) {
      rows.push_back({second, {"site 2"}, NoiseBelow(6, second, 4)});
    }
  }
  return rows;
}

inline std::vector<HistoryRow> MonthRows() {
  std::vector<HistoryRow> rows;
  for (int64_t month = -120; month < 640; ++month) {  // from 1960-01 on
    rows.push_back({month, {"app 0"}, 1'000'000 + NoiseBelow(7, month, 5000)});
    rows.push_back({month, {"app 1"}, (month + 120) * 1'000'000});
    if (month % 12 < 4) rows.push_back({month, {"only here"}, 33});
  }
  return rows;
}

inline std::vector<Change> History() {
  using enum Change::Kind;
  std::vector<HistoryRow> first_year;
  AddUsers(kFirstDay, kFirstDay + 364, &first_year);
  // Replaced by a later row of the same load.
  first_year.push_back({kFirstDay, UserMembers(0), 123'456});
  std::vector<HistoryRow> second_year;
  AddUsers(kFirstDay + 365, kLastDay, &second_year);
  std::vector<Change> changes = {
      {kLoad, "dropped", {{2750, {"app 0"}, 5}, {2751, {"app dropped"}, 6}}},
      {kLoad, "users", first_year},
      {kCompact},
      {kLoad, "users", second_year},  // onto a sealed tile, and into new ones
      {kLoad, "ledger", LedgerRows()},
      {kLoad, "visits", VisitRows(kFirstHour, kFirstHour + 1500)},
      {kUpkeep},
      {kLoad, "price", PriceRows()},
      {kLoad, "load", LoadRows()},
      {kLoad, "pulse", PulseRows()},
      {kLoad, "users_monthly", MonthRows()},
      {kDrop, "dropped"},
  };
  // A few days at a time, which stay patches: a column a day and band.
  for (int64_t day = kLastDay + 1; day < kLastDay + 5; ++day) {
    std::vector<HistoryRow> rows;
    AddUsers(day, day, &rows);
    changes.push_back({kWrite, "users", rows});
  }
  const std::vector<Change> corrections = {
      {kWrite,
       "users",
       {{kFirstDay + 3, UserMembers(8), 1'000'000'000'000'000},
        {kFirstDay + 4, UserMembers(8), std::nullopt},
        {kFirstDay + 300, UserMembers(71), 71},
        {kFirstDay - 7000, {"before all", "cn"}, 1}}},
      {kForget,
       "users",
       {{kFirstDay + 100, UserMembers(1), 0},
        {kFirstDay + 170, UserMembers(1), 0}}},
      {kForget,
       "users",
       {{kFirstDay, UserMembers(13), 0}, {kLastDay + 9, UserMembers(13), 0}}},
      {kWrite,
       "price",
       {{kFirstDay + 9, {"cents"}, DoubleBits(-1.25)},
        {kFirstDay + 10, {"cents"}, std::nullopt},
        {kFirstDay + 11, {"fixed"}, DoubleBits(1.0 / 3)}}},
      {kWrite, "visits", VisitRows(kFirstHour + 1501, kFirstHour + 1510)},
      {kReopen},
      // From here on everything stays in the log.
      {kWrite,
       "users",
       {{kLastDay + 5, UserMembers(0), 17},
        {kLastDay + 5, {"in the log", ""}, 18},
        {kLastDay, UserMembers(0), std::nullopt}}},
      {kForget,
       "visits",
       {{kFirstHour + 10, {"site 1"}, 0}, {kFirstHour + 40, {"site 1"}, 0}}},
      {kWrite, "load", {{kFirstHour * 60 + 1, {}, -1}}},
  };
  changes.insert(changes.end(), corrections.begin(), corrections.end());
  return changes;
}

// Removes the samples of one series from `first` to `last`.
inline absl::Status Forget(const Metric& metric,
                           const std::vector<std::string>& members,
                           int64_t first, int64_t last, Database* database) {
  std::vector<SeriesId> found;
  {
    const auto snapshot = database->TakeSnapshot();
    const SeriesTable& table = snapshot->Series(metric.id);
    for (SeriesId series = 0; series < table.count(); ++series) {
      bool same = true;
      for (size_t d = 0; d < members.size(); ++d) {
        MemberId member = 0;
        table.ReadMembers(d, series, absl::MakeSpan(&member, 1));
        same = same &&
               members[d] ==
                   snapshot->MemberName(metric.spec.dimensions[d].name, member);
      }
      if (same) found.push_back(series);
    }
  }
  return database->Delete(metric, found, {first, last + 1}, {}).status();
}

// Makes a change; not kReopen, which is the caller's to do.
inline absl::Status Apply(const Change& change, Database* database) {
  using enum Change::Kind;
  if (change.kind == kUpkeep) return database->RunUpkeep();
  if (change.kind == kCompact) return database->Compact();
  if (change.kind == kDrop) return database->DropMetric(change.metric);
  const std::shared_ptr<const Metric> metric =
      database->TakeSnapshot()->FindMetric(change.metric);
  if (change.kind == kForget) {
    return Forget(*metric, change.rows.front().members,
                  change.rows.front().step, change.rows.back().step, database);
  }
  std::unique_ptr<BulkLoader> loader;
  if (change.kind == kLoad) {
    auto made = database->NewBulkLoader(metric, uint64_t{64} << 20);
    if (!made.ok()) return made.status();
    loader = *std::move(made);
  }
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(metric);
  for (const HistoryRow& row : change.rows) {
    const std::vector<absl::string_view> members(row.members.begin(),
                                                 row.members.end());
    if (loader != nullptr) {
      if (const absl::Status status =
              loader->Add(row.step, members, row.value.value());
          !status.ok()) {
        return status;
      }
    } else if (!row.value.has_value()) {
      rows.Delete(row.step, members);
    } else if (metric->spec.value_type == ValueType::kDecimal) {
      rows.AddStep(row.step, members, absl::bit_cast<double>(*row.value));
    } else {
      rows.AddStep(row.step, members, *row.value);
    }
  }
  return loader != nullptr ? loader->Finish().status()
                           : database->Write(batch, {}).status();
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_COMPAT_DATABASE_HISTORY_H_
