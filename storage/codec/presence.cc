#include "storage/codec/presence.h"

#include <algorithm>
#include <bit>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_stream.h"

namespace footfall::storage {
namespace {

// The lowest `count` bits; all 64 for more.
uint64_t LowBits(uint32_t count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

// Inline arithmetic: without a processor flag, std::popcount() calls a
// function.
uint32_t CountOnes(uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<uint32_t>(word * 0x0101010101010101 >> 56);
}

// Puts the lowest bits of `bits` where `mask` has ones, in order.
uint64_t Deposit(uint64_t bits, uint64_t mask) {
  uint64_t result = 0;
  for (; mask != 0; mask &= mask - 1, bits >>= 1) {
    result |= (mask & (~mask + 1)) & (uint64_t{0} - (bits & 1));
  }
  return result;
}

// Collects the bits of `bits` where `mask` has ones, in order.
uint64_t Extract(uint64_t bits, uint64_t mask) {
  uint64_t result = 0;
  for (uint32_t i = 0; mask != 0; mask &= mask - 1, ++i) {
    result |= (bits >> std::countr_zero(mask) & 1) << i;
  }
  return result;
}

// ORs `bits` in at bit `place`; what lies beyond the words is dropped.
void OrBits(uint64_t bits, uint32_t place, absl::Span<uint64_t> words) {
  const uint32_t shift = place % 64;
  if (place / 64 < words.size()) {
    words[place / 64] |= bits << shift;
  }
  if (shift != 0 && place / 64 + 1 < words.size()) {
    words[place / 64 + 1] |= bits >> (64 - shift);
  }
}

size_t Words(uint32_t places) { return (places + 63) / 64; }

}  // namespace

Presence Presence::Run(uint32_t begin, uint32_t end) {
  Presence presence;
  if (begin < end) {
    presence.begin_ = begin;
    presence.end_ = end;
    presence.count_ = end - begin;
  }
  return presence;
}

Presence Presence::Of(absl::Span<const uint64_t> words) {
  Presence presence;
  for (uint32_t i = 0; i < words.size(); ++i) {
    if (words[i] == 0) {
      continue;
    }
    if (presence.count_ == 0) {
      presence.begin_ =
          i * 64 + static_cast<uint32_t>(std::countr_zero(words[i]));
    }
    presence.end_ =
        i * 64 + 64 - static_cast<uint32_t>(std::countl_zero(words[i]));
    presence.count_ += CountOnes(words[i]);
  }
  if (!presence.is_run()) {
    presence.word_count_ = static_cast<uint32_t>(words.size());
    if (words.size() <= presence.few_words_.size()) {
      std::copy(words.begin(), words.end(), presence.few_words_.begin());
    } else {
      presence.many_words_.assign(words.begin(), words.end());
    }
  }
  return presence;
}

absl::StatusOr<Presence> Presence::Take(PresenceForm form, uint32_t places,
                                        absl::string_view* in) {
  Presence presence;
  switch (form) {
    case PresenceForm::kNone:
      return presence;
    case PresenceForm::kAll:
      return Run(0, places);
    case PresenceForm::kOne:
    case PresenceForm::kRun: {
      uint64_t first;
      uint64_t more = 0;
      if (!TakeVarint(in, &first) || first >= places ||
          (form == PresenceForm::kRun &&
           (!TakeVarint(in, &more) || more >= places ||
            first + more + 2 > places))) {
        return absl::DataLossError(absl::StrCat(
            "presence: a run is cut off or beyond the ", places, " places"));
      }
      const uint64_t count = form == PresenceForm::kRun ? more + 2 : 1;
      return Run(static_cast<uint32_t>(first),
                 static_cast<uint32_t>(first + count));
    }
    case PresenceForm::kBitmap:
    case PresenceForm::kBits:
      FOOTFALL_RETURN_IF_ERROR(presence.TakeBitmap(form, places, in));
      return presence;
    case PresenceForm::kRuns:
      FOOTFALL_RETURN_IF_ERROR(presence.TakeRuns(places, in));
      return presence;
  }
  return absl::UnimplementedError(absl::StrCat(
      "presence form ", static_cast<int>(form),
      " is of a later release; this build knows 0 to ", kMaxPresenceForm));
}

absl::Status Presence::TakeBitmap(PresenceForm form, uint32_t places,
                                  absl::string_view* in) {
  uint64_t first = 0;
  uint64_t span = places;
  if (form == PresenceForm::kBitmap) {
    if (!TakeVarint(in, &first) || first >= places || !TakeVarint(in, &span) ||
        span >= places || first + span + 3 > places) {
      return absl::DataLossError(absl::StrCat(
          "presence: a bitmap is cut off or beyond the ", places, " places"));
    }
    span += 3;
  }
  const size_t size = (span + 7) / 8;
  if (size == 0) {
    return absl::DataLossError("presence: a bitmap of no places");
  }
  if (in->size() < size) {
    return absl::DataLossError(
        absl::StrCat("presence: bitmap of ", size, " bytes has ", in->size()));
  }
  absl::InlinedVector<uint64_t, 16> words(Words(places), 0);
  for (size_t byte = 0; byte < size; byte += 8) {
    OrBits(LoadPartialU64(in->data() + byte, std::min<size_t>(8, size - byte)),
           static_cast<uint32_t>(first + byte * 8), absl::MakeSpan(words));
  }
  const unsigned char last = static_cast<unsigned char>((*in)[size - 1]);
  in->remove_prefix(size);
  const Presence set = Of(words);
  const bool beyond = span % 8 != 0 && last >> (span % 8) != 0;
  const bool ends =
      form == PresenceForm::kBits ||
      (set.begin_ == first && set.end_ == first + span && set.count_ != 0);
  if (beyond || !ends) {
    return absl::DataLossError(
        "presence: a bitmap has bits beyond its span or holes at its ends");
  }
  *this = set;
  return absl::OkStatus();
}

absl::Status Presence::TakeRuns(uint32_t places, absl::string_view* in) {
  BitReader bits(*in);
  absl::InlinedVector<uint64_t, 16> words(Words(places), 0);
  const uint64_t taken_runs = bits.TakeGamma() + 1;
  uint64_t place = bits.TakeGamma() - 1;
  bool whole = !bits.overrun() && taken_runs <= places;
  for (uint64_t run = 0; whole && run < taken_runs; ++run) {
    if (run != 0) {
      place += bits.TakeGamma();
    }
    uint64_t count = bits.TakeGamma();
    if (bits.overrun() || place > places || count > places - place) {
      whole = false;
      break;
    }
    for (; count > 0;) {
      const uint32_t part =
          static_cast<uint32_t>(std::min<uint64_t>(64, count));
      OrBits(LowBits(part), static_cast<uint32_t>(place),
             absl::MakeSpan(words));
      place += part;
      count -= part;
    }
  }
  if (!whole || !bits.ends_in_zeros()) {
    return absl::DataLossError(
        absl::StrCat("presence: runs are cut off, beyond the ", places,
                     " places or followed by ones"));
  }
  in->remove_prefix(bits.bytes_taken());
  *this = Of(words);
  return absl::OkStatus();
}

void Presence::PutRuns(std::string* out) const {
  absl::InlinedVector<uint32_t, 32> lengths;  // taken, hole, taken, ...
  bool taken = true;
  uint32_t run_begin = begin_;
  for (uint32_t place = begin_; place < end_;) {
    const uint64_t change = taken ? ~Word(place) : Word(place);
    if (change == 0) {
      place += 64;  // the last place is taken: a hole ends before end_
      if (place < end_) {
        continue;
      }
    } else {
      place += static_cast<uint32_t>(std::countr_zero(change));
    }
    place = std::min(place, end_);
    lengths.push_back(place - run_begin);
    run_begin = place;
    taken = !taken;
  }
  BitWriter bits(out);
  bits.PutGamma(lengths.size() / 2);
  bits.PutGamma(uint64_t{begin_} + 1);
  for (const uint32_t length : lengths) {
    bits.PutGamma(length);
  }
  bits.Finish();
}

PresenceForm Presence::Encode(uint32_t places, Effort effort,
                              std::string* out) const {
  FOOTFALL_DCHECK(end_ <= places);
  if (count_ == 0) {
    return PresenceForm::kNone;
  }
  if (count_ == places) {
    return PresenceForm::kAll;
  }
  if (count_ == 1) {
    PutVarint(begin_, out);
    return PresenceForm::kOne;
  }
  if (is_run()) {
    PutVarint(begin_, out);
    PutVarint(count_ - 2, out);
    return PresenceForm::kRun;
  }
  const size_t start = out->size();
  const uint32_t span = end_ - begin_;
  const size_t bits_size = (places + 7) / 8;
  const size_t bitmap_size =
      VarintSize(begin_) + VarintSize(span - 3) + (span + 7) / 8;
  if (effort == Effort::kDense) {
    PutRuns(out);
    if (out->size() - start < std::min(bits_size, bitmap_size)) {
      return PresenceForm::kRuns;
    }
    out->resize(start);
  }
  const bool whole = effort == Effort::kDense && bits_size <= bitmap_size;
  if (!whole) {
    PutVarint(begin_, out);
    PutVarint(span - 3, out);
  }
  const uint32_t end = whole ? places : end_;
  for (uint32_t place = whole ? 0 : begin_; place < end; place += 8) {
    out->push_back(static_cast<char>(Word(place) & 0xff));
  }
  return whole ? PresenceForm::kBits : PresenceForm::kBitmap;
}

uint32_t Presence::CountBelow(uint32_t place) const {
  if (place <= begin_) {
    return 0;
  }
  if (place >= end_) {
    return count_;
  }
  if (is_run()) {
    return place - begin_;
  }
  uint32_t count = 0;
  for (uint32_t i = begin_ / 64; i < place / 64; ++i) {
    count += CountOnes(words()[i]);
  }
  return count + CountOnes(words()[place / 64] & LowBits(place % 64));
}

uint32_t Presence::PlaceOf(uint32_t rank) const {
  FOOTFALL_DCHECK(rank < count_);
  if (is_run()) {
    return begin_ + rank;
  }
  uint32_t i = begin_ / 64;
  for (; rank >= CountOnes(words()[i]); ++i) {
    rank -= CountOnes(words()[i]);
  }
  uint64_t word = words()[i];
  for (; rank > 0; --rank) {
    word &= word - 1;
  }
  return i * 64 + static_cast<uint32_t>(std::countr_zero(word));
}

uint64_t Presence::Word(uint32_t place) const {
  if (place >= end_ || uint64_t{place} + 64 <= begin_) {
    return 0;
  }
  if (is_run()) {
    return place < begin_ ? LowBits(end_ - begin_) << (begin_ - place)
                          : LowBits(end_ - place);
  }
  const uint32_t shift = place % 64;
  uint64_t word = words()[place / 64] >> shift;
  if (shift != 0 && place / 64 + 1 < word_count_) {
    word |= words()[place / 64 + 1] << (64 - shift);
  }
  return word;
}

Presence Presence::Within(const Presence& universe) const {
  FOOTFALL_DCHECK(end_ <= universe.count_);
  if (count_ == universe.count_) {
    return universe;
  }
  if (universe.is_run() && is_run()) {
    return count_ == 0 ? Presence()
                       : Run(universe.begin_ + begin_, universe.begin_ + end_);
  }
  absl::InlinedVector<uint64_t, 16> words(Words(universe.end_), 0);
  if (universe.is_run()) {
    for (uint32_t place = 0; place < end_; place += 64) {
      OrBits(Word(place), universe.begin_ + place, absl::MakeSpan(words));
    }
    return Of(words);
  }
  if (is_run()) {
    return count_ == 0 ? Presence()
                       : universe.Between(universe.PlaceOf(begin_),
                                          universe.PlaceOf(end_ - 1) + 1);
  }
  uint32_t rank = 0;
  for (uint32_t i = universe.begin_ / 64; i < words.size(); ++i) {
    const uint64_t mask = universe.Word(i * 64);
    words[i] = Deposit(Word(rank), mask);
    rank += CountOnes(mask);
  }
  return Of(words);
}

Presence Presence::Between(uint32_t begin, uint32_t end) const {
  absl::InlinedVector<uint64_t, 16> words(Words(end), 0);
  for (uint32_t i = begin / 64; i < words.size(); ++i) {
    words[i] = Word(i * 64);
  }
  words[begin / 64] &= ~LowBits(begin % 64);
  words[(end - 1) / 64] &= LowBits((end - 1) % 64 + 1);
  return Of(words);
}

Presence Presence::RanksIn(const Presence& universe) const {
  // A run of ranks, where the universe has no other place between.
  const uint32_t first = universe.CountBelow(begin_);
  if (universe.CountBelow(end_) - first == count_) {
    return Run(first, first + count_);
  }
  absl::InlinedVector<uint64_t, 16> words(Words(universe.count_), 0);
  if (universe.is_run()) {
    for (uint32_t i = 0; i < words.size(); ++i) {
      words[i] = Word(universe.begin_ + i * 64);
    }
    return Of(words);
  }
  uint32_t rank = 0;
  for (uint32_t i = universe.begin_ / 64; i < Words(universe.end_); ++i) {
    const uint64_t mask = universe.Word(i * 64);
    OrBits(Extract(Word(i * 64), mask), rank, absl::MakeSpan(words));
    rank += CountOnes(mask);
  }
  return Of(words);
}

}  // namespace footfall::storage
