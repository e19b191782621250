#include "bench/codec/lanes.h"

#include <algorithm>
#include <bit>

#include "bench/support/workload.h"
#include "examples/market/market.h"

namespace footfall::bench {
namespace {

using storage::CellType;

// Cuts a series into lanes; `present` empty: every step has a value.
void Cut(const Values& values, const std::vector<uint8_t>& present,
         LaneSet* set) {
  for (size_t begin = 0; begin < values.size(); begin += set->steps) {
    const size_t end = std::min<size_t>(values.size(), begin + set->steps);
    Lane lane;
    std::vector<uint64_t> words((set->steps + 63) / 64);
    for (size_t i = begin; i < end; ++i) {
      if (!present.empty() && present[i] == 0) continue;
      words[(i - begin) / 64] |= uint64_t{1} << ((i - begin) % 64);
      lane.values.push_back(values[i]);
    }
    if (lane.values.empty()) continue;
    lane.steps = storage::Presence::Of(words);
    set->count += lane.values.size();
    set->lanes.push_back(std::move(lane));
  }
}

LaneSet Daily() {
  LaneSet set{"daily",
              "daily users of 200 apps on 3 platforms",
              256,
              7,
              CellType::kInteger,
              {}};
  market::DailySpec spec;
  spec.apps = 200;
  spec.rank_stride = 100;
  ForEachSeries(spec, [&](const SeriesData& series) {
    Cut(series.values, series.present, &set);
  });
  return set;
}

// As most are where versions come and go.
LaneSet Short() {
  LaneSet set{"short",
              "runs of 1 to 30 days, 200 apps on 3 platforms",
              256,
              7,
              CellType::kInteger,
              {}};
  market::DailySpec spec;
  spec.apps = 200;
  spec.rank_stride = 100;
  uint32_t length = 0;
  ForEachSeries(spec, [&](const SeriesData& series) {
    for (size_t begin = 0; begin + 30 <= series.values.size(); begin += 30) {
      length = length % 30 + 1;
      const auto first = series.values.begin() + static_cast<ptrdiff_t>(begin);
      if (series.present[begin] == 0 || series.present[begin + 29] == 0) {
        continue;
      }
      Lane lane;
      lane.values.assign(first, first + length);
      const uint32_t step = static_cast<uint32_t>(begin) % (set.steps - 30);
      lane.steps = storage::Presence::Run(step, step + length);
      set.count += length;
      set.lanes.push_back(std::move(lane));
    }
  });
  return set;
}

LaneSet Minutely() {
  LaneSet set{"minutely",
              "active users a minute, 10 series",
              1024,
              0,
              CellType::kInteger,
              {}};
  market::MinutelySpec spec;
  spec.series = 10;
  spec.rank_stride = 100;
  ForEachSeries(spec, [&](const SeriesData& series) {
    Cut(series.values, series.present, &set);
  });
  return set;
}

LaneSet Decimals() {
  LaneSet set{"decimals",
              "percentages, averages and ratios, rounded",
              256,
              7,
              CellType::kDecimal,
              {}};
  const market::DecimalSpec spec;
  std::vector<double> doubles;
  for (int series = 0; series < 300; ++series) {
    market::MakeDecimals(spec, series, &doubles);
    Values bits;
    for (const double value : doubles) {
      bits.push_back(std::bit_cast<int64_t>(value));
    }
    Cut(bits, {}, &set);
  }
  return set;
}

// Each day's users on one platform as a share of an app's, not rounded.
LaneSet Quotients() {
  LaneSet set{"quotients",
              "quotients of two counts, not rounded",
              256,
              7,
              CellType::kDecimal,
              {}};
  market::DailySpec spec;
  spec.apps = 100;
  spec.rank_stride = 100;
  market::AppDays days;
  const size_t count = static_cast<size_t>(spec.days);
  for (int app = 0; app < spec.apps; ++app) {
    market::MakeAppDays(spec, app, &days);
    Values bits;
    std::vector<uint8_t> present;
    for (size_t day = 0; day < count; ++day) {
      const int64_t part = days.users[day];
      const int64_t whole = part + days.users[count + day];
      bits.push_back(std::bit_cast<int64_t>(
          whole == 0 ? 0.0
                     : static_cast<double>(part) / static_cast<double>(whole)));
      present.push_back(whole == 0 ? 0 : 1);
    }
    Cut(bits, present, &set);
  }
  return set;
}

}  // namespace

const std::vector<LaneSet>& LaneSets() {
  static const std::vector<LaneSet> sets = [] {
    std::vector<LaneSet> made;
    made.push_back(Daily());
    made.push_back(Short());
    made.push_back(Minutely());
    made.push_back(Decimals());
    made.push_back(Quotients());
    return made;
  }();
  return sets;
}

}  // namespace footfall::bench
