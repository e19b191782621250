// Pieces return the users they were given, cell by cell, in unions and in rows;
// and keep their bytes.

#include <algorithm>

#include "absl/strings/escaping.h"
#include "storage/sets/threshold.h"
#include "tests/storage/sets/set_model.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 64;

SetModel ModelOf(const std::vector<UserEvent>& events) {
  SetModel model;
  Apply({{}, {}, {}, events}, &model);
  return model;
}

const PieceHead kHead = {.key_check = 0x01020304, .commit = 7};

std::vector<Crowd> Crowds() {
  return {
      {1, {0}},                             // one user, one cell
      {1, {kPieceCells - 1}},               // the last cell
      {50, {130}},                          // a patch of one cell
      {50, Cells(1, 64), 0},                // no one comes once
      {50, Cells(1, 64), 1},                // all come once
      {3000, Cells(1, 64, 5)},              // a series
      {3000, Cells(1, 64), .2, .9, .99},    // all but a few
      {5000, Cells(1, 30), .5, .01, .1},    // more than a block
      {4500, Cells(2, 64), .5, .01, .2},    // two lanes
      {800, Cells(64, 64), .8, .001, .01},  // a band
      {400, Cells(64, 3), .1, 0, .6},       // many lanes, few steps
      {5000, {3, 4, 64, 4095}, .3, .5, 1},  // cells far apart
  };
}

TEST_CASE("a piece returns the users it was given", "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const Crowd& crowd : Crowds()) {
    for (const auto& [bits, range] : {std::pair{kLongHash, 1u},
                                      {kShortHash, 1u},
                                      {kLongHash, 0x1au},
                                      {kShortHash, 0x100u},
                                      {kLongHash, 0x1fffu}}) {
      PieceHead head = kHead;
      head.hash_bits = bits;
      head.range.code = range;
      Said said;
      said.events = MakeEvents(crowd, head, &random);
      const SetModel model = ModelOf(said.events);
      const std::string piece = Build(said, head);
      // Bytes that end where the heap block does.
      const std::vector<char> exact(piece.begin(), piece.end());
      const auto reader =
          PieceReader::Open(absl::string_view(exact.data(), exact.size()));
      REQUIRE(reader.ok());
      CHECK(reader->head().commit == 7);
      CHECK(reader->head().key_check == head.key_check);
      CHECK(reader->head().hash_bits == bits);
      CHECK(reader->head().range == head.range);
      CHECK(Read(*reader) == model);
      // In whatever order it was said, and however often.
      said.events.push_back(said.events.front());
      std::shuffle(said.events.begin(), said.events.end(), random);
      CHECK(Build(said, head) == piece);
      CHECK(Build(model, head) == piece);
    }
  }
}

TEST_CASE("unions of cells are counted as std::set counts them", "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const Crowd& crowd : Crowds()) {
    Said said;
    said.events = MakeEvents(crowd, kHead, &random);
    const SetModel model = ModelOf(said.events);
    const std::string piece = Build(said, kHead);
    const PieceReader reader = Opened(piece);
    for (int i = 0; i < 12; ++i) {
      // A run of steps in some lanes, up to some hash.
      const uint64_t lanes = i % 3 == 0 ? ~uint64_t{0} : random() | 33;
      const uint64_t steps = i % 4 == 0   ? ~uint64_t{0}
                             : i % 4 == 1 ? uint64_t{1} << random() % 64
                                          : random();
      const uint64_t last = i < 6     ? ~uint64_t{0}
                            : i == 11 ? 0
                                      : random() >> random() % 8;
      CellSet cells;
      for (uint32_t lane = 0; lane < kPieceLanes; ++lane) {
        cells.lanes[lane] = (lanes >> lane & 1) != 0 ? steps : 0;
      }
      std::set<uint64_t> users;
      for (const auto& [cell, some] : model) {
        for (const uint64_t hash : some) {
          if (cells.Has(cell) && hash <= last) users.insert(hash);
        }
      }
      const auto count = reader.CountUnion(cells, last);
      REQUIRE(count.ok());
      CHECK(*count == users.size());

      // The same as rows, lanes laid over each other.
      RowCursor rows(reader, cells, LaneUse::kJoined);
      std::set<uint64_t> found;
      for (auto next = rows.Next(); next.ok() && *next; next = rows.Next()) {
        REQUIRE(rows.row_count() <= 1);
        for (size_t j = 0; j < rows.hashes().size(); ++j) {
          if (rows.row_count() == 0 || rows.steps(0)[j] == 0) continue;
          REQUIRE((rows.steps(0)[j] & ~steps) == 0);
          if (rows.hashes()[j] <= last) found.insert(rows.hashes()[j]);
        }
      }
      CHECK(found == users);
    }
  }
}

TEST_CASE("resets, forgets, cells without users and cuts come back", "[sets]") {
  Said said;
  said.resets = {0, 1, 2, 700};
  said.forgets = {5, 1'000'000'007, ~uint64_t{0}};
  said.empties = {64, 65, 130};
  said.events = {{42, 64}};
  const std::string piece = Build(said, kHead);
  const PieceReader reader = Opened(piece);
  CellSet resets;
  for (const uint32_t cell : said.resets) resets.Add(cell);
  CHECK(reader.resets() == resets);
  CHECK(reader.forgets() == absl::MakeConstSpan(std::vector<uint64_t>(
                                said.forgets.begin(), said.forgets.end())));
  CHECK(Read(reader) == SetModel{{64, {42}}, {65, {}}, {130, {}}});
  CHECK_FALSE(reader.cuts());
}

TEST_CASE("a piece that says nothing is no bytes", "[sets]") {
  CHECK(Build(Said(), kHead).empty());
}

TEST_CASE("a builder whose promises are broken writes nothing", "[sets]") {
  const auto finish = [](auto breaking) {
    PieceBuilder builder(kHead);
    breaking(&builder);
    return builder.Finish().status().code();
  };
  CHECK(finish([](PieceBuilder* b) {
          b->AddUser({7, 1, 0});
          b->AddUser({6, 1, 0});
        }) == absl::StatusCode::kInternal);
  CHECK(finish([](PieceBuilder* b) {
          b->AddUser({7, 1, 1});
          b->AddUser({7, 2, 1});
        }) == absl::StatusCode::kInternal);
  CHECK(finish([](PieceBuilder* b) {
          b->AddUser({7, 1, 64});
        }) == absl::StatusCode::kInternal);
  CHECK(finish([](PieceBuilder* b) {
          b->Forget(7);
          b->Forget(7);
        }) == absl::StatusCode::kInternal);
  CHECK(finish([](PieceBuilder* b) {
          b->AddUser({7, 1, 1});
          b->Cut({});
        }) == absl::StatusCode::kInternal);
  PieceHead head = kHead;
  head.hash_bits = kShortHash;
  PieceBuilder short_hashes(head);
  short_hashes.AddUser({7, 1, 0});
  CHECK(absl::IsInternal(short_hashes.Finish().status()));
  head.range.code = 0x12;
  PieceBuilder out_of_range(head);
  out_of_range.AddUser({uint64_t{3} << 60, 1, 0});
  CHECK(absl::IsInternal(out_of_range.Finish().status()));
  for (const uint32_t none : {0u, 2u, 0x2000u}) {
    head.range.code = none;
    PieceBuilder no_range(head);
    no_range.AddUser({uint64_t{1} << 62, 1, 0});
    CHECK(absl::IsInternal(no_range.Finish().status()));
  }
  head.range.code = 1;
  head.hash_bits = 32;
  CHECK(absl::IsInternal(PieceBuilder(head).Finish().status()));
}

TEST_CASE("thresholds lie on their grid", "[sets]") {
  CHECK(ThresholdOf(1) == uint64_t{15} << 60);
  CHECK(ThresholdOf(8) == uint64_t{8} << 60);
  CHECK(ThresholdOf(9) == uint64_t{15} << 59);
  CHECK(ThresholdOf(kMaxThresholdCode) == uint64_t{8} << 30);
  for (uint32_t code = 1; code <= kMaxThresholdCode; ++code) {
    const uint64_t threshold = ThresholdOf(static_cast<ThresholdCode>(code));
    CHECK(ThresholdAtMost(threshold) == code);
    CHECK(ThresholdAtMost(threshold - 1) ==
          std::min(code + 1, uint32_t{kMaxThresholdCode}));
  }
  CHECK(ThresholdAtMost(~uint64_t{0}) == 1);
  CHECK(ThresholdAtMost(0) == kMaxThresholdCode);
}

TEST_CASE("a sample is cut at the greatest threshold that keeps few enough",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const uint64_t most : {1u, 10u, 110u, 1000u}) {
    // A sample that stays whole, one of as many as may be, and larger ones.
    SetModel model;
    for (const uint64_t users :
         {most / 2, most, most + 1, 3 * most, 40 * most}) {
      std::set<uint64_t>& sample = model[static_cast<uint32_t>(users % 64)];
      while (sample.size() < users) sample.insert(random());
    }
    model[4095] = {};
    const std::string piece = Build(model, kHead, most);
    const PieceReader reader = Opened(piece);
    const SetModel kept = Read(reader);
    CHECK(kept.size() == model.size());
    for (const auto& [cell, users] : model) {
      const ThresholdCode code = reader.thresholds()[cell];
      CHECK((code == 0) == (users.size() <= most));
      const std::set<uint64_t>& left = kept.at(cell);
      CHECK(left.size() <= most);
      CHECK(left == std::set<uint64_t>(users.begin(),
                                       users.upper_bound(LastKept(code))));
      if (code > 1) {  // the next greater one keeps too many
        CHECK(static_cast<uint64_t>(std::distance(
                  users.begin(), users.upper_bound(LastKept(
                                     static_cast<ThresholdCode>(code - 1))))) >
              most);
      }
    }
  }
}

// These bytes are on users' disks. If this fails, add a version; do not edit
// it.
TEST_CASE("pieces keep their bytes", "[sets][golden]") {
  const auto hex = [](const Said& said, PieceHead head, uint64_t most = 0) {
    return absl::BytesToHexString(Build(said, head, most));
  };
  const uint64_t top = ~uint64_t{0};
  PieceHead short_hash = kHead;
  short_hash.hash_bits = kShortHash;
  PieceHead range4 = kHead;
  range4.range.code = 0x1f;
  PieceHead range8 = kHead;
  range8.range.code = 0x1ff;
  PieceHead range12 = kHead;
  range12.range.code = 0x1fff;
  // A cell without a user; one user; one short; one in each range.
  CHECK(hex({{}, {}, {3}, {}}, kHead) == "f801c02a691c01040302011007010203");
  CHECK(hex({{}, {}, {}, {{uint64_t{1} << 63, 3}}}, kHead) ==
        "f801cfeddaaf010403020101070101010300000000000000000002");
  CHECK(hex({{}, {}, {}, {{uint64_t{1} << 63, 3}}}, short_hash) ==
        "f801de628d0a01040302012107010101030000000000000002");
  CHECK(hex({{}, {}, {}, {{top, 3}}}, range4) ==
        "f80117467a1f010403020101071f01010300ffffffffffffff0702");
  CHECK(hex({{}, {}, {}, {{top, 3}}}, range8) ==
        "f801df71bdc501040302010107ff0301010300ffffffffffff7f02");
  CHECK(hex({{}, {}, {}, {{top, 3}}}, range12) ==
        "f8018bbec64501040302010107ff3f01010300ffffffffffff0702");
  // Resets and forgets.
  CHECK(hex({{0, 1, 64}, {}, {}, {}}, kHead) ==
        "f801091799980104030201020701060bf401");
  CHECK(hex({{}, {5, top}, {}, {}}, kHead) ==
        "f801d9fdaaf501040302010407010205000000000000c0ffffffffffffff0f11");
  // Once, in two lanes; a class of all and bits.
  CHECK(hex({{}, {}, {}, {{1, 3}, {top, 64}}}, kHead) ==
        "f801744ef65e01040302010107010202030601000000000000c0ffffffffffffff0f11"
        "400f");
  CHECK(hex({{}, {}, {}, {{1, 3}, {1, 4}, {top, 3}, {top, 5}}}, kHead) ==
        "f8017a6253970104030201010701020001020303020001000101000000000000c0ffff"
        "ffffffffff0f110102");
  // Cut: three users, of whom one may stay.
  CHECK(hex({{},
             {},
             {},
             {{uint64_t{1} << 40, 3}, {uint64_t{1} << 60, 3}, {top, 3}}},
            kHead, 1) ==
        "f8011f9dcdfd0104030201090701020301202001010300000000000001000001");
}

// Of a larger piece with every form of column, the checksum alone.
TEST_CASE("a piece of many users keeps its bytes", "[sets][golden]") {
  Said said;
  uint64_t hash = 0;
  for (uint32_t user = 0; user < 5000; ++user) {
    hash += 3'689'348'814'741'910 - user % 977;
    // Half come once; of the others one in eight almost always.
    const uint32_t every = user % 2 == 0    ? 64
                           : user % 16 == 1 ? 1
                                            : 2 + user * 7 % 31;
    for (uint32_t step = user % 64; step < (every == 64 ? user % 64 + 1 : 64);
         step += every) {
      if (every != 1 || (user + step) % 29 != 0) {
        said.events.push_back({hash, 128 + step});
      }
    }
  }
  const std::string piece = Build(said, kHead);
  CHECK(piece.size() == 43'187);
  CHECK(absl::BytesToHexString(piece.substr(2, 4)) == "6d7309a9");
}

}  // namespace
}  // namespace footfall::storage
