#include "storage/sets/subset.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/check.h"

namespace footfall::storage {
namespace {

size_t BitsSize(uint32_t places) { return (size_t{places} + 7) / 8; }

}  // namespace

SubsetShape::SubsetShape(uint32_t count, uint32_t places)
    : form(SubsetForm::kNone), size(0) {
  FOOTFALL_DCHECK(count <= places);
  if (count == 0) {
    return;
  }
  if (count == places) {
    form = SubsetForm::kAll;
    return;
  }
  const size_t bits = BitsSize(places);
  const size_t taken = EliasFanoShape(count, places - 1).size;
  const size_t others = EliasFanoShape(places - count, places - 1).size;
  const size_t numbers = std::min(taken, others);
  if (2 * bits <= 3 * numbers) {
    form = SubsetForm::kBits;
    size = bits;
  } else {
    form = taken <= others ? SubsetForm::kTaken : SubsetForm::kOthers;
    size = numbers;
  }
}

void PutSubset(absl::Span<const uint32_t> taken, uint32_t places,
               std::string* out) {
  const SubsetShape shape(static_cast<uint32_t>(taken.size()), places);
  switch (shape.form) {
    case SubsetForm::kNone:
    case SubsetForm::kAll:
      break;
    case SubsetForm::kBits: {
      const size_t start = out->size();
      out->resize(start + shape.size);
      char* const bytes = out->data() + start;
      for (const uint32_t place : taken) {
        bytes[place / 8] = static_cast<char>(
            static_cast<unsigned char>(bytes[place / 8]) | 1u << (place % 8));
      }
      break;
    }
    case SubsetForm::kTaken:
      PutEliasFano(taken, places - 1, out);
      break;
    case SubsetForm::kOthers: {
      std::vector<uint32_t> others;
      others.reserve(places - taken.size());
      uint32_t next = 0;
      for (const uint32_t place : taken) {
        while (next < place) {
          others.push_back(next++);
        }
        ++next;
      }
      while (next < places) {
        others.push_back(next++);
      }
      PutEliasFano(others, places - 1, out);
      break;
    }
  }
}

void SetFirstBits(uint32_t count, uint64_t* words) {
  std::fill(words, words + count / 64, ~uint64_t{0});
  if (count % 64 != 0) {
    words[count / 64] = ~uint64_t{0} >> (64 - count % 64);
  }
}

SubsetCursor::SubsetCursor(absl::string_view in, uint32_t count,
                           uint32_t places)
    : in_(in),
      count_(count),
      places_(places),
      form_(SubsetShape(count, places).form) {
  if (form_ == SubsetForm::kTaken) {
    numbers_ = EliasFanoCursor(in, count, places - 1);
  } else if (form_ == SubsetForm::kOthers) {
    numbers_ = EliasFanoCursor(in, places - count, places - 1);
  }
}

bool SubsetCursor::CopyBits(uint32_t end, uint64_t* bits) {
  const uint32_t words = (end - place_ + 63) / 64;
  const uint32_t shift = place_ % 8;
  for (uint32_t i = 0; i < words; ++i) {
    const size_t at = place_ / 8 + size_t{i} * 8;
    const size_t left = in_.size() - at;
    uint64_t word = left >= 8 ? LoadU64(in_.data() + at)
                              : LoadPartialU64(in_.data() + at, left);
    if (shift != 0) {
      word >>= shift;
      if (left > 8) {
        word |= uint64_t{static_cast<unsigned char>(in_[at + 8])}
                << (64 - shift);
      }
    }
    bits[i] = word;
  }
  if ((end - place_) % 64 != 0) {
    uint64_t& last = bits[words - 1];
    const uint64_t inside = ~uint64_t{0} >> (64 - (end - place_) % 64);
    if (end == places_ && (last & ~inside) != 0) {
      return false;
    }
    last &= inside;
  }
  for (uint32_t i = 0; i < words; ++i) {
    taken_ += static_cast<uint32_t>(std::popcount(bits[i]));
  }
  return end < places_ || taken_ == count_;
}

bool SubsetCursor::Read(uint32_t end, uint64_t* bits) {
  FOOTFALL_DCHECK(place_ <= end && end <= places_);
  const uint32_t begin = place_;
  if (begin == end) {
    return true;
  }
  const uint32_t size = end - begin;
  bool whole = true;
  switch (form_) {
    case SubsetForm::kNone:
      std::fill(bits, bits + (size + 63) / 64, 0);
      break;
    case SubsetForm::kAll:
      SetFirstBits(size, bits);
      break;
    case SubsetForm::kBits:
      whole = CopyBits(end, bits);
      break;
    case SubsetForm::kTaken:
      std::fill(bits, bits + (size + 63) / 64, 0);
      whole = numbers_.TakeUpTo(end - 1, [&](uint64_t place) {
        bits[(place - begin) / 64] |= uint64_t{1} << ((place - begin) % 64);
      });
      whole = whole && (end < places_ || numbers_.index() == count_);
      break;
    case SubsetForm::kOthers:
      SetFirstBits(size, bits);
      whole = numbers_.TakeUpTo(end - 1, [&](uint64_t place) {
        bits[(place - begin) / 64] &= ~(uint64_t{1} << ((place - begin) % 64));
      });
      whole = whole && (end < places_ || numbers_.index() == places_ - count_);
      break;
  }
  place_ = end;
  return whole;
}

}  // namespace footfall::storage
