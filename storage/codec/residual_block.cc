#include "storage/codec/residual_block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/kernels.h"

namespace footfall::storage {
namespace {

constexpr unsigned char kMaskK = 0x3f;
constexpr unsigned char kPlain = 0x40;
constexpr unsigned char kExceptions = 0x80;

// Unary numbers from here on are exceptions.
constexpr uint32_t kUnaryLimit = 24;
// Bytes of the unary part at most, with the byte it begins in.
constexpr size_t kMaxUnarySize = kBlockResiduals * kUnaryLimit / 8 + 1;

// As the kernels of these names, for numbers of 32 or 64 bits. The sum leaves
// out the low kCut bits of each: it must not overflow.
template <typename Word>
inline constexpr uint32_t kCut = sizeof(Word) == sizeof(uint64_t) ? 7 : 0;

uint64_t Total(const uint32_t* residuals, size_t count, uint32_t* any,
               uint32_t* nonzero) {
  return ActiveKernels().total(residuals, count, any, nonzero);
}

uint64_t Total(const uint64_t* residuals, size_t count, uint64_t* any,
               uint32_t* nonzero) {
  uint64_t sum = 0;
  *any = 0;
  *nonzero = 0;
  for (size_t i = 0; i < count; ++i) {
    *any |= residuals[i];
    *nonzero += residuals[i] != 0 ? 1 : 0;
    sum += residuals[i] >> kCut<uint64_t>;
  }
  return sum;
}

void Quotients(const uint32_t* residuals, size_t count, uint32_t shift,
               uint32_t* sums) {
  ActiveKernels().quotients(residuals, count, shift, kUnaryLimit, sums);
}

void Quotients(const uint64_t* residuals, size_t count, uint32_t shift,
               uint32_t* sums) {
  std::fill(sums, sums + kShifts, 0);
  for (size_t i = 0; i < count; ++i) {
    for (uint32_t j = 0; j < kShifts; ++j) {
      sums[j] += static_cast<uint32_t>(
          std::min<uint64_t>(residuals[i] >> (shift + j), kUnaryLimit));
    }
  }
}

struct RiceChoice {
  uint32_t k;
  uint64_t bits;
};

// From just above the mean down, as long as that pays. Bits are counted with an
// exception's bytes taken for the unary number that it saves.
template <typename Word>
RiceChoice BestRice(const Word* residuals, uint32_t n, uint64_t sum) {
  constexpr uint32_t kMaxK = std::numeric_limits<Word>::digits - 1;
  const uint32_t above = std::min<uint32_t>(
      static_cast<uint32_t>(std::bit_width(sum / n)) + kCut<Word>, kMaxK);
  RiceChoice best = {above, ~uint64_t{0}};
  // As many at once as there are sums of, without a branch for each.
  uint32_t k = above + 1;
  bool falls = true;
  while (falls && k > 0) {
    const uint32_t first = k < kShifts ? 0 : k - static_cast<uint32_t>(kShifts);
    uint32_t sums[kShifts];
    Quotients(residuals, n, first, sums);
    while (k > first) {
      --k;
      const uint64_t bits = uint64_t{n} * (k + 1) + sums[k - first];
      falls &= bits < best.bits;
      best.k = falls ? k : best.k;
      best.bits = falls ? bits : best.bits;
    }
  }
  return best;
}

template <typename Word>
BlockPlan Plan(const Word* residuals, size_t count, uint32_t plain_bits) {
  constexpr uint32_t kMaxK = std::numeric_limits<Word>::digits - 1;
  const uint32_t n = static_cast<uint32_t>(count);
  Word any;
  uint32_t nonzero;
  const uint64_t sum = Total(residuals, count, &any, &nonzero);
  if (any == 0) {
    return {0, true, 0};
  }
  const RiceChoice rice = BestRice(residuals, n, sum);
  BlockPlan plan = {rice.k, false, 0};
  uint64_t bits = rice.bits;
  // Plainly packed, all of one width, or nearly all zero.
  const uint32_t width = static_cast<uint32_t>(std::bit_width(any));
  if (width <= kMaxK && uint64_t{n} * width + plain_bits <= bits) {
    plan = {width, true, 0};
    bits = uint64_t{n} * width + plain_bits;
  }
  const uint64_t high_bytes = (width + 6) / 7;
  if (nonzero * (8 + 8 * high_bytes) + 8 + plain_bits < bits) {
    plan = {0, true, 0};
  }
  const uint32_t limit = plan.plain ? 1 : kUnaryLimit;
  if (any >> plan.k >= limit) {
    for (size_t i = 0; i < count; ++i) {
      plan.exceptions += residuals[i] >> plan.k >= limit ? 1 : 0;
    }
  }
  return plan;
}

// Appends the low bits and the unary numbers.
void PutBits(const BlockPlan& plan, const uint32_t* residuals, size_t count,
             std::string* out) {
  char bytes[kBlockResiduals * sizeof(uint32_t) + kMaxUnarySize + 16];
  const size_t size = ActiveKernels().put_rice(
      residuals, count, plan.k, plan.plain ? 0 : kUnaryLimit, bytes);
  out->append(bytes, size);
}

// The same a number at a time: wide lanes are rare.
void PutBits(const BlockPlan& plan, const uint64_t* residuals, size_t count,
             std::string* out) {
  uint64_t word = 0;
  uint32_t used = 0;
  // `size` <= 63 bits more.
  const auto put = [&](uint64_t bits, uint32_t size) {
    word |= bits << used;
    used += size;
    if (used >= 64) {
      PutU64(word, out);
      used -= 64;
      word = used == 0 ? 0 : bits >> (size - used);
    }
  };
  const uint64_t mask = (uint64_t{1} << plan.k) - 1;
  for (size_t i = 0; plan.k > 0 && i < count; ++i) {
    put(residuals[i] & mask, plan.k);
  }
  for (size_t i = 0; !plan.plain && i < count; ++i) {
    const uint64_t all = residuals[i] >> plan.k;
    const uint32_t quotient =
        all >= kUnaryLimit ? 0 : static_cast<uint32_t>(all);
    put(uint64_t{1} << quotient, quotient + 1);
  }
  for (; used > 0; used -= std::min<uint32_t>(used, 8), word >>= 8) {
    out->push_back(static_cast<char>(word & 0xff));
  }
}

template <typename Word>
void Put(const BlockPlan& plan, const Word* residuals, size_t count,
         std::string* out) {
  out->push_back(
      static_cast<char>(plan.k | (plan.plain ? uint32_t{kPlain} : 0u) |
                        (plan.exceptions != 0 ? uint32_t{kExceptions} : 0u)));
  PutBits(plan, residuals, count, out);
  if (plan.exceptions == 0) {
    return;
  }
  const uint32_t limit = plan.plain ? 1 : kUnaryLimit;
  out->push_back(static_cast<char>(plan.exceptions - 1));
  for (size_t i = 0; i < count; ++i) {
    if (residuals[i] >> plan.k >= limit) {
      out->push_back(static_cast<char>(i));
    }
  }
  for (size_t i = 0; i < count; ++i) {
    if (residuals[i] >> plan.k >= limit) {
      PutVarint(residuals[i] >> plan.k, out);
    }
  }
}

void JoinWide(const uint8_t* high, uint32_t shift, size_t count,
              uint64_t* low) {
  for (size_t i = 0; i < count; ++i) {
    low[i] |= uint64_t{high[i]} << shift;
  }
}

// Takes the low bits and unary numbers of the first `wanted` of `count` numbers
// from the front of `bytes`, which have kInputSlack behind them. Returns how
// many bytes they are, up to the last wanted one; 0: damaged.
size_t TakeRice(absl::string_view bytes, uint32_t k, size_t count,
                size_t wanted, uint32_t* out) {
  return ActiveKernels().rice32(bytes.data(), bytes.size(), k, count, wanted,
                                out);
}

size_t TakeRice(absl::string_view bytes, uint32_t k, size_t count,
                size_t wanted, uint64_t* out) {
  uint8_t high[kBlockResiduals + kInputSlack];
  const size_t low_size = count * k / 8;
  const size_t unary_size =
      ActiveKernels().unary(bytes.data() + low_size, bytes.size() - low_size,
                            static_cast<uint32_t>(count * k % 8), wanted, high);
  if (unary_size == 0) {
    return 0;
  }
  UnpackBits(bytes, k, 0, 0, absl::MakeSpan(out, wanted));
  JoinWide(high, k, wanted, out);
  return low_size + unary_size;
}

void TakePlain(absl::string_view bytes, uint32_t width, size_t wanted,
               uint32_t* out) {
  ActiveKernels().unpack32(bytes.data(), width, wanted, out);
}
void TakePlain(absl::string_view bytes, uint32_t width, size_t wanted,
               uint64_t* out) {
  UnpackBits(bytes, width, 0, 0, absl::MakeSpan(out, wanted));
}

template <typename Word>
bool TakeBits(const BlockPlan& plan, absl::string_view* in, size_t slack,
              size_t count, size_t wanted, Word* out) {
  const size_t low_size = (count * plan.k + 7) / 8;
  if (in->size() < low_size) {
    return false;
  }
  // Kernels load whole vectors: near the end they get a copy.
  constexpr size_t kMostSize =
      kBlockResiduals * sizeof(Word) + kMaxUnarySize + 1;
  char copy[kMostSize + kInputSlack];
  absl::string_view bytes =
      in->substr(0, count * plan.k / 8 + (plan.plain ? 1 : kMaxUnarySize));
  if (in->size() + slack < bytes.size() + kInputSlack) {
    std::memcpy(copy, bytes.data(), bytes.size());
    std::memset(copy + bytes.size(), 0, kInputSlack);
    bytes = absl::string_view(copy, bytes.size());
  }
  size_t size = low_size;
  if (plan.plain) {
    TakePlain(bytes, plan.k, wanted, out);
  } else {
    size = TakeRice(bytes, plan.k, count, wanted, out);
    if (size == 0) {
      return false;
    }
  }
  in->remove_prefix(size);
  return true;
}

template <typename Word>
bool Take(absl::string_view* in, size_t slack, size_t count, size_t wanted,
          Word* out) {
  FOOTFALL_DCHECK(wanted >= 1 && wanted <= count && count <= kBlockResiduals);
  if (in->empty()) {
    return false;
  }
  const unsigned char head = static_cast<unsigned char>(in->front());
  in->remove_prefix(1);
  const BlockPlan plan = {uint32_t{head} & kMaskK, (head & kPlain) != 0, 0};
  // Exceptions stand behind the whole block.
  const bool whole = (head & kExceptions) != 0;
  if (plan.k >= std::numeric_limits<Word>::digits ||
      !TakeBits(plan, in, slack, count, whole ? count : wanted, out)) {
    return false;
  }
  if (!whole) {
    return true;
  }
  if (in->empty()) {
    return false;
  }
  const size_t exceptions = size_t{static_cast<unsigned char>(in->front())} + 1;
  in->remove_prefix(1);
  if (exceptions > count || in->size() < exceptions) {
    return false;
  }
  const absl::string_view places = in->substr(0, exceptions);
  in->remove_prefix(exceptions);
  int previous = -1;
  for (const char byte : places) {
    const int place = static_cast<unsigned char>(byte);
    uint64_t high;
    if (place <= previous || static_cast<size_t>(place) >= count ||
        !TakeVarint(in, &high)) {
      return false;
    }
    out[place] |= static_cast<Word>(static_cast<Word>(high) << plan.k);
    previous = place;
  }
  return true;
}

}  // namespace

BlockPlan PlanBlock(const uint32_t* residuals, size_t count,
                    uint32_t plain_bits) {
  return Plan(residuals, count, plain_bits);
}
BlockPlan PlanBlock(const uint64_t* residuals, size_t count) {
  return Plan(residuals, count, 0);
}

void PutBlock(const BlockPlan& plan, const uint32_t* residuals, size_t count,
              std::string* out) {
  Put(plan, residuals, count, out);
}
void PutBlock(const BlockPlan& plan, const uint64_t* residuals, size_t count,
              std::string* out) {
  Put(plan, residuals, count, out);
}

void PutBlockBits(const BlockPlan& plan, const uint32_t* residuals,
                  size_t count, std::string* out) {
  FOOTFALL_DCHECK(plan.exceptions == 0);
  PutBits(plan, residuals, count, out);
}

bool TakeBlock(absl::string_view* in, size_t slack, size_t count, size_t wanted,
               uint32_t* out) {
  return Take(in, slack, count, wanted, out);
}
bool TakeBlock(absl::string_view* in, size_t slack, size_t count, size_t wanted,
               uint64_t* out) {
  return Take(in, slack, count, wanted, out);
}

bool TakeBlockBits(const BlockPlan& plan, absl::string_view* in, size_t slack,
                   size_t count, size_t wanted, uint32_t* out) {
  return TakeBits(plan, in, slack, count, wanted, out);
}

}  // namespace footfall::storage
