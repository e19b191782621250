// A mini-block: up to 128 residuals, small numbers most of the time.
//
//   u8      head: bits 0-5 k, bit 6 plain, bit 7 exceptions
//   bits    the low k bits of each number, packed; then, from the next bit on
//           and unless plain, the rest of each number in unary: that many zeros
//           and a one; zeros to the end of the byte
//   u8      number of exceptions less 1              only if bit 7
//   u8      place of each, ascending                 only if bit 7
//   varint  what is above the low k bits, of each    only if bit 7
//
// An exception's unary number is 0. Without bit 6 this is Golomb's code with a
// power of two (Rice), the densest for residuals that fall off evenly on both
// sides; with it, bit-packing with exceptions (PFOR), for blocks that are
// nearly all zero or all of one width. The head may also be kept elsewhere: see
// PutBlockBits().
//
// Sources: R. Rice, J. Plaunt, "Adaptive Variable-Length Coding for Efficient
// Compression of Spacecraft Television Data", 1971; M. Zukowski et al.,
// "Super-Scalar RAM-CPU Cache Compression", ICDE 2006. Ours keeps low bits and
// unary parts apart, so that both decode many at a time.

#ifndef FOOTFALL_STORAGE_CODEC_RESIDUAL_BLOCK_H_
#define FOOTFALL_STORAGE_CODEC_RESIDUAL_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::storage {

inline constexpr size_t kBlockResiduals = 128;

// How a mini-block is coded.
struct BlockPlan {
  uint32_t k = 0;
  bool plain = false;
  uint32_t exceptions = 0;
};

// The plan with the fewest bytes, or nearly. Being plain costs `plain_bits`
// more than the block says. 1 <= count <= kBlockResiduals.
BlockPlan PlanBlock(const uint32_t* residuals, size_t count,
                    uint32_t plain_bits = 0);
BlockPlan PlanBlock(const uint64_t* residuals, size_t count);

// Appends the head, bits and exceptions. kInputSlack numbers beyond `count` may
// be read as rubbish.
void PutBlock(const BlockPlan& plan, const uint32_t* residuals, size_t count,
              std::string* out);
void PutBlock(const BlockPlan& plan, const uint64_t* residuals, size_t count,
              std::string* out);

// Appends the bits alone. Requires: no exceptions.
void PutBlockBits(const BlockPlan& plan, const uint32_t* residuals,
                  size_t count, std::string* out);

// Takes the first `wanted` of the `count` numbers of a mini-block from the
// front of *in, and the whole block's bytes where it wants all; else *in is
// left somewhere within them. False, with *out unspecified, where the bytes are
// not such numbers. `out` has room for kBlockResiduals + kValueSlack. `slack`
// bytes beyond *in may be read as rubbish: where that is less than kInputSlack,
// what is near the end is copied first. Requires: 1 <= wanted <= count.
bool TakeBlock(absl::string_view* in, size_t slack, size_t count, size_t wanted,
               uint32_t* out);
bool TakeBlock(absl::string_view* in, size_t slack, size_t count, size_t wanted,
               uint64_t* out);

// Takes the bits of a mini-block without exceptions, likewise.
bool TakeBlockBits(const BlockPlan& plan, absl::string_view* in, size_t slack,
                   size_t count, size_t wanted, uint32_t* out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_RESIDUAL_BLOCK_H_
