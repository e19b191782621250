// Folds: what std::set makes of the same; and the same bytes in any order and
// grouping.

#include "storage/sets/fold.h"

#include <algorithm>

#include "tests/storage/sets/set_model.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 28;

// Users that come again and again, so that pieces share some.
std::vector<uint64_t> SomeUsers(size_t count, const PieceHead& head,
                                std::mt19937_64* random) {
  std::vector<uint64_t> users;
  while (users.size() < count) users.push_back(RandomHash(head, random));
  return users;
}

std::vector<UserEvent> SomeEvents(const std::vector<uint64_t>& users,
                                  size_t count, uint32_t lanes,
                                  std::mt19937_64* random) {
  std::vector<UserEvent> events;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t draw = (*random)();
    events.push_back({users[draw % users.size()],
                      static_cast<uint32_t>(draw >> 32) % (lanes * 64)});
  }
  return events;
}

TEST_CASE("a fold of adds is the same bytes in any order and grouping",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const uint32_t lanes : {1u, 3u, 64u}) {
    for (const uint64_t most : {0u, 40u}) {
      PieceHead head = {.key_check = 1, .commit = 0};
      const std::vector<uint64_t> users = SomeUsers(3000, head, &random);
      std::vector<std::string> pieces;
      Said all;
      for (uint64_t i = 0; i < 9; ++i) {
        Said said;
        said.events = SomeEvents(users, 200 + 1500 * (i == 4), lanes, &random);
        if (i == 2) said.empties = {5};
        all.empties.insert(all.empties.end(), said.empties.begin(),
                           said.empties.end());
        all.events.insert(all.events.end(), said.events.begin(),
                          said.events.end());
        head.commit = 10 + i;
        pieces.push_back(Build(said, head, most));
      }
      // As if all had been said at once; cut later is cut now.
      const std::string at_once = Build(all, head, most);
      CHECK(Fold(pieces, most) == at_once);
      CHECK(Fold({Fold(pieces, most)}, most) == at_once);
      CHECK(Fold({at_once, pieces[3], pieces[3]}, most) == at_once);
      std::shuffle(pieces.begin(), pieces.end(), random);
      CHECK(Fold(pieces, most) == at_once);
      // Any two at a time, until one is left.
      while (pieces.size() > 1) {
        const std::string a = std::move(pieces.back());
        pieces.pop_back();
        std::swap(pieces[random() % pieces.size()], pieces.back());
        pieces.back() = random() % 2 == 0 ? Fold({a, pieces.back()}, most)
                                          : Fold({pieces.back(), a}, most);
        std::shuffle(pieces.begin(), pieces.end(), random);
      }
      CHECK(pieces[0] == at_once);
    }
  }
}

TEST_CASE("a whole set that is cut later is the set that was cut at once",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  const PieceHead head = {.key_check = 1, .commit = 3};
  Said said;
  said.events = SomeEvents(SomeUsers(9000, head, &random), 30'000, 1, &random);
  const std::string whole = Build(said, head);
  for (const uint64_t most : {300u, 100u, 7u}) {
    CHECK(Fold({whole}, most) == Build(said, head, most));
    CHECK(Fold({Fold({whole}, most * 2)}, most) == Build(said, head, most));
  }
}

// Commits in order as the model takes them, pieces as a store may have them.
TEST_CASE("folds make of adds, resets and forgets what std::set does",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 60; ++round) {
    PieceHead head = {.key_check = 1, .commit = 0};
    head.hash_bits = round % 2 == 0 ? kLongHash : kShortHash;
    const uint32_t lanes = round % 3 == 0 ? 64 : 1 + round % 5;
    const std::vector<uint64_t> users = SomeUsers(400, head, &random);
    SetModel model;
    std::vector<std::string> pieces;
    const uint64_t commits = 3 + random() % 12;
    for (uint64_t commit = 1; commit <= commits; ++commit) {
      head.commit = commit;
      Said said;
      said.events = SomeEvents(users, random() % 800, lanes, &random);
      if (random() % 3 == 0) {
        for (uint32_t cell = 0; cell < lanes * 64; ++cell) {
          if (random() % 8 == 0) said.resets.push_back(cell);
        }
      }
      if (random() % 3 == 0) {
        for (int i = 0; i < 9; ++i) {
          said.forgets.insert(users[random() % users.size()]);
        }
      }
      if (random() % 3 == 0) {
        said.empties.push_back(static_cast<uint32_t>(random() % lanes * 64));
      }
      Apply(said, &model);
      // A batch may lie in several pieces: what it resets and forgets in one,
      // what it adds in others.
      if (random() % 3 == 0) {
        Said adds;
        adds.events.swap(said.events);
        adds.empties.swap(said.empties);
        pieces.push_back(Build(adds, head));
      }
      pieces.push_back(Build(said, head));
      pieces.erase(std::remove(pieces.begin(), pieces.end(), ""), pieces.end());
      // Now and then all that there is becomes one.
      if (random() % 6 == 0 && !pieces.empty()) {
        pieces = {Fold(pieces)};
        REQUIRE(Read(pieces[0]) == model);
      }
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    if (pieces.empty()) continue;
    const std::string folded = Fold(pieces);
    INFO("round " << round);
    REQUIRE(Read(folded) == model);
    head.commit = commits;
    if (!folded.empty()) {
      head.commit = Opened(folded).head().commit;
    }
    CHECK(folded == Build(model, head));
    CHECK(Opened(folded).resets().empty());
    CHECK(Opened(folded).forgets().empty());
  }
}

TEST_CASE("pieces split by ranges and lanes come together again", "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const uint64_t most : {0u, 60u}) {
    const PieceHead head = {.key_check = 1, .commit = 3};
    Said said;
    said.events =
        SomeEvents(SomeUsers(5000, head, &random), 30'000, 4, &random);
    said.empties = {4095};
    const std::string whole = Build(said, head, most);
    for (const uint32_t depth : {4u, 8u, 12u}) {
      FoldOptions options;
      options.depth = depth;
      options.most = most;
      const std::vector<std::string> split = FoldInto({whole}, options);
      // Cut sets lie in the first ranges.
      CHECK((split.size() > 1 || most != 0));
      uint32_t last = 0;
      for (const std::string& piece : split) {
        const PieceHead part = Opened(piece).head();
        CHECK(part.range.depth() == depth);
        CHECK(part.range.code > last);
        last = part.range.code;
      }
      CHECK(Fold(split, most) == whole);
    }
    // One lane for itself, the others together; then back.
    FoldOptions lane;
    lane.cells = {};
    lane.cells.lanes[2] = ~uint64_t{0};
    FoldOptions others;
    others.cells.lanes[2] = 0;
    std::vector<std::string> parts = FoldInto({whole}, lane);
    parts.push_back(FoldInto({whole}, others)[0]);
    CHECK(parts.size() == 2);
    CHECK(Fold(parts, most) == whole);
    // A range of a piece of all hashes.
    FoldOptions range;
    range.range.code = 0x13;
    range.depth = 4;
    const std::vector<std::string> third = FoldInto({whole}, range);
    if (most == 0) {
      FoldOptions split;
      split.depth = 4;
      REQUIRE(third.size() == 1);
      SetModel a = Read(third[0]);
      a.erase(4095);  // the first range that is made has what is present
      CHECK(a == Read(FoldInto({whole}, split)[3]));
    }
  }
}

TEST_CASE("pieces of unlike keys or widths are refused", "[sets]") {
  Said said;
  said.events = {{uint64_t{1} << 63, 3}};
  const std::string piece = Build(said, {.key_check = 1});
  const std::string other_key = Build(said, {.key_check = 2});
  const std::string other_width =
      Build(said, {.key_check = 1, .hash_bits = kShortHash});
  for (const std::string& other : {other_key, other_width}) {
    const PieceReader readers[] = {Opened(piece), Opened(other)};
    CHECK(FoldPieces(readers, {}, [](HashRange, std::string) {
            FAIL();
          }).code() == absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace footfall::storage
