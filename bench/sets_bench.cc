// What sets of users cost: bytes a user-day, to build, count, unite and fold.
//
// A series of one app, users by habit (bench/support/population.h), in pieces
// of a range of hashes each, as upkeep would make them: of at most 120,000
// users.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/support/population.h"
#include "storage/sets/fold.h"
#include "storage/sets/piece_builder.h"
#include "storage/sets/piece_reader.h"
#include "storage/sets/row_cursor.h"
#include "storage/sets/user_events.h"
#include "storage/sets/user_hash.h"

namespace footfall::bench {
namespace {

using storage::CellCounts;
using storage::CellSet;
using storage::FoldOptions;
using storage::HashRange;
using storage::LaneUse;
using storage::PieceBuilder;
using storage::PieceHead;
using storage::PieceReader;
using storage::RowCursor;
using storage::UserEvent;
using storage::UserSteps;

constexpr size_t kPieceUsers = 120'000;

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Built(PieceBuilder* builder) {
  auto piece = builder->Finish();
  Check(piece.ok());
  return *std::move(piece);
}

PieceReader Opened(const std::string& piece) {
  auto reader = PieceReader::Open(piece);
  Check(reader.ok());
  return *std::move(reader);
}

// The first era of an app, as a user's hash and days; and its pieces.
struct App {
  App(const Habit& habit, double daily_users) {
    for (const PopulationUser& user : MakePopulation(habit, daily_users, 7)) {
      if (user.days[0] != 0) {
        users.push_back({user.hash, user.days[0], 0});
        user_days += static_cast<uint64_t>(std::popcount(user.days[0]));
      }
    }
    while (users.size() >> depth > kPieceUsers) depth += 4;
    Build(storage::kLongHash, 0, &pieces);
    for (const std::string& piece : pieces) bytes += piece.size();
  }

  void Build(uint32_t hash_bits, uint64_t most,
             std::vector<std::string>* out) const {
    out->clear();
    storage::CellThresholds thresholds = {};
    const uint64_t kept_bits =
        hash_bits == 64 ? ~uint64_t{0} : ~uint64_t{0xffff};
    if (most != 0) {
      storage::ThresholdFinder finder({}, most);
      for (const UserSteps& user : users) finder.Count(user);
      thresholds = finder.thresholds();
    }
    size_t next = 0;
    const uint32_t pieces_depth = most != 0 ? 0 : depth;
    for (uint32_t code = 1u << pieces_depth; code < 2u << pieces_depth;
         ++code) {
      PieceHead head = {.hash_bits = hash_bits};
      head.range.code = code;
      PieceBuilder builder(head);
      builder.Cut(thresholds);
      for (; next < users.size() && users[next].hash <= head.range.last();
           ++next) {
        builder.AddUser({users[next].hash & kept_bits, users[next].steps, 0});
      }
      out->push_back(Built(&builder));
    }
  }

  std::vector<UserSteps> users;
  uint64_t user_days = 0;
  uint32_t depth = 0;
  std::vector<std::string> pieces;
  uint64_t bytes = 0;
};

// Made once. Arguments: habit, daily users.
const App& AppOf(const benchmark::State& state) {
  static auto& apps = *new std::map<std::pair<int64_t, int64_t>, App*>();
  App*& app = apps[{state.range(0), state.range(1)}];
  if (app == nullptr) {
    app = new App(kHabits[state.range(0)], static_cast<double>(state.range(1)));
  }
  return *app;
}

void Habits(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"habit", "daily"})->Unit(benchmark::kMillisecond);
  for (const int64_t daily : {1000, 100'000, 1'000'000}) {
    for (const int64_t habit : {0, 1, 2}) {
      if (daily <= 100'000 || habit == 1) bench->Args({habit, daily});
    }
  }
}

void CountUserDays(benchmark::State& state, uint64_t user_days) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * user_days));
}

CellSet Days(uint32_t begin, uint32_t end) {
  CellSet days;
  for (uint32_t day = begin; day < end; ++day) days.Add(day);
  return days;
}

// How fast sorted users become pieces, and how small these get.
void BM_Build(benchmark::State& state) {
  const App& app = AppOf(state);
  std::vector<std::string> pieces;
  for (auto _ : state) {
    app.Build(storage::kLongHash, 0, &pieces);
    benchmark::DoNotOptimize(pieces.data());
  }
  CountUserDays(state, app.user_days);
  state.counters["bytes_per_user_day"] =
      static_cast<double>(app.bytes) / static_cast<double>(app.user_days);
  state.counters["users_per_daily"] = static_cast<double>(app.users.size()) *
                                      64 / static_cast<double>(app.user_days);
}
BENCHMARK(BM_Build)->Apply(Habits);

// Sizes that are asked of an estimate: ERROR 5, 2 and 1 %, of 64 and 48 bits.
void BM_CutSizes(benchmark::State& state) {
  const App& app = AppOf(state);
  std::vector<std::string> pieces;
  for (auto _ : state) {
    for (const auto& [percent, most] :
         {std::pair<int, uint64_t>{5, 1756}, {2, 10'976}, {1, 43'904}}) {
      for (const uint32_t bits : {storage::kLongHash, storage::kShortHash}) {
        app.Build(bits, most, &pieces);
        uint64_t bytes = 0;
        for (const std::string& piece : pieces) bytes += piece.size();
        state.counters[std::to_string(percent) + "%_" + std::to_string(bits)] =
            static_cast<double>(bytes) / 64;
      }
    }
  }
}
BENCHMARK(BM_CutSizes)
    ->ArgNames({"habit", "daily"})
    ->Args({1, 100'000})
    ->Args({1, 1'000'000})
    ->Args({2, 1'000'000})
    ->Iterations(1);

// How long the users of each day take to count.
void BM_CountDays(benchmark::State& state) {
  const App& app = AppOf(state);
  for (auto _ : state) {
    CellCounts counts = {};
    for (const std::string& piece : app.pieces) {
      Check(Opened(piece).CountCells(&counts).ok());
    }
    benchmark::DoNotOptimize(counts);
  }
}
BENCHMARK(BM_CountDays)->Apply(Habits);

// How long the users of 28 days take to count.
void BM_Union28(benchmark::State& state) {
  const App& app = AppOf(state);
  uint64_t expected = 0;
  for (const UserSteps& user : app.users) {
    expected += (user.steps >> 20 & 0xfffffff) != 0 ? 1 : 0;
  }
  const CellSet days = Days(20, 48);
  for (auto _ : state) {
    uint64_t count = 0;
    for (const std::string& piece : app.pieces) {
      const auto some = Opened(piece).CountUnion(days);
      Check(some.ok());
      count += *some;
    }
    Check(count == expected);
  }
  state.counters["users"] = static_cast<double>(expected);
}
BENCHMARK(BM_Union28)->Apply(Habits);

// The same by users' rows, as it must be where eras or patches are joined.
void BM_Rows28(benchmark::State& state) {
  const App& app = AppOf(state);
  const CellSet days = Days(20, 48);
  for (auto _ : state) {
    uint64_t count = 0;
    for (const std::string& piece : app.pieces) {
      const PieceReader reader = Opened(piece);
      RowCursor rows(reader, days, LaneUse::kJoined);
      for (auto next = rows.Next(); next.ok() && *next; next = rows.Next()) {
        for (const uint64_t steps : rows.steps(0)) count += steps != 0 ? 1 : 0;
      }
    }
    benchmark::DoNotOptimize(count);
  }
}
BENCHMARK(BM_Rows28)->Apply(Habits);

// All 64 days of each user.
void BM_Rows64(benchmark::State& state) {
  const App& app = AppOf(state);
  for (auto _ : state) {
    uint64_t any = 0;
    for (const std::string& piece : app.pieces) {
      const PieceReader reader = Opened(piece);
      RowCursor rows(reader, CellSet::All(), LaneUse::kJoined);
      for (auto next = rows.Next(); next.ok() && *next; next = rows.Next()) {
        for (size_t i = 0; i < rows.hashes().size(); ++i) {
          any += rows.hashes()[i] ^ rows.steps(0)[i];
        }
      }
    }
    benchmark::DoNotOptimize(any);
  }
  CountUserDays(state, app.user_days);
}
BENCHMARK(BM_Rows64)->Apply(Habits);

// A fold of a day's patches onto what is there.
void BM_FoldDay(benchmark::State& state) {
  const App& app = AppOf(state);
  PieceHead head;
  head.commit = 1;
  PieceBuilder base(head);
  head.commit = 2;
  PieceBuilder day(head);
  for (const UserSteps& user : app.users) {
    const uint64_t before = user.steps & ~(uint64_t{1} << 63);
    if (before != 0) base.AddUser({user.hash, before, 0});
    if (before != user.steps) day.AddUser({user.hash, uint64_t{1} << 63, 0});
  }
  const std::string pieces[] = {Built(&base), Built(&day)};
  for (auto _ : state) {
    const PieceReader readers[] = {Opened(pieces[0]), Opened(pieces[1])};
    FoldOptions options;
    options.depth = app.depth;
    size_t bytes = 0;
    Check(storage::FoldPieces(readers, options,
                              [&](HashRange, const std::string& piece) {
                                bytes += piece.size();
                              })
              .ok());
    benchmark::DoNotOptimize(bytes);
  }
  CountUserDays(state, app.user_days);
}
BENCHMARK(BM_FoldDay)->Apply(Habits);

// Events of a day, 2.5 a user in 16 batches, from ids to patches.
void BM_Events(benchmark::State& state) {
  const App& app = AppOf(state);
  // Side by side, as in a file that is read.
  std::vector<std::array<char, 16>> ids;
  for (const UserSteps& user : app.users) {
    if ((user.steps >> 40 & 1) != 0) {
      std::array<char, 17> digits;
      std::snprintf(digits.data(), digits.size(), "%016llx",
                    static_cast<unsigned long long>(user.hash));
      std::array<char, 16> id;
      std::copy_n(digits.begin(), id.size(), id.begin());
      ids.insert(ids.end(), 2 + (user.hash & 1), id);
    }
  }
  std::shuffle(ids.begin(), ids.end(), std::mt19937_64(3));
  const storage::UserKey key = {1, 2, 3};
  size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (size_t batch = 0; batch < 16; ++batch) {
      std::vector<UserEvent> events;
      for (size_t i = ids.size() * batch / 16;
           i < ids.size() * (batch + 1) / 16; ++i) {
        events.push_back(
            {storage::HashUser(key, {ids[i].data(), ids[i].size()}), 40});
      }
      storage::SortEvents(&events);
      PieceBuilder builder{PieceHead()};
      storage::ForEachUserOf(
          events, [&](const UserSteps& user) { builder.AddUser(user); });
      bytes += Built(&builder).size();
    }
  }
  state.SetItemsProcessed(
      static_cast<int64_t>(state.iterations() * ids.size()));
  state.counters["bytes_per_event"] =
      static_cast<double>(bytes) / static_cast<double>(ids.size());
}
BENCHMARK(BM_Events)->Apply(Habits);

}  // namespace
}  // namespace footfall::bench
