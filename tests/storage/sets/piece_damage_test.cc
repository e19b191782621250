// Pieces whose bytes are cut, flipped or made up: an error or an answer, never
// a read beyond them.

#include <random>

#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/sets/piece_layout.h"
#include "tests/storage/sets/set_model.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 248;

bool IsRefused(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsUnimplemented(status);
}

void Reseal(std::string* piece) {
  if (piece->size() >= kPieceHeadSize) {
    const absl::string_view bytes(*piece);
    StoreU32(Checksum(bytes.substr(kPieceHeadSize),
                      static_cast<unsigned char>(bytes[1])),
             piece->data() + kPieceChecksumAt);
  }
}

// Everything there is to read, from bytes that end where the heap block ends.
// True where nothing was refused.
bool ReadEverything(const std::string& piece) {
  const std::vector<char> exact(piece.begin(), piece.end());
  const auto reader =
      PieceReader::Open(absl::string_view(exact.data(), exact.size()));
  if (!reader.ok()) {
    REQUIRE(IsRefused(reader.status()));
    return false;
  }
  reader->Dump();
  std::vector<absl::Status> answers;
  CellCounts counts = {};
  answers.push_back(reader->CountCells(&counts));
  CellSet cells;
  for (uint32_t cell = 0; cell < kPieceCells; cell += 3) cells.Add(cell);
  answers.push_back(reader->CountUnion(CellSet::All()).status());
  answers.push_back(reader->CountUnion(cells, uint64_t{1} << 63).status());
  for (const LaneUse use : {LaneUse::kApart, LaneUse::kJoined}) {
    RowCursor rows(*reader, use == LaneUse::kApart ? CellSet::All() : cells,
                   use);
    auto next = rows.Next();
    while (next.ok() && *next) next = rows.Next();
    answers.push_back(next.status());
  }
  answers.push_back(FoldPieces({&*reader, 1}, {.depth = 12},
                               [](HashRange, const std::string&) {}));
  bool all = true;
  for (const absl::Status& status : answers) {
    // Hashes that are not short make a builder refuse, as it must.
    REQUIRE((status.ok() || IsRefused(status)));
    all &= status.ok();
  }
  return all;
}

std::vector<std::string> SomePieces() {
  std::mt19937_64 random(kSeed);
  PieceHead head = {.key_check = 77, .commit = 300};
  std::vector<std::string> pieces;
  const Crowd crowds[] = {{1, {7}},
                          {30, {64}},
                          {300, Cells(1, 64), .5, .01, .9},
                          {60, Cells(64, 64), .6, .001, .01},
                          {700, Cells(2, 20), .3, .01, .99}};
  for (const Crowd& crowd : crowds) {
    Said said;
    said.events = MakeEvents(crowd, head, &random);
    pieces.push_back(Build(said, head));
    pieces.push_back(Build(said, head, 20));
    said.resets = {1, 2, 3, 500};
    said.empties = {9, 4095};
    said.forgets = {5, 1'000'000, uint64_t{1} << 60};
    pieces.push_back(Build(said, head));
  }
  head.hash_bits = kShortHash;
  head.range.code = 0x1ab;
  Said said;
  said.events = MakeEvents(crowds[2], head, &random);
  pieces.push_back(Build(said, head, 30));
  return pieces;
}

TEST_CASE("every flipped bit of a piece is found", "[sets]") {
  for (std::string piece : SomePieces()) {
    REQUIRE(ReadEverything(piece));
    for (size_t bit = 0; bit < piece.size() * 8; ++bit) {
      const auto flip = static_cast<char>(1u << (bit % 8));
      piece[bit / 8] = static_cast<char>(piece[bit / 8] ^ flip);
      REQUIRE(IsRefused(PieceReader::Open(piece).status()));
      piece[bit / 8] = static_cast<char>(piece[bit / 8] ^ flip);
    }
  }
}

TEST_CASE("a piece that is cut short is refused, whatever its checksum",
          "[sets]") {
  for (const std::string& piece : SomePieces()) {
    for (size_t size = 0; size < piece.size();
         size += 1 + size / 40 * (size > 400)) {
      std::string cut = piece.substr(0, size);
      REQUIRE(IsRefused(PieceReader::Open(cut).status()));
      Reseal(&cut);
      REQUIRE_FALSE(ReadEverything(cut));
    }
    std::string longer = piece + '\0';
    Reseal(&longer);
    REQUIRE_FALSE(ReadEverything(longer));
  }
}

TEST_CASE("damage under a right checksum ends cleanly", "[sets]") {
  std::mt19937_64 random(kSeed);
  int refused = 0;
  for (const std::string& piece : SomePieces()) {
    for (int i = 0; i < 200; ++i) {
      std::string damaged = piece;
      for (uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
        // Half of them where the numbers are.
        const size_t limit =
            i % 2 == 0 ? damaged.size() : std::min<size_t>(damaged.size(), 60);
        damaged[random() % limit] = static_cast<char>(random());
      }
      Reseal(&damaged);
      refused += ReadEverything(damaged) ? 0 : 1;
    }
  }
  CHECK(refused > 1000);
}

// More users than a block: what is wrong shows before the last of them.
TEST_CASE("stretches of zeros or ones under a right checksum end cleanly",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  const PieceHead head = {.key_check = 77, .commit = 300};
  Said said;
  said.events = MakeEvents({9000, Cells(1, 8), .5, .1, .9}, head, &random);
  const std::string piece = Build(said, head);
  REQUIRE(ReadEverything(piece));
  int refused = 0;
  for (const char with : {'\0', '\xff'}) {
    for (size_t at = 12; at + 900 < piece.size(); at += 450) {
      std::string damaged = piece;
      damaged.replace(at, 900, 900, with);
      Reseal(&damaged);
      refused += ReadEverything(damaged) ? 0 : 1;
    }
  }
  CHECK(refused > 40);
}

TEST_CASE("pieces of a later release are told from damage", "[sets]") {
  const std::string piece = SomePieces()[0];
  for (const auto& [at, value] : {std::pair<size_t, char>{1, 2},
                                  {kPieceHeadSize, 2},
                                  {kPieceFlagsAt, 0x41}}) {
    std::string later = piece;
    later[at] = value;
    Reseal(&later);
    CHECK(absl::IsUnimplemented(PieceReader::Open(later).status()));
  }
}

}  // namespace
}  // namespace footfall::storage
