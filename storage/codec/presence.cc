#include "storage/codec/presence.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"

namespace footfall::storage {
namespace {

// The lowest `count` bits, count <= 64.
uint64_t LowBits(uint32_t count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

uint32_t CountOnes(absl::string_view bytes) {
  uint32_t count = 0;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    count += static_cast<uint32_t>(std::popcount(LoadU64(bytes.data())));
  }
  return count + static_cast<uint32_t>(
                     std::popcount(LoadPartialU64(bytes.data(), bytes.size())));
}

}  // namespace

PresenceForm EncodePresence(absl::Span<const uint64_t> words, uint32_t places,
                            std::string* out) {
  FOOTFALL_DCHECK(words.size() == (places + 63) / 64);
  uint32_t count = 0;
  uint32_t first = 0;
  uint32_t last = 0;
  for (uint32_t i = 0; i < words.size(); ++i) {
    if (words[i] == 0) {
      continue;
    }
    if (count == 0) {
      first = i * 64 + static_cast<uint32_t>(std::countr_zero(words[i]));
    }
    last = i * 64 + 63 - static_cast<uint32_t>(std::countl_zero(words[i]));
    count += static_cast<uint32_t>(std::popcount(words[i]));
  }
  if (count == 0) {
    return PresenceForm::kNone;
  }
  if (count == places) {
    return PresenceForm::kAll;
  }
  PutVarint(first, out);
  if (count == 1) {
    return PresenceForm::kOne;
  }
  const uint32_t span = last - first + 1;
  if (span == count) {
    PutVarint(count - 2, out);
    return PresenceForm::kRun;
  }
  PutVarint(span - 3, out);
  for (uint32_t place = first; place <= last; place += 8) {
    const uint32_t word = place / 64;
    const uint32_t shift = place % 64;
    uint64_t bits = words[word] >> shift;
    if (shift > 56 && word + 1 < words.size()) {
      bits |= words[word + 1] << (64 - shift);
    }
    out->push_back(static_cast<char>(bits & 0xff));
  }
  return PresenceForm::kBitmap;
}

absl::StatusOr<Presence> Presence::Take(PresenceForm form, uint32_t places,
                                        absl::string_view* in) {
  Presence presence;
  switch (form) {
    case PresenceForm::kNone:
      return presence;
    case PresenceForm::kAll:
      presence.end_ = places;
      presence.count_ = places;
      return presence;
    case PresenceForm::kOne:
    case PresenceForm::kRun:
    case PresenceForm::kBitmap:
      break;
    default:
      return absl::UnimplementedError(absl::StrCat(
          "presence form ", static_cast<int>(form),
          " is of a later release; this build knows 0 to ", kMaxPresenceForm));
  }
  uint64_t first;
  uint64_t span = 1;
  bool whole = TakeVarint(in, &first) && first < places;
  if (whole && form != PresenceForm::kOne) {
    const uint64_t least = form == PresenceForm::kRun ? 2 : 3;
    whole = TakeVarint(in, &span) && span <= places &&
            first + span + least <= places;
    span += least;
  }
  if (!whole) {
    return absl::DataLossError(
        absl::StrCat("presence: first place or span are cut off or beyond the ",
                     places, " places there are"));
  }
  presence.begin_ = static_cast<uint32_t>(first);
  presence.end_ = static_cast<uint32_t>(first + span);
  presence.count_ = static_cast<uint32_t>(span);
  if (form != PresenceForm::kBitmap) {
    return presence;
  }
  const size_t size = (span + 7) / 8;
  if (in->size() < size) {
    return absl::DataLossError(
        absl::StrCat("presence: bitmap of ", size, " bytes has ", in->size()));
  }
  presence.bits_ = in->substr(0, size);
  in->remove_prefix(size);
  presence.count_ = CountOnes(presence.bits_);
  const unsigned char first_byte =
      static_cast<unsigned char>(presence.bits_.front());
  const unsigned char last_byte =
      static_cast<unsigned char>(presence.bits_.back());
  if ((first_byte & 1) == 0 || last_byte >> ((span - 1) % 8) != 1) {
    return absl::DataLossError(
        "presence: a bitmap does not begin and end with a taken place");
  }
  return presence;
}

bool Presence::Has(uint32_t place) const { return (Word(place) & 1) != 0; }

uint32_t Presence::CountBelow(uint32_t place) const {
  if (place <= begin_) {
    return 0;
  }
  if (place >= end_) {
    return count_;
  }
  const uint32_t offset = place - begin_;
  if (is_run()) {
    return offset;
  }
  uint32_t count = CountOnes(bits_.substr(0, offset / 8));
  if (offset % 8 != 0) {
    const uint64_t byte = static_cast<unsigned char>(bits_[offset / 8]);
    count += static_cast<uint32_t>(std::popcount(byte & LowBits(offset % 8)));
  }
  return count;
}

uint64_t Presence::Word(uint32_t place) const {
  if (place >= end_ || place + 64 <= begin_) {
    return 0;
  }
  if (place < begin_) {
    return Word(begin_) << (begin_ - place);
  }
  if (is_run()) {
    return LowBits(end_ - place);
  }
  const uint32_t offset = place - begin_;
  const size_t byte = offset / 8;
  const uint32_t shift = offset % 8;
  const size_t size = std::min<size_t>(8, bits_.size() - byte);
  uint64_t word = LoadPartialU64(bits_.data() + byte, size) >> shift;
  if (shift != 0 && byte + 8 < bits_.size()) {
    word |= uint64_t{static_cast<unsigned char>(bits_[byte + 8])}
            << (64 - shift);
  }
  return word;
}

}  // namespace footfall::storage
