// Which of a row of places are taken: all, one, a run, or any.
//
//   form 0  none     nothing
//   form 1  all      nothing
//   form 2  one      varint place
//   form 3  run      varint first, varint count - 2
//   form 4  bitmap   varint first, varint span - 3, ceil(span / 8) bytes
//   form 5  bits     ceil(places / 8) bytes
//   form 6  runs     gamma codes: taken runs - 1, first + 1, then the length of
//                    a taken run, a hole, a taken run, ... ; zeros to a byte
//
// A bitmap covers the places from the first taken one to the last; bit 0 of
// its first byte is the first place, and it and the last are always 1. Bits
// cover all places. How many places there are is not in the bytes: the caller
// knows. Used for the steps of a lane and for the lanes of a tile.

#ifndef FOOTFALL_STORAGE_CODEC_PRESENCE_H_
#define FOOTFALL_STORAGE_CODEC_PRESENCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/codec/effort.h"

namespace footfall::storage {

enum class PresenceForm : uint8_t {
  kNone = 0,
  kAll = 1,
  kOne = 2,
  kRun = 3,
  kBitmap = 4,
  kBits = 5,
  kRuns = 6,
};
inline constexpr uint8_t kMaxPresenceForm =
    static_cast<uint8_t>(PresenceForm::kRuns);

// A set of places, taken apart. Immutable but for assignment.
class Presence {
 public:
  // The empty set.
  Presence() = default;

  // All places in [begin, end). Requires: begin <= end.
  static Presence Run(uint32_t begin, uint32_t end);

  // Bit i of word i / 64 is place i.
  static Presence Of(absl::Span<const uint64_t> words);

  // Takes a set's bytes from the front of *in.
  //   DATA_LOSS      the bytes are not such a set within `places`
  //   UNIMPLEMENTED  a form of a later release
  static absl::StatusOr<Presence> Take(PresenceForm form, uint32_t places,
                                       absl::string_view* in);

  // Appends the set's bytes and returns their form, the smallest; kFast keeps
  // to forms 0 to 4. Requires: end() <= places.
  PresenceForm Encode(uint32_t places, Effort effort, std::string* out) const;

  // Taken places, all in [begin, end); 0, 0, 0 where there is none.
  uint32_t count() const { return count_; }
  uint32_t begin() const { return begin_; }
  uint32_t end() const { return end_; }
  // Whether every place in [begin, end) is taken.
  bool is_run() const { return end_ - begin_ == count_; }

  bool Has(uint32_t place) const {
    return place >= begin_ && place < end_ &&
           (is_run() || (words()[place / 64] >> (place % 64) & 1) != 0);
  }
  // Taken places below `place`.
  uint32_t CountBelow(uint32_t place) const;
  // The place with `rank` taken ones below it. Requires: rank < count().
  uint32_t PlaceOf(uint32_t rank) const;
  // 64 places from `place` on, the first in bit 0; places outside are 0.
  uint64_t Word(uint32_t place) const;

  // The taken places of `universe` whose rank in it is taken here: what this
  // set is if its places are those of `universe`, numbered from 0.
  // Requires: end() <= universe.count().
  Presence Within(const Presence& universe) const;
  // The other way: the ranks in `universe` of the taken places.
  // Requires: every taken place is taken in `universe`.
  Presence RanksIn(const Presence& universe) const;

 private:
  // The taken places in [begin, end), which is not empty.
  Presence Between(uint32_t begin, uint32_t end) const;
  absl::Status TakeBitmap(PresenceForm form, uint32_t places,
                          absl::string_view* in);
  absl::Status TakeRuns(uint32_t places, absl::string_view* in);
  void PutRuns(std::string* out) const;
  const uint64_t* words() const {
    return many_words_.empty() ? few_words_.data() : many_words_.data();
  }

  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  uint32_t count_ = 0;
  // Where the set is not a run: its words, in one array or the other.
  uint32_t word_count_ = 0;
  std::array<uint64_t, 4> few_words_ = {};
  std::vector<uint64_t> many_words_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_PRESENCE_H_
