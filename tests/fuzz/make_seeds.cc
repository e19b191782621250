// Makes seeds for the fuzz targets with the library's own encoders: each codec
// with holes and without, each form of sets and tiles, bundles of a base and
// patches, pieces of sets of users, each record of the catalog.
//
//   fuzz_seeds CORPUS_DIR    writes CORPUS_DIR/<target>/made-<what it is>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/blocks.h"
#include "engine/catalog/records.h"
#include "storage/codec/choose.h"
#include "storage/codec/frame.h"
#include "storage/codec/predictor.h"
#include "storage/codec/seasonal.h"
#include "storage/key/tile_key.h"
#include "storage/sets/piece_builder.h"
#include "storage/sets/user_events.h"
#include "storage/tile/bundle.h"
#include "tests/fuzz/column_input.h"
#include "tests/storage/tile/cells.h"

namespace footfall {
namespace storage {
namespace {

constexpr uint32_t kSeason = 7;

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void Add(const char* target, const std::string& name,
           const std::string& bytes) {
    std::filesystem::create_directories(folder_ / target);
    std::ofstream file(folder_ / target / ("made-" + name), std::ios::binary);
    file << bytes;
    whole_ &= file.flush().good();
  }
  bool whole() const { return whole_; }

 private:
  std::filesystem::path folder_;
  bool whole_ = true;
};

// The same noise at every run.
uint32_t Noise(uint32_t lane, uint32_t step) {
  return static_cast<uint32_t>(
      (step * 0x9e3779b97f4a7c15 + lane * 0xbf58476d1ce4e5b9) >> 40);
}

// Values that end up in a codec.
struct Kind {
  const char* name;
  Effort effort;   // with which they do
  uint32_t steps;  // of a lane
  int64_t (*value)(uint32_t lane, uint32_t step);
};

constexpr Kind kKinds[] = {
    {"constant", Effort::kFast, 40,
     [](uint32_t lane, uint32_t) -> int64_t { return 70 + lane; }},
    {"raw", Effort::kFast, 20,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return static_cast<int64_t>(Noise(lane, step) * 0x9e3779b97f4a7c15);
     }},
    {"frame", Effort::kFast, 140,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return int64_t{Noise(lane, step) % 30} - 10;
     }},
    {"delta", Effort::kFast, 140,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return 5000 * step + Noise(lane, step) % 20;
     }},
    {"seasonal", Effort::kDense, 140,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return int64_t{-500} + 300 * (step % kSeason) + 4 * step +
              Noise(lane, step) % 9;
     }},
    {"wide", Effort::kDense, 140,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return int64_t{1'000'000'000} * (step % kSeason) + Noise(lane, step) % 9;
     }},
    {"short", Effort::kDense, 50,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return 900 + 80 * (step % kSeason) + 3 * step + Noise(lane, step) % 5;
     }},
    {"patched-frame", Effort::kDense, 140,
     [](uint32_t lane, uint32_t step) -> int64_t {
       return step % 23 == 9 ? 1'000'000 : 600 + Noise(lane, step) % 16;
     }},
};

// How the values are taken.
enum class Numbers : uint8_t { kIntegers, kDecimals, kPatchedDecimals };
constexpr std::pair<Numbers, const char*> kNumbers[] = {
    {Numbers::kIntegers, ""},
    {Numbers::kDecimals, "-decimal"},
    {Numbers::kPatchedDecimals, "-patched-decimal"}};

CellType TypeOf(Numbers numbers) {
  return numbers == Numbers::kIntegers ? CellType::kInteger
                                       : CellType::kDecimal;
}

int64_t Value(const Kind& kind, Numbers numbers, uint32_t lane, uint32_t step) {
  const int64_t value = kind.value(lane, step);
  if (numbers == Numbers::kIntegers) {
    return value;
  }
  const bool odd = numbers == Numbers::kPatchedDecimals && step % 17 == 4;
  return std::bit_cast<int64_t>(odd ? std::numeric_limits<double>::quiet_NaN()
                                    : static_cast<double>(value) / 100);
}

// Only sealing finds decimals with exceptions.
Effort EffortOf(const Kind& kind, Numbers numbers) {
  return numbers == Numbers::kPatchedDecimals ? Effort::kDense : kind.effort;
}

// ---- Columns ----

std::string ColumnSeed(Codec codec, uint32_t count, uint32_t gaps,
                       const std::string& column) {
  const uint32_t head[kColumnHeadSize] = {
      static_cast<uint32_t>(codec), count % 256, count / 256, kSeason, gaps};
  std::string seed;
  for (const uint32_t byte : head) {
    seed.push_back(static_cast<char>(byte));
  }
  return seed + column;
}

std::vector<int64_t> Values(const Kind& kind, Numbers numbers,
                            const Presence& steps) {
  std::vector<int64_t> values;
  for (uint32_t rank = 0; rank < steps.count(); ++rank) {
    values.push_back(Value(kind, numbers, 0, steps.PlaceOf(rank)));
  }
  return values;
}

void AddColumns(Seeds* seeds) {
  for (const uint32_t gaps : {0u, 5u}) {
    const char* const holes = gaps == 0 ? "" : "-holes";
    for (const Kind& kind : kKinds) {
      for (const auto& [numbers, suffix] : kNumbers) {
        const Presence steps = ColumnSteps(kind.steps, gaps);
        std::string column;
        const Codec codec =
            EncodeColumn(Values(kind, numbers, steps), {steps, kSeason},
                         TypeOf(numbers), EffortOf(kind, numbers), &column);
        seeds->Add("column", absl::StrCat(kind.name, suffix, holes),
                   ColumnSeed(codec, kind.steps, gaps, column));
      }
    }
    for (size_t predictor = 0; predictor < kPredictorCount; ++predictor) {
      for (const Kind& kind : kKinds) {
        if (kind.effort == Effort::kDense && kind.steps > kMiniBlock) {
          const Presence steps = ColumnSteps(30, gaps);
          std::string column;
          EncodeSeasonalWith(predictor, Values(kind, Numbers::kIntegers, steps),
                             steps, kSeason, &column);
          seeds->Add("column",
                     absl::StrCat(kind.name, "-predictor-", predictor, holes),
                     ColumnSeed(Codec::kSeasonal, steps.count(), gaps, column));
        }
      }
    }
  }
}

// ---- Tiles and bundles ----

constexpr uint32_t kLanes = 8;

// Whether a lane has a value at a step: each lane a set of another form.
bool Has(uint32_t lane, uint32_t step, uint32_t steps) {
  switch (lane) {
    case 0:
      return true;
    case 1:
      return step == steps - 2;  // one
    case 2:
      return step > 2;  // a run
    case 3:
      return Noise(lane, step) % 4 != 0;  // bits
    case 4:
      return step < steps / 3 || step > steps * 2 / 3;  // runs
    case 5:
      return step > steps / 3 && step < steps / 2 && step % 3 != 0;  // bitmap
    default:
      return false;  // 6 is not there; 7 may have deleted cells
  }
}

struct CellOptions {
  bool workdays = false;  // no lane has the others
  bool deleted = false;
};

Cells MakeCells(const Kind& kind, Numbers numbers, CellOptions options) {
  Cells cells;
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    for (uint32_t step = 0; step < kind.steps; ++step) {
      if (options.workdays && step % 7 >= 5) {
        continue;
      }
      if (Has(lane, step, kind.steps)) {
        cells[{lane, step}] = Value(kind, numbers, lane, step);
      } else if (options.deleted && lane >= 4 && step % 5 == 2) {
        cells[{lane, step}] = std::nullopt;
      }
    }
  }
  return cells;
}

// Values as `coded` codes them in a tile as `laid` lays it out.
std::string MakeTile(const Cells& cells, TileShape shape, CellType type,
                     Effort coded, Effort laid) {
  const std::string tile = BuildTile(cells, shape, type, {coded, kSeason});
  if (coded == laid) {
    return tile;
  }
  const TileReader reader = TileReader::Open(tile).value();
  TileBuilder builder(shape, type, laid, kSeason);
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    if (reader.HasLane(lane)) {
      builder.AddEncodedLane(lane, reader);
    }
  }
  return builder.Finish().value();
}

// Every lane but one has a value at step 3 and no other.
std::string MakeColumnTile(const Kind& kind, Numbers numbers) {
  Cells cells;
  const TileShape shape = {std::min(kind.steps, 50u), 12};
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    if (lane != 5) {
      cells[{lane, 3}] = Value(kind, numbers, 0, lane);
    }
  }
  return BuildTile(cells, shape, TypeOf(numbers),
                   {EffortOf(kind, numbers), kSeason});
}

void AddTiles(Seeds* seeds) {
  for (const Kind& kind : kKinds) {
    for (const auto& [numbers, suffix] : kNumbers) {
      const std::string name = absl::StrCat(kind.name, suffix);
      const TileShape shape = {kLanes, kind.steps};
      const CellType type = TypeOf(numbers);
      const Effort coded = EffortOf(kind, numbers);
      const Cells plain = MakeCells(kind, numbers, {});
      const Cells workdays = MakeCells(kind, numbers, {.workdays = true});
      const Cells deleted = MakeCells(kind, numbers, {.deleted = true});
      const std::string sealed =
          MakeTile(workdays, shape, type, coded, Effort::kDense);
      const std::string patch =
          MakeTile(deleted, shape, type, coded, Effort::kFast);
      seeds->Add("tile", name + "-column", MakeColumnTile(kind, numbers));
      seeds->Add("tile", name + "-sealed",
                 MakeTile(plain, shape, type, coded, Effort::kDense));
      seeds->Add("tile", name + "-sealed-workdays", sealed);
      seeds->Add("tile", name + "-lanes", patch);
      seeds->Add("tile", name + "-lanes-dense",
                 MakeTile(deleted, shape, type, coded, Effort::kDense));
      if (numbers == Numbers::kDecimals) {
        continue;  // bundles look no deeper than their tiles
      }
      Cells day;
      for (uint32_t lane = 0; lane < kLanes; lane += 2) {
        day[{lane, 4}] = Value(kind, numbers, lane, 1);
      }
      std::string bundle;
      AppendFrame(sealed, &bundle);
      AppendFrame(BuildTile(day, shape, type), &bundle);
      seeds->Add("bundle", name + "-column-on-sealed", bundle);
      bundle.clear();
      AppendFrame(sealed, &bundle);
      AppendFrame(patch, &bundle);
      AppendFrame(BuildTile(day, shape, type), &bundle);
      seeds->Add("bundle", name + "-column-on-lanes-on-sealed", bundle);
    }
  }
}

// ---- Sets ----

void AddSets(Seeds* seeds) {
  for (const uint32_t places : {10u, 140u}) {
    for (uint32_t pattern = 0; pattern < 7; ++pattern) {
      std::vector<uint64_t> words((places + 63) / 64);
      for (uint32_t place = 0; place < places; ++place) {
        words[place / 64] |= uint64_t{Has(pattern, place, places)}
                             << (place % 64);
      }
      const Presence set = Presence::Of(words);
      std::vector<uint64_t> among((set.count() + 63) / 64);
      for (uint32_t rank = 0; rank < set.count(); ++rank) {
        const bool has = pattern % 3 == 0   ? rank > 1         // a run
                         : pattern % 3 == 1 ? rank % 5 != 1    // bits
                                            : rank % 50 < 20;  // runs
        among[rank / 64] |= uint64_t{has} << (rank % 64);
      }
      for (const Effort effort : {Effort::kFast, Effort::kDense}) {
        std::string bytes;
        const PresenceForm form = set.Encode(places, effort, &bytes);
        const PresenceForm form_among =
            Presence::Of(among).Encode(set.count(), effort, &bytes);
        std::string seed;
        for (const uint32_t byte : {static_cast<uint32_t>(form), places, 0u,
                                    static_cast<uint32_t>(form_among)}) {
          seed.push_back(static_cast<char>(byte));
        }
        seeds->Add("presence",
                   absl::StrCat(pattern, "-of-", places,
                                effort == Effort::kFast ? "-fast" : "-dense"),
                   seed + bytes);
      }
    }
  }
}

// ---- Pieces ----

struct PieceKind {
  const char* name;
  uint32_t users;
  uint32_t lanes;
  uint32_t hash_bits;
  uint32_t range;
  uint64_t most;  // users a sample keeps; 0: all
};

constexpr PieceKind kPieceKinds[] = {
    {"one", 1, 1, kLongHash, 1, 0},
    {"few", 20, 1, kLongHash, 1, 0},
    {"classes", 450, 1, kShortHash, 0x1fff, 0},
    {"lanes", 60, 5, kLongHash, 0x1a, 0},
    {"band", 40, 64, kShortHash, 1, 0},
    {"cut", 200, 2, kLongHash, 1, 9},
    {"cut-short", 120, 1, kShortHash, 1, 30},
};

// Some users come once, some on all days, the others now and then.
std::string MakePiece(const PieceKind& kind, uint64_t commit) {
  PieceHead head = {.key_check = 19, .hash_bits = kind.hash_bits};
  head.commit = commit;
  head.range.code = kind.range;
  std::vector<UserEvent> events;
  for (uint32_t user = 0; user < kind.users; ++user) {
    uint64_t hash = (user + 1) * 0x9e3779b97f4a7c15;
    hash = head.range.first() | hash >> head.range.depth();
    hash &= ~uint64_t{0} << (64 - kind.hash_bits);
    const uint32_t lane = Noise(user, 1) % kind.lanes;
    const uint32_t every = user % 2 == 0 ? 64 : 1 + Noise(user, 2) % 20;
    for (uint32_t step = Noise(user, 3) % 64; step < 64; step += every) {
      events.push_back({hash, lane * 64 + step});
      if (user % 7 == 0) {
        events.push_back({hash, (lane + 1) % kind.lanes * 64 + step});
      }
    }
  }
  SortEvents(&events);
  PieceBuilder builder(head);
  if (kind.most != 0) {
    ThresholdFinder finder({}, kind.most);
    ForEachUserOf(events, [&](const UserSteps& user) { finder.Count(user); });
    builder.Cut(finder.thresholds());
  }
  ForEachUserOf(events, [&](const UserSteps& user) { builder.AddUser(user); });
  return builder.Finish().value();
}

// Resets and forgets some, and says that a cell is there.
std::string MakeRemoval(const PieceKind& kind, uint64_t commit) {
  PieceHead head = {.key_check = 19, .hash_bits = kind.hash_bits};
  head.commit = commit;
  head.range.code = kind.range;
  PieceBuilder builder(head);
  CellSet cells;
  for (uint32_t step = 5; step < 9; ++step) cells.Add(step);
  builder.Reset(cells);
  cells.Add(40);
  builder.AddCells(cells);
  builder.Forget(head.range.first());
  builder.Forget(head.range.first() + (uint64_t{1} << 40));
  return builder.Finish().value();
}

void AddPieces(Seeds* seeds) {
  for (const PieceKind& kind : kPieceKinds) {
    std::string pieces;
    AppendFrame(MakePiece(kind, 3), &pieces);
    seeds->Add("piece", kind.name, pieces);
    AppendFrame(MakeRemoval(kind, 4), &pieces);
    PieceKind patch = kind;
    patch.users = std::min(kind.users, 12u);
    AppendFrame(MakePiece(patch, 5), &pieces);
    seeds->Add("piece", absl::StrCat(kind.name, "-removal-and-patch"), pieces);
  }
}

}  // namespace
}  // namespace storage

namespace engine {
namespace {

void AddSeriesBlocks(storage::Seeds* seeds) {
  std::vector<MemberId> packed;
  std::vector<MemberId> steps;
  std::vector<MemberId> runs;
  for (MemberId row = 0; row < 60; ++row) {
    packed.push_back(1000 + storage::Noise(0, row) % 12);
    steps.push_back(50 * row + storage::Noise(1, row) % 3);
    runs.push_back(row / 25 * 700);
  }
  const std::vector<MemberId> constant(60, 9);
  const std::pair<const char*, std::vector<absl::Span<const MemberId>>>
      blocks[] = {
          {"none", {}},         {"constant", {constant}},
          {"packed", {packed}}, {"steps", {steps}},
          {"runs", {runs}},     {"all", {runs, packed, constant, steps}}};
  for (const auto& [name, columns] : blocks) {
    std::string seed = "S";
    seed.push_back(static_cast<char>(columns.size()));
    seeds->Add("catalog", absl::StrCat("series-", name),
               seed + EncodeSeriesBlock(columns, constant.size()));
  }
}

void AddRecords(storage::Seeds* seeds) {
  const auto add = [seeds](const char* name, char what,
                           const std::string& bytes) {
    seeds->Add("catalog", name, what + bytes);
  };
  add("members", 'E',
      EncodeMemberBlock({"", "web", "wear", "文心一言", "文小言",
                         std::string(kMaxMemberBytes, 'x')}));
  MetricDeclaration metric;
  metric.spec.name = "price";
  metric.spec.value_type = ValueType::kDecimal;
  metric.spec.period = {Unit::kMinute, 15};
  metric.spec.zone = "Asia/Shanghai";
  metric.spec.dimensions = {{"app", Additivity::kOverlaps},
                            {"region", Additivity::kLevel}};
  metric.spec.over_time = Additivity::kLevel;
  metric.spec.unit = "USD";
  metric.shape = {.lanes = 16, .steps = 1024};
  add("metric", 'M', EncodeMetric(metric));
  Event event;
  event.kind = "release";
  event.name = "R1";
  event.date = *ParseDate("2025-01-20T13:05:00+08:00");
  add("event", 'V', EncodeEvent(event));
  event.date = *ParseDate("2025-W03");
  event.members = {{"app", "A"}, {"region", "cn"}};
  event.note = "note";
  event.source = "source";
  add("event-of-members", 'V', EncodeEvent(event));
  add("alias", 'W', EncodeAlias({"app", "old", "new", std::nullopt}));
  add("alias-from", 'W', EncodeAlias({"app", "old", "new", event.date}));
  add("attribute", 'Y',
      EncodeAttribute({"app", "A", "category", "chat", event.date}));
  add("counters", 'N', EncodeCounters({.next_metric = 5}));
  add("format", 'F', EncodeNumber(kFormatVersion));
  add("era", 'U', EncodeEra(-7));
  for (const std::string& key :
       {FormatKey(), CommitKey(), CountersKey(), DictionaryKey(3),
        MetricKey(300), MemberBlockKey(1, 4097), SeriesBlockKey(2, 70000),
        SealedKey(9), EventKey(1), AliasKey(0), LateEraKey(7, -3),
        AttributeKey(5)}) {
    add(absl::StrCat("key-", key.substr(0, 1)).c_str(), 'K', key);
  }
  add("key-of-tile", 'T', storage::EncodeTileKey({3, 78, 12}));
}

}  // namespace
}  // namespace engine
}  // namespace footfall

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds CORPUS_DIR\n");
    return 2;
  }
  footfall::storage::Seeds seeds(argv[1]);
  footfall::storage::AddColumns(&seeds);
  footfall::storage::AddTiles(&seeds);
  footfall::storage::AddSets(&seeds);
  footfall::storage::AddPieces(&seeds);
  footfall::engine::AddSeriesBlocks(&seeds);
  footfall::engine::AddRecords(&seeds);
  return seeds.whole() ? 0 : 1;
}
