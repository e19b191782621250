// A piece: some users of up to 64 lanes x 64 steps of one metric, and what a
// write or an upkeep says about them. The bytes, shared by builder and reader;
// storage/FORMAT.md gives each.
//
// A piece does to what lies under it, in this order:
//
//   reset    cells that lose all their users and are absent
//   forget   users that leave every cell
//   add      users of cells; cells that are present without a user
//
// Pieces lie over each other by their commits: first all resets and forgets of
// a commit, then what it adds. So the order in which they are read is nothing.

#ifndef FOOTFALL_STORAGE_SETS_PIECE_LAYOUT_H_
#define FOOTFALL_STORAGE_SETS_PIECE_LAYOUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "storage/sets/cells.h"
#include "storage/sets/threshold.h"

namespace footfall::storage {

//   u8   magic
//   u8   version
//   u32  checksum of all bytes after it, seeded with the version
//   u8   how users are hashed
//   u32  check of the key
//   u8   flags
//   varint commit, varint range
//   ...  as the flags say
inline constexpr unsigned char kPieceMagic = 0xF8;
inline constexpr unsigned char kPieceVersion = 1;
inline constexpr size_t kPieceChecksumAt = 2;
inline constexpr size_t kPieceHeadSize = 6;  // up to and with the checksum
inline constexpr size_t kPieceFlagsAt = 11;

inline constexpr unsigned char kHashSipHash24 = 1;

inline constexpr unsigned char kPieceAdds = 0x01;
inline constexpr unsigned char kPieceResets = 0x02;
inline constexpr unsigned char kPieceForgets = 0x04;
inline constexpr unsigned char kPieceCuts = 0x08;     // some cell is cut
inline constexpr unsigned char kPieceEmpties = 0x10;  // a cell without a user
inline constexpr unsigned char kPieceShort = 0x20;    // hashes of 48 bits
inline constexpr unsigned char kPieceFlags = 0x3F;

// Bits of a hash that are kept: all 64 or, for estimates, the first 48; the
// others are taken for 0.
inline constexpr uint32_t kLongHash = 64;
inline constexpr uint32_t kShortHash = 48;

// What a piece says of itself.
struct PieceHead {
  uint32_t key_check = 0;  // user_hash.h
  uint32_t hash_bits = kLongHash;
  uint64_t commit = 0;
  HashRange range = {};
};

// The numbers that stand for hashes in a dictionary: bits of the hash below the
// range's, without those that are not kept.
struct HashNumbers {
  // Of users below a threshold, 0 for none.
  HashNumbers(const PieceHead& head, ThresholdCode bound)
      : first(head.range.first()),
        shift(64 - head.hash_bits),
        none(LastKept(bound) < first),
        last(none ? 0
                  : (std::min(head.range.last(), LastKept(bound)) - first) >>
                        shift) {}

  uint64_t Number(uint64_t hash) const { return (hash - first) >> shift; }
  uint64_t Hash(uint64_t number) const { return first + (number << shift); }

  uint64_t first;
  uint32_t shift;
  bool none;      // no hash of the range is below the threshold
  uint64_t last;  // the greatest number
};

// Users of more than one cell are split by how many cells they are in: within a
// class the days look alike, and each is coded for how full it is.
inline constexpr uint32_t kMaxClasses = 8;

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_PIECE_LAYOUT_H_
