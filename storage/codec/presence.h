// Which of a row of places are taken: all, one, a run, or any.
//
//   form 0  none     nothing
//   form 1  all      nothing
//   form 2  one      varint place
//   form 3  run      varint first, varint count - 2
//   form 4  bitmap   varint first, varint span - 3, ceil(span / 8) bytes
//
// A bitmap covers the places from the first taken one to the last; bit 0 of
// its first byte is the first place, and it and the last are always 1. How many
// places there are is not in the bytes: the caller knows. The smallest form is
// written. Used for the steps of a lane and for the lanes of a tile.

#ifndef FOOTFALL_STORAGE_CODEC_PRESENCE_H_
#define FOOTFALL_STORAGE_CODEC_PRESENCE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

enum class PresenceForm : uint8_t {
  kNone = 0,
  kAll = 1,
  kOne = 2,
  kRun = 3,
  kBitmap = 4,
};
inline constexpr uint8_t kMaxPresenceForm =
    static_cast<uint8_t>(PresenceForm::kBitmap);

// Appends the set's bytes and returns their form. Bit i of word i / 64 is
// place i. Requires: words has ceil(places / 64) words and no bit beyond.
PresenceForm EncodePresence(absl::Span<const uint64_t> words, uint32_t places,
                            std::string* out);

// A set of places, read where it stands: borrows the bytes. Cheap to copy.
class Presence {
 public:
  // Takes the set's bytes from the front of *in.
  //   DATA_LOSS      the bytes are not such a set within `places`
  //   UNIMPLEMENTED  a form of a later release
  static absl::StatusOr<Presence> Take(PresenceForm form, uint32_t places,
                                       absl::string_view* in);

  // Taken places, all in [begin, end); 0, 0, 0 where there is none.
  uint32_t count() const { return count_; }
  uint32_t begin() const { return begin_; }
  uint32_t end() const { return end_; }
  // Whether every place in [begin, end) is taken.
  bool is_run() const { return bits_.empty(); }

  bool Has(uint32_t place) const;
  // Taken places below `place`.
  uint32_t CountBelow(uint32_t place) const;
  // 64 places from `place` on, the first in bit 0; places outside are 0.
  uint64_t Word(uint32_t place) const;

 private:
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  uint32_t count_ = 0;
  absl::string_view bits_;  // of [begin, end); empty: all of them
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_PRESENCE_H_
