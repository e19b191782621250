// Any bytes as framed pieces of sets, their checksums made right: a piece or a
// refusal, and users or a refusal. What reads whole answers alike by counts, by
// unions and by rows; and folds, in any order, to what its rows say.

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"
#include "storage/sets/fold.h"
#include "storage/sets/piece_layout.h"
#include "storage/sets/row_cursor.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

// Of each (hash, lane) the steps.
using Rows = std::map<std::pair<uint64_t, uint32_t>, uint64_t>;

std::vector<std::string> Resealed(absl::string_view in) {
  std::vector<std::string> pieces;
  uint64_t size;
  while (pieces.size() < 8 && TakeVarint(&in, &size) && size <= in.size()) {
    pieces.emplace_back(in.substr(0, size));
    in.remove_prefix(size);
    std::string& piece = pieces.back();
    if (size >= kPieceHeadSize) {
      StoreU32(Checksum(absl::string_view(piece).substr(kPieceHeadSize),
                        static_cast<unsigned char>(piece[1])),
               piece.data() + kPieceChecksumAt);
    }
  }
  return pieces;
}

// The rows of a piece; false where it is refused.
bool ReadRows(const PieceReader& piece, Rows* rows) {
  RowCursor cursor(piece, CellSet::All(), LaneUse::kApart);
  uint64_t last = 0;
  uint64_t users = 0;
  for (;;) {
    const auto next = cursor.Next();
    if (!next.ok()) {
      FUZZ_REQUIRE(IsRefusal(next.status()));
      return false;
    }
    if (!*next) {
      break;
    }
    for (size_t i = 0; i < cursor.hashes().size(); ++i) {
      const uint64_t hash = cursor.hashes()[i];
      FUZZ_REQUIRE(users++ == 0 || hash > last);
      FUZZ_REQUIRE(hash >= piece.head().range.first() &&
                   hash <= piece.head().range.last());
      last = hash;
      for (size_t row = 0; row < cursor.row_count(); ++row) {
        if (cursor.steps(row)[i] != 0) {
          (*rows)[{hash, cursor.lane(row)}] = cursor.steps(row)[i];
        }
      }
    }
  }
  FUZZ_REQUIRE(users == piece.user_count());
  return true;
}

uint64_t UsersUpTo(const Rows& rows, uint64_t last_hash) {
  uint64_t users = 0;
  uint64_t before = 0;
  for (const auto& [key, steps] : rows) {
    if (key.first > last_hash) {
      break;
    }
    users += users == 0 || key.first != before ? 1 : 0;
    before = key.first;
  }
  return users;
}

// Whether all of the piece can be read.
bool CheckPiece(const PieceReader& piece) {
  piece.Dump();
  Rows rows;
  CellCounts counts = {};
  const absl::Status counted = piece.CountCells(&counts);
  FUZZ_REQUIRE(counted.ok() || IsRefusal(counted));
  const bool whole = ReadRows(piece, &rows);
  for (const uint64_t last :
       {~uint64_t{0}, piece.head().range.first() | ~uint64_t{0} >> 13,
        uint64_t{1} << 62}) {
    const auto united = piece.CountUnion(CellSet::All(), last);
    FUZZ_REQUIRE(united.ok() || IsRefusal(united.status()));
    FUZZ_REQUIRE(!whole || (united.ok() && *united == UsersUpTo(rows, last)));
  }
  if (!whole) {
    return false;
  }
  FUZZ_REQUIRE(counted.ok());
  CellCounts by_rows = {};
  for (const auto& [key, steps] : rows) {
    for (uint64_t left = steps; left != 0; left &= left - 1) {
      ++by_rows[key.second * kPieceSteps +
                static_cast<uint32_t>(std::countr_zero(left))];
    }
  }
  FUZZ_REQUIRE(by_rows == counts);
  return true;
}

std::string Folded(const std::vector<PieceReader>& pieces, absl::Status* status,
                   uint64_t most) {
  FoldOptions options;
  options.most = most;
  std::string folded;
  *status = FoldPieces(pieces, options, [&](HashRange, std::string piece) {
    folded = std::move(piece);
  });
  return folded;
}

void CheckFolds(std::vector<PieceReader> pieces) {
  for (const uint64_t most : {0u, 3u}) {
    absl::Status status;
    const std::string folded = Folded(pieces, &status, most);
    std::reverse(pieces.begin(), pieces.end());
    absl::Status reversed;
    FUZZ_REQUIRE(Folded(pieces, &reversed, most) == folded);
    FUZZ_REQUIRE(status.code() == reversed.code());
    if (!status.ok()) {
      FUZZ_REQUIRE(absl::IsFailedPrecondition(status));
      return;
    }
    if (folded.empty()) {
      continue;
    }
    const auto piece = PieceReader::Open(folded);
    FUZZ_REQUIRE(piece.ok());
    FUZZ_REQUIRE(CheckPiece(*piece));
    FUZZ_REQUIRE(Folded({*piece}, &status, most) == folded);
  }
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  std::vector<std::vector<char>> exact;
  for (const std::string& piece :
       Resealed(absl::string_view(reinterpret_cast<const char*>(data), size))) {
    exact.emplace_back(piece.begin(), piece.end());
  }
  std::vector<PieceReader> whole;
  for (const std::vector<char>& bytes : exact) {
    auto piece =
        PieceReader::Open(absl::string_view(bytes.data(), bytes.size()));
    if (!piece.ok()) {
      FUZZ_REQUIRE(footfall::IsRefusal(piece.status()));
    } else if (CheckPiece(*piece)) {
      whole.push_back(*std::move(piece));
    }
  }
  if (!whole.empty()) {
    CheckFolds(std::move(whole));
  }
  return 0;
}
