// Who a user is, in sets: 64 bits of a keyed hash of the user's id.
//
// The hash is SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast
// short-input PRF", 2012) under a 128-bit key of the database. Without the key
// nobody can look a user up in a stolen file, and nobody can choose ids whose
// hashes fall where they like. Two users of a set of n have the same hash with
// a probability of n^2 / 2^65: 3e-6 for 10 million.

#ifndef FOOTFALL_STORAGE_SETS_USER_HASH_H_
#define FOOTFALL_STORAGE_SETS_USER_HASH_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace footfall::storage {

// 16 bytes, in the order in which SipHash takes them.
using UserKey = std::array<unsigned char, 16>;

// The hash of a user id: of its UTF-8 bytes. These values are on disk: they
// never change.
uint64_t HashUser(const UserKey& key, absl::string_view user);

// 32 bits that tell keys apart and say nothing about them: sets made under
// unlike keys are never laid together. The low half of the hash of the empty
// id, which no user has.
uint32_t KeyCheck(const UserKey& key);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_USER_HASH_H_
