// RocksDB with a key for each sample: app, platform, time, big-endian; zstd.
// What a service gets that writes its own layer; the questions are loops.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "bench/compare/engine.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"

namespace footfall::bench {
namespace {

constexpr int64_t kEver = int64_t{1} << 31;

absl::Status ToStatus(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::InternalError(status.ToString());
}

void PutU32(uint32_t number, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(number >> shift));
  }
}
uint32_t GetU32(const char* bytes) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

// u32 app, u8 platform, u32 time.
std::string KeyOf(uint32_t app, uint32_t platform, int64_t time) {
  std::string key;
  PutU32(app, &key);
  key.push_back(static_cast<char>(platform));
  PutU32(static_cast<uint32_t>(time), &key);
  return key;
}

int64_t MonthOf(int64_t day) {
  return absl::CivilMonth(absl::CivilDay(1970, 1, 1) + day) -
         absl::CivilMonth(1970, 1);
}

class RocksdbEngine final : public Engine {
 public:
  explicit RocksdbEngine(const std::string& folder)
      : folders_{folder + "/daily", folder + "/minutely"} {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(size_t{512} << 20);
    table.block_size = 16 << 10;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options_.create_if_missing = true;
    options_.compression = rocksdb::kZSTD;
  }

  std::string name() const override { return "RocksDB, a key a sample"; }
  absl::Status LoadDaily(absl::Span<const SeriesData> data) override {
    return Load(0, data);
  }
  absl::Status LoadMinutely(absl::Span<const SeriesData> data) override {
    return Load(1, data);
  }
  uint64_t DailyBytes() const override { return FolderBytes(folders_[0]); }
  uint64_t MinutelyBytes() const override { return FolderBytes(folders_[1]); }

  absl::StatusOr<Rows> Ask(Question question) override {
    status_ = absl::OkStatus();
    Rows rows = Answer(question);
    if (!status_.ok()) return status_;
    return rows;
  }

 private:
  // Sums or whatever by app and then by day, month or week.
  struct Cell {
    double sum = 0;
    double max = 0;
    int count = 0;
    void Add(double value) {
      sum += value;
      max = count == 0 ? value : std::max(max, value);
      ++count;
    }
  };

  absl::Status Load(int set, absl::Span<const SeriesData> data) {
    // Already in the order of keys: no engine loads faster than that.
    for (const SeriesData& series : data) {
      for (const auto& [name, names] :
           {std::pair{&series.app, &apps_[set]},
            std::pair{&series.platform, &platforms_[set]}}) {
        if (std::find(names->rbegin(), names->rend(), *name) == names->rend()) {
          names->push_back(*name);
        }
      }
    }
    rocksdb::DB* opened = nullptr;
    absl::Status status =
        ToStatus(rocksdb::DB::Open(options_, folders_[set], &opened));
    if (!status.ok()) return status;
    databases_[set].reset(opened);
    const std::string file = folders_[set] + ".sst";
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options_);
    status = ToStatus(writer.Open(file));
    uint32_t app = 0;
    for (const SeriesData& series : data) {
      while (apps_[set][app] != series.app) ++app;
      const uint32_t platform = Find(platforms_[set], series.platform);
      for (size_t i = 0; i < series.values.size() && status.ok(); ++i) {
        if (series.present[i] == 0) continue;
        std::string value;
        uint64_t rest = static_cast<uint64_t>(series.values[i]);
        for (; rest >= 128; rest >>= 7) {
          value.push_back(static_cast<char>(rest | 128));
        }
        value.push_back(static_cast<char>(rest));
        status = ToStatus(writer.Put(
            KeyOf(app, platform, series.first_step + static_cast<int64_t>(i)),
            value));
      }
    }
    if (status.ok()) status = ToStatus(writer.Finish());
    rocksdb::IngestExternalFileOptions move;
    move.move_files = true;
    if (status.ok()) {
      status = ToStatus(databases_[set]->IngestExternalFile({file}, move));
    }
    return status;
  }

  static uint32_t Find(const std::vector<std::string>& names,
                       const std::string& name) {
    return static_cast<uint32_t>(std::find(names.begin(), names.end(), name) -
                                 names.begin());
  }

  using Each = std::function<void(uint32_t app, uint32_t platform, int64_t time,
                                  double value)>;

  void Visit(const rocksdb::Iterator& at, const Each& each) {
    const rocksdb::Slice key = at.key();
    const rocksdb::Slice bytes = at.value();
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= (uint64_t{static_cast<unsigned char>(bytes[i])} & 127)
               << (7 * i);
    }
    each(GetU32(key.data()), static_cast<unsigned char>(key[4]),
         GetU32(key.data() + 5), static_cast<double>(value));
  }

  // One series.
  void ScanSeries(int set, uint32_t app, uint32_t platform, DayRange range,
                  const Each& each) {
    const auto at = Iterate(set);
    Walk(at.get(), app, platform, range, each);
  }

  // Every series, in a range of time each.
  void ScanRange(int set, DayRange range, const Each& each) {
    const auto at = Iterate(set);
    for (uint32_t app = 0; app < apps_[set].size(); ++app) {
      for (uint32_t p = 0; p < platforms_[set].size(); ++p) {
        Walk(at.get(), app, p, range, each);
      }
    }
  }

  void ScanAll(int set, const Each& each) {
    const auto at = Iterate(set);
    for (at->SeekToFirst(); at->Valid(); at->Next()) Visit(*at, each);
    Check(*at);
  }

  void Walk(rocksdb::Iterator* at, uint32_t app, uint32_t platform,
            DayRange range, const Each& each) {
    const std::string end = KeyOf(app, platform, range.end);
    for (at->Seek(KeyOf(app, platform, range.begin));
         at->Valid() && at->key().compare(end) < 0; at->Next()) {
      Visit(*at, each);
    }
    Check(*at);
  }

  std::unique_ptr<rocksdb::Iterator> Iterate(int set) {
    return std::unique_ptr<rocksdb::Iterator>(
        databases_[set]->NewIterator(rocksdb::ReadOptions()));
  }
  void Check(const rocksdb::Iterator& at) {
    if (!at.status().ok()) status_ = ToStatus(at.status());
  }

  // App by app, as the keys lie: each app's daily totals, once complete.
  void ForEachApp(
      const std::function<
          void(uint32_t app, const std::map<int64_t, double>& totals)>& each) {
    std::map<int64_t, double> totals;
    uint32_t current = 0;
    ScanAll(0, [&](uint32_t app, uint32_t, int64_t day, double value) {
      if (app != current) {
        each(current, totals);
        totals.clear();
        current = app;
      }
      totals[day] += value;
    });
    each(current, totals);
  }

  static void Largest(size_t count,
                      const std::function<double(const AnswerRow&)>& size,
                      Rows* rows) {
    std::sort(rows->begin(), rows->end(),
              [&](const AnswerRow& a, const AnswerRow& b) {
                return size(a) > size(b);
              });
    if (rows->size() > count) rows->resize(count);
  }

  Rows Answer(Question question) {
    Rows rows;
    const int set =
        question == Question::kHourly || question == Question::kDailyMax;
    const uint32_t one_app = Find(apps_[set], kApp);
    const uint32_t one_platform = Find(platforms_[set], kPlatform);
    switch (question) {
      case Question::kMonthOfSeries:
        ScanSeries(0, one_app, one_platform, kMonth,
                   [&](uint32_t, uint32_t, int64_t day, double value) {
                     rows.push_back({{absl::StrCat(day)}, {value}});
                   });
        return rows;
      case Question::kMonthOfApp: {
        std::map<int64_t, double> totals;
        for (uint32_t p = 0; p < platforms_[0].size(); ++p) {
          ScanSeries(0, one_app, p, kMonth,
                     [&](uint32_t, uint32_t, int64_t day, double value) {
                       totals[day] += value;
                     });
        }
        for (const auto& [day, total] : totals) {
          rows.push_back({{absl::StrCat(day)}, {total}});
        }
        return rows;
      }
      case Question::kTop50: {
        const auto days = static_cast<size_t>(kMonth.end - kMonth.begin);
        std::vector<double> totals(apps_[0].size() * days);
        std::vector<bool> present(totals.size());
        ScanRange(0, kMonth,
                  [&](uint32_t app, uint32_t, int64_t day, double value) {
                    const size_t cell =
                        app * days + static_cast<size_t>(day - kMonth.begin);
                    totals[cell] += value;
                    present[cell] = true;
                  });
        for (size_t app = 0; app < apps_[0].size(); ++app) {
          Cell cell;
          for (size_t i = app * days; i < (app + 1) * days; ++i) {
            if (present[i]) cell.Add(totals[i]);
          }
          if (cell.count > 0) {
            rows.push_back({{apps_[0][app]}, {cell.sum / cell.count}});
          }
        }
        Largest(
            50, [](const AnswerRow& row) { return row.values[0]; }, &rows);
        return rows;
      }
      case Question::kMonthlyOfAll:
        ForEachApp([&](uint32_t app, const std::map<int64_t, double>& totals) {
          std::map<int64_t, Cell> months;
          for (const auto& [day, total] : totals) {
            months[MonthOf(day)].Add(total);
          }
          for (const auto& [month, cell] : months) {
            rows.push_back({{apps_[0][app], absl::StrCat(month)},
                            {cell.sum / cell.count, cell.max}});
          }
        });
        Largest(
            20, [](const AnswerRow& row) { return row.values[0]; }, &rows);
        return rows;
      case Question::kShareOfPlatform: {
        std::map<int64_t, std::vector<double>> days;
        ScanAll(0, [&](uint32_t, uint32_t platform, int64_t day, double value) {
          std::vector<double>& sums = days[day];
          sums.resize(platforms_[0].size());
          sums[platform] += value;
        });
        std::map<int64_t, std::vector<double>> months;
        for (const auto& [day, sums] : days) {
          std::vector<double>& month = months[MonthOf(day)];
          month.resize(sums.size());
          for (size_t p = 0; p < sums.size(); ++p) month[p] += sums[p];
        }
        for (const auto& [month, sums] : months) {
          double whole = 0;
          for (const double sum : sums) whole += sum;
          for (size_t p = 0; p < sums.size(); ++p) {
            rows.push_back(
                {{platforms_[0][p], absl::StrCat(month)}, {sums[p] / whole}});
          }
        }
        return rows;
      }
      case Question::kWeekMoves: {
        std::vector<double> moves(apps_[0].size());
        ScanRange(0, {kWeekBefore.begin, kWeek.end},
                  [&](uint32_t app, uint32_t, int64_t day, double value) {
                    moves[app] += day < kWeek.begin ? -value : value;
                  });
        for (size_t app = 0; app < moves.size(); ++app) {
          rows.push_back({{apps_[0][app]}, {moves[app]}});
        }
        Largest(
            20, [](const AnswerRow& row) { return std::abs(row.values[0]); },
            &rows);
        return rows;
      }
      case Question::kFirstMillion:
        ForEachApp([&](uint32_t app, const std::map<int64_t, double>& totals) {
          for (const auto& [day, total] : totals) {
            if (total < static_cast<double>(kMillion)) continue;
            rows.push_back({{apps_[0][app]}, {static_cast<double>(day)}});
            break;
          }
        });
        return rows;
      case Question::kHourly: {
        std::map<int64_t, Cell> hours;
        ScanSeries(1, one_app, one_platform, {0, kEver},
                   [&](uint32_t, uint32_t, int64_t minute, double value) {
                     hours[minute / 60].Add(value);
                   });
        for (const auto& [hour, cell] : hours) {
          rows.push_back({{absl::StrCat(hour)}, {cell.sum / cell.count}});
        }
        return rows;
      }
      case Question::kDailyMax: {
        Cell cell;
        uint32_t app = 0, platform = 0;
        int64_t day = 0;
        const auto finish = [&] {
          if (cell.count == 0) return;
          rows.push_back(
              {{apps_[1][app], platforms_[1][platform], absl::StrCat(day)},
               {cell.max}});
          cell = {};
        };
        ScanAll(1, [&](uint32_t a, uint32_t p, int64_t minute, double value) {
          if (a != app || p != platform || minute / 1440 != day) finish();
          app = a;
          platform = p;
          day = minute / 1440;
          cell.Add(value);
        });
        finish();
        return rows;
      }
    }
    return rows;
  }

  const std::string folders_[2];
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> databases_[2];
  std::vector<std::string> apps_[2];
  std::vector<std::string> platforms_[2];
  absl::Status status_;
};

}  // namespace

std::unique_ptr<Engine> NewRocksdbEngine(const std::string& folder) {
  return std::make_unique<RocksdbEngine>(folder);
}

}  // namespace footfall::bench
