// Some of a row of places: the users of a class that came on one day.
//
// How many are taken of how many places is known from elsewhere; from these two
// follow the form and the size. With count taken of `places`:
//
//   none     count = 0           nothing
//   all      count = places      nothing
//   bits     ceil(places / 8) bytes, bit 0 of the first is place 0; the bits
//            beyond the places are 0
//   taken    the taken places as Elias-Fano (elias_fano.h)
//   others   the places that are not taken, likewise
//
// Bits where they are at most one and a half times as long as the shorter of
// the others: they are read many times faster, and cost 3 % of a piece.

#ifndef FOOTFALL_STORAGE_SETS_SUBSET_H_
#define FOOTFALL_STORAGE_SETS_SUBSET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/sets/elias_fano.h"

namespace footfall::storage {

enum class SubsetForm : uint8_t { kNone, kAll, kBits, kTaken, kOthers };

struct SubsetShape {
  // Requires: count <= places.
  SubsetShape(uint32_t count, uint32_t places);

  SubsetForm form;
  size_t size;  // bytes
};

// Requires: `taken` ascends, is distinct and below `places`.
void PutSubset(absl::Span<const uint32_t> taken, uint32_t places,
               std::string* out);

// Reads a subset from its first place to its last, a stretch at a time.
class SubsetCursor {
 public:
  SubsetCursor() = default;
  // Requires: in.size() == SubsetShape(count, places).size.
  SubsetCursor(absl::string_view in, uint32_t count, uint32_t places);

  // The place that comes next.
  uint32_t place() const { return place_; }

  // Writes the places from place() to `end` as bits, the first one as the
  // lowest of bits[0], zeros to the end of the last word. False where the bytes
  // are not such a subset, which may show in the last stretch only. Requires:
  // place() <= end <= places; bits has room for as many.
  bool Read(uint32_t end, uint64_t* bits);

 private:
  bool CopyBits(uint32_t end, uint64_t* bits);

  absl::string_view in_;
  EliasFanoCursor numbers_;
  uint32_t count_ = 0;
  uint32_t places_ = 0;
  uint32_t place_ = 0;
  uint32_t taken_ = 0;  // kBits: bits so far
  SubsetForm form_ = SubsetForm::kNone;
};

// Sets bits [0, count) of `words` and clears those that fill the last word.
void SetFirstBits(uint32_t count, uint64_t* words);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_SUBSET_H_
