// When to fold pieces of sets, and which series should share one.
//
// FoldRules writes an era of one series, 16 batches a day of 2.5 events a user,
// and folds by a rule. SharedPiece has 64 series of one size, once in pieces of
// their own and once in one.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "bench/support/population.h"
#include "storage/sets/fold.h"
#include "storage/sets/piece_builder.h"
#include "storage/sets/piece_reader.h"
#include "storage/sets/piece_stack.h"

namespace footfall::bench {
namespace {

using storage::CellSet;
using storage::FoldOptions;
using storage::HashRange;
using storage::PieceBuilder;
using storage::PieceHead;
using storage::PieceReader;
using storage::UserSteps;

constexpr uint32_t kDays = 64;
constexpr uint32_t kBatches = 16;  // a day
// What a value takes beside its piece: key, frame, RocksDB's sizes.
constexpr size_t kKeySize = 18;

void Check(bool holds) {
  if (!holds) std::abort();
}

double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

std::vector<UserSteps> FirstEra(const Habit& habit, double daily_users,
                                uint64_t seed) {
  std::vector<UserSteps> users;
  for (const PopulationUser& user : MakePopulation(habit, daily_users, seed)) {
    if (user.days[0] != 0) users.push_back({user.hash, user.days[0], 0});
  }
  return users;
}

// Of an era the patches in the order in which they are written.
std::vector<std::string> Patches(const std::vector<UserSteps>& users) {
  std::vector<std::string> patches;
  uint64_t noise = 1;
  for (uint32_t day = 0; day < kDays; ++day) {
    std::vector<PieceBuilder> batches;
    for (uint32_t i = 0; i < kBatches; ++i) {
      batches.emplace_back(PieceHead{.commit = day * kBatches + i + 1});
    }
    for (const UserSteps& user : users) {
      if ((user.steps >> day & 1) == 0) continue;
      uint32_t in = 0;
      for (uint64_t event = 0; event < 2 + (user.hash >> 7 & 1); ++event) {
        noise = noise * 0x5851f42d4c957f2d + 1;
        in |= 1u << (noise >> 60);
      }
      for (; in != 0; in &= in - 1) {
        batches[static_cast<size_t>(std::countr_zero(in))].AddUser(
            {user.hash, uint64_t{1} << day, 0});
      }
    }
    for (PieceBuilder& batch : batches) {
      auto piece = batch.Finish();
      Check(piece.ok());
      if (!piece->empty()) patches.push_back(*std::move(piece));
    }
  }
  return patches;
}

// What there is of a series: what was folded, larger before smaller, and after
// it the patches.
struct Pile {
  std::vector<std::string> folded;
  std::vector<std::string> patches;
  uint64_t written = 0;  // by folds
  uint64_t folds = 0;

  static uint64_t Size(const std::vector<std::string>& pieces, size_t from) {
    uint64_t size = 0;
    for (size_t i = from; i < pieces.size(); ++i) size += pieces[i].size();
    return size;
  }

  // Folds the patches and what was folded from place `from` on.
  void FoldFrom(size_t from) {
    std::vector<PieceReader> readers;
    for (size_t i = from; i < folded.size(); ++i) {
      readers.push_back(*PieceReader::Open(folded[i]));
    }
    for (const std::string& patch : patches) {
      readers.push_back(*PieceReader::Open(patch));
    }
    std::string made;
    Check(storage::FoldPieces(readers, {}, [&](HashRange, std::string piece) {
            made = std::move(piece);
          }).ok());
    patches.clear();
    folded.resize(from);
    folded.push_back(std::move(made));
    written += folded.back().size();
    ++folds;
  }

  // Users of 28 days up to `day`, as a question has to find them.
  uint64_t Union28(uint32_t day) const {
    CellSet cells;
    for (uint32_t i = day < 27 ? 0 : day - 27; i <= day; ++i) cells.Add(i);
    std::vector<PieceReader> readers;
    for (const auto* pieces : {&folded, &patches}) {
      for (const std::string& piece : *pieces) {
        readers.push_back(*PieceReader::Open(piece));
      }
    }
    if (readers.size() == 1) return *readers[0].CountUnion(cells);
    uint64_t users = 0;
    Check(storage::PieceStack::Of(readers, cells)
              ->ForEachUser(~uint64_t{0}, [&](const UserSteps&) { ++users; })
              .ok());
    return users;
  }
};

// All patches onto the base, once they are more than a share of it, or 64.
void FoldOnto(Pile* pile, double share) {
  const double base =
      pile->folded.empty() ? 0 : static_cast<double>(pile->folded[0].size());
  if (static_cast<double>(Pile::Size(pile->patches, 0)) > share * base ||
      pile->patches.size() >= 64) {
    pile->FoldFrom(0);
  }
}

// So many patches become one piece; with it go all folded pieces that are not
// larger than `ratio` times what comes after them.
void FoldLevels(Pile* pile, size_t patches, double ratio) {
  if (pile->patches.size() < patches) return;
  // Patches shrink to about two fifths of themselves.
  uint64_t after = Pile::Size(pile->patches, 0) * 2 / 5;
  size_t from = pile->folded.size();
  while (from > 0 && static_cast<double>(pile->folded[from - 1].size()) <=
                         ratio * static_cast<double>(after)) {
    after += pile->folded[--from].size();
  }
  pile->FoldFrom(from);
}

// At most two pieces that were folded: patches go into the second one, and that
// one onto the first once it is more than a share of it.
void FoldTwice(Pile* pile, size_t patches, double share) {
  if (pile->patches.size() < patches) return;
  if (pile->folded.size() < 2) {
    pile->FoldFrom(pile->folded.size());
    return;
  }
  const bool onto = static_cast<double>(pile->folded[1].size()) >
                    share * static_cast<double>(pile->folded[0].size());
  pile->FoldFrom(onto ? 0 : 1);
}

struct Rule {
  const char* name;
  void (*fold)(Pile* pile);
};

constexpr Rule kRules[] = {
    {"a quarter", [](Pile* pile) { FoldOnto(pile, .25); }},
    {"as much", [](Pile* pile) { FoldOnto(pile, 1); }},
    {"two levels, 16, half", [](Pile* pile) { FoldTwice(pile, 16, .5); }},
    {"two levels, 32, half", [](Pile* pile) { FoldTwice(pile, 32, .5); }},
    {"levels, 16, twice", [](Pile* pile) { FoldLevels(pile, 16, 2); }},
    {"levels, 32, twice", [](Pile* pile) { FoldLevels(pile, 32, 2); }},
    {"levels, 16, four times", [](Pile* pile) { FoldLevels(pile, 16, 4); }},
};

// What folding by a rule writes and takes, and what a union over 28 days up to
// each day from the 28th on costs meanwhile, at the end and in the middle of
// the day.
void BM_FoldRules(benchmark::State& state) {
  const Rule& rule = kRules[state.range(0)];
  const Habit& habit = kHabits[state.range(1)];
  const std::vector<UserSteps> users =
      FirstEra(habit, static_cast<double>(state.range(2)), 7);
  const std::vector<std::string> patches = Patches(users);
  uint64_t user_days = 0;
  for (const UserSteps& user : users) {
    user_days += static_cast<uint64_t>(std::popcount(user.steps));
  }
  for (auto _ : state) {
    Pile pile;
    double reading = 0;
    double slowest = 0;
    uint64_t reads = 0;
    const double begin = CpuSeconds();
    for (size_t i = 0; i < patches.size(); ++i) {
      pile.patches.push_back(patches[i]);
      rule.fold(&pile);
      if (i / kBatches >= 27 && i % (kBatches / 2) == kBatches / 2 - 1) {
        const double before = CpuSeconds();
        benchmark::DoNotOptimize(
            pile.Union28(static_cast<uint32_t>(i / kBatches)));
        const double took = CpuSeconds() - before;
        reading += took;
        slowest = std::max(slowest, took);
        ++reads;
      }
    }
    pile.FoldFrom(0);
    const double folding = CpuSeconds() - begin - reading;
    const auto last = static_cast<double>(pile.folded[0].size());
    state.counters["written_x"] = static_cast<double>(pile.written) / last;
    state.counters["folds"] = static_cast<double>(pile.folds);
    state.counters["fold_ns_per_user_day"] =
        folding / static_cast<double>(user_days) * 1e9;
    state.counters["union_ms"] = reading / static_cast<double>(reads) * 1e3;
    state.counters["union_ms_most"] = slowest * 1e3;
  }
}

void Rules(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"rule", "habit", "daily"})->Iterations(1);
  for (const int64_t daily : {1000, 30'000}) {
    for (const int64_t habit : {1, 0, 2}) {
      for (int64_t rule = 0; rule < static_cast<int64_t>(std::size(kRules));
           ++rule) {
        if (habit == 1 || daily == 1000) bench->Args({rule, habit, daily});
      }
    }
  }
}
BENCHMARK(BM_FoldRules)->Apply(Rules);

// Bytes of 64 series in pieces of their own and in one, keys included, where a
// share of the users (per cent) is in two of them; and what 28 days of one
// series then take to read, and a day's patch of one series to fold.
void BM_SharedPiece(benchmark::State& state) {
  const auto daily = static_cast<double>(state.range(1)) / 10;
  const auto shared_percent = static_cast<uint64_t>(state.range(2));
  std::vector<std::vector<UserSteps>> lanes(storage::kPieceLanes);
  for (uint32_t lane = 0; lane < lanes.size(); ++lane) {
    for (UserSteps user :
         FirstEra(kHabits[state.range(0)], daily, 100 + lane)) {
      user.lane = lane;
      lanes[lane].push_back(user);
      if (user.hash % 100 < shared_percent) {
        user.lane = (lane + 1) % storage::kPieceLanes;
        lanes[user.lane].push_back(user);
      }
    }
  }
  std::vector<UserSteps> all;
  std::vector<std::string> own;
  uint64_t user_days = 0;
  uint64_t own_bytes = 0;
  const auto before = [](const UserSteps& a, const UserSteps& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.lane < b.lane;
  };
  for (std::vector<UserSteps>& lane : lanes) {
    std::sort(lane.begin(), lane.end(), before);
    PieceBuilder builder{PieceHead()};
    for (const UserSteps& user : lane) {
      builder.AddUser(user);
      user_days += static_cast<uint64_t>(std::popcount(user.steps));
      all.push_back(user);
    }
    own.push_back(*builder.Finish());
    own_bytes += own.back().size() + kKeySize;
  }
  std::sort(all.begin(), all.end(), before);
  PieceBuilder builder{PieceHead()};
  for (const UserSteps& user : all) builder.AddUser(user);
  const std::string one = *builder.Finish();

  CellSet days;
  for (uint32_t day = 20; day < 48; ++day) days.Add(17 * 64 + day);
  const auto read_us = [&](const std::string& piece) {
    const double begin = CpuSeconds();
    int reads = 0;
    do {
      benchmark::DoNotOptimize(PieceReader::Open(piece)->CountUnion(days));
      ++reads;
    } while (CpuSeconds() - begin < .02);
    return (CpuSeconds() - begin) / reads * 1e6;
  };
  const auto fold_us = [&](const std::string& piece) {
    const double begin = CpuSeconds();
    int folds = 0;
    do {
      const PieceReader readers[] = {*PieceReader::Open(piece)};
      Check(
          storage::FoldPieces(readers, {}, [](HashRange, std::string) {}).ok());
      ++folds;
    } while (CpuSeconds() - begin < .02);
    return (CpuSeconds() - begin) / folds * 1e6;
  };
  for (auto _ : state) {
    const auto each = static_cast<double>(user_days);
    state.counters["series_kb"] = static_cast<double>(own_bytes) / 64e3;
    state.counters["own"] = static_cast<double>(own_bytes) / each;
    state.counters["one"] = static_cast<double>(one.size() + kKeySize) / each;
    state.counters["read_own_us"] = read_us(own[17]);
    state.counters["read_one_us"] = read_us(one);
    state.counters["fold_own_us"] = fold_us(own[17]);
    state.counters["fold_one_us"] = fold_us(one);
  }
}

void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"habit", "tenths", "shared"})->Iterations(1);
  for (const int64_t tenths : {2, 10, 50, 200, 1000, 5000, 20'000}) {
    for (const int64_t shared : {0, 5, 20, 50}) {
      if (tenths <= 1000 || shared == 5) bench->Args({1, tenths, shared});
    }
    bench->Args({0, tenths, 5});
  }
}
BENCHMARK(BM_SharedPiece)->Apply(Sizes);

}  // namespace
}  // namespace footfall::bench
